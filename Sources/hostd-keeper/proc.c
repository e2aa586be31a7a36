// SPDX-License-Identifier: Apache-2.0
// What /proc says of processes, read without allocating.
#define _GNU_SOURCE
#include "keeper.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Named so that a test can build a keeper that finds no such file, as with a kernel without CONFIG_PROC_CHILDREN.
#ifndef CHILDREN_FILE
#define CHILDREN_FILE "children"
#endif

int64_t clock_ns(int clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

uint64_t stat_field(pid_t pid, int number) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 0;
    text[length] = 0;
    // The name, field 2, may contain anything; what follows its last parenthesis does not.
    const char *place = strrchr(text, ')');
    for (int field = 2; place && field < number; field++) place = strchr(place + 1, ' ');
    return place ? strtoull(place + 1, NULL, 10) : 0;
}

// Calls `visit` for every entry of a folder that is a number.
static void each_number(const char *path, void (*visit)(pid_t number, pid_t argument), pid_t argument) {
    char entries[4096] __attribute__((aligned(8)));
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    for (ssize_t length; (length = getdents64(folder, entries, sizeof entries)) > 0;) {
        for (ssize_t at = 0; at < length;) {
            const struct dirent64 *entry = (const struct dirent64 *)(entries + at);
            pid_t number = (pid_t)strtol(entry->d_name, NULL, 10);
            if (number > 0) visit(number, argument);
            at += entry->d_reclen;
        }
    }
    close(folder);
}

static void (*visit_child)(pid_t child, pid_t parent);

static void visit_children_of_thread(pid_t thread, pid_t process) {
    char path[96], text[4096];
    snprintf(path, sizeof path, "/proc/%d/task/%d/" CHILDREN_FILE, process, thread);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    pid_t child = 0;
    for (ssize_t length; (length = read(file, text, sizeof text)) > 0;) {
        for (ssize_t i = 0; i < length; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                child = child * 10 + (text[i] - '0');
            } else if (child) {
                visit_child(child, process);
                child = 0;
            }
        }
    }
    if (child) visit_child(child, process);
    close(file);
}

static void visit_if_child(pid_t process, pid_t parent) {
    if ((pid_t)stat_field(process, 4) == parent) visit_child(process, parent);
}

static bool kernel_lists_children(void) {
    static int known = -1;
    if (known < 0) {
        char path[96];
        snprintf(path, sizeof path, "/proc/%d/task/%d/" CHILDREN_FILE, getpid(), getpid());
        known = access(path, R_OK) == 0;
    }
    return known;
}

void each_child(pid_t parent, void (*visit)(pid_t child, pid_t parent)) {
    visit_child = visit;
    if (!kernel_lists_children()) return each_number("/proc", visit_if_child, parent);
    // Who forked is a thread, and each has a list of its own.
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", parent);
    each_number(path, visit_children_of_thread, parent);
}
