// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char *held_path;
static int held = -1;

void folder_hold(const char *path) {
    held = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    held_path = path;
}

int folder_open(const char *path) {
    if (held >= 0 && !strcmp(path, held_path)) return held;
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void folder_close(int folder) {
    int error = errno;
    if (folder != held) close(folder);
    errno = error;
}

int open_in(const char *folder, const char *name, int flags) {
    int base = folder_open(folder);
    if (base < 0) return -1;
    int file = openat(base, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    folder_close(base);
    return file;
}

bool write_in(const char *folder, const char *name, const char *text) {
    int file = open_in(folder, name, O_WRONLY);
    if (file < 0) return false;
    ssize_t written = write(file, text, strlen(text));
    int error = errno;
    close(file);
    errno = error;
    return written >= 0;
}
