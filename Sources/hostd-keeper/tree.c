// SPDX-License-Identifier: Apache-2.0
// Everything that descends from the keeper. It is the child subreaper, so whoever loses its parent becomes its child.
#define _GNU_SOURCE
#include "keeper.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { pending_max = 4096 };

// A list of pids still to be visited; deeper or wider trees are reached by the next pass.
static pid_t pending[pending_max];
static int pending_count;

static void push(pid_t pid) {
    if (pending_count < pending_max) pending[pending_count++] = pid;
}

static bool push_children_file(pid_t pid) {
    static char text[65536];
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length < 0) return false;
    text[length] = 0;
    char *place = text;
    for (char *end;; place = end) {
        long child = strtol(place, &end, 10);
        if (end == place) return true;
        push((pid_t)child);
    }
}

static pid_t parent_of(pid_t pid) {
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return -1;
    text[length] = 0;
    const char *after_name = strrchr(text, ')');
    int parent = -1;
    return after_name && sscanf(after_name + 1, " %*c %d", &parent) == 1 ? parent : -1;
}

// For kernels without CONFIG_PROC_CHILDREN. opendir allocates; such a kernel pays for it.
static void push_children_by_scan(pid_t parent) {
    DIR *folder = opendir("/proc");
    if (!folder) return;
    for (struct dirent *entry; (entry = readdir(folder));) {
        pid_t pid = (pid_t)atoi(entry->d_name);
        if (pid > 0 && parent_of(pid) == parent) push(pid);
    }
    closedir(folder);
}

static void push_children(pid_t pid) {
    // A multi-threaded process has a children file per thread; only its first one is read here. What other threads
    // forked becomes ours when the process is gone, and is found by the next pass.
    if (!push_children_file(pid) && access("/proc/self/task", F_OK) == 0) push_children_by_scan(pid);
}

void tree_signal(int number) {
    pending_count = 0;
    push_children(getpid());
    for (int i = 0; i < pending_count; i++) {
        // A child of a living child: its pid cannot be reused before its parent reaps it, which a moment's race
        // allows; a stray signal to it would need the same pid within microseconds.
        push_children(pending[i]);
        kill(pending[i], number);
    }
}

void tree_kill(const struct options *options) {
    if (options->cgroup) {
        static char path[path_max];
        snprintf(path, sizeof path, "%s/cgroup.kill", options->cgroup);
        int file = open(path, O_WRONLY | O_CLOEXEC);
        if (file >= 0) {
            ssize_t written = write(file, "1", 1);
            close(file);
            if (written == 1) return;
        }
    }
    // Only our own children: each death makes its children ours, none can be missed, and no pid can be reused
    // before we reap it.
    pending_count = 0;
    push_children(getpid());
    for (int i = 0; i < pending_count; i++) kill(pending[i], SIGKILL);
}
