// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int open_in(const char *folder, const char *name, int flags) {
    int base = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (base < 0) return -1;
    int file = openat(base, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    int error = errno;
    close(base);
    errno = error;
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
