// SPDX-License-Identifier: Apache-2.0
// Everything that descends from the keeper. It is the child subreaper, so whoever loses its parent becomes its child.
#define _GNU_SOURCE
#include "keeper.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    found_max = 32768,
    // Where somebody will not die (it waits for a disk, or is root's and the keeper is not) passes become rare.
    pass_pause_ns = 1000000,
    pass_pause_max_ns = 128 * pass_pause_ns,
};

static struct {
    pid_t pid, parent;
} found[found_max];
static int found_count;

static void add_found(pid_t pid, pid_t parent) {
    if (found_count == found_max) return;
    found[found_count].pid = pid;
    found[found_count++].parent = parent;
}

static void send_signal(int pidfd, pid_t pid, int number) {
    if (pidfd >= 0) syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0);
    else kill(pid, number);  // a sandbox may forbid pidfds
}

// The child of a child may be gone and its pid somebody else's. So it is held first, and then its parent is asked for.
static void signal_if_of_tree(pid_t pid, pid_t parent, int number) {
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    pid_t parent_now = (pid_t)stat_field(pid, 4);
    if (parent_now == parent || parent_now == getpid()) {
        send_signal(pidfd, pid, number);
        // One that is stopped could not obey.
        if (number == SIGTERM) send_signal(pidfd, pid, SIGCONT);
    }
    if (pidfd >= 0) close(pidfd);
}

void tree_signal(int number) {
    found_count = 0;
    each_child(getpid(), add_found);
    for (int i = 0; i < found_count; i++) {
        each_child(found[i].pid, add_found);
        signal_if_of_tree(found[i].pid, found[i].parent, number);
    }
}

int64_t tree_kill_ns(const struct options *options) {
    static int64_t pause_ns = pass_pause_ns;
    static int count_before;
    if (options->cgroup) write_in(options->cgroup, "cgroup.kill", "1");  // not there before Linux 5.14
    // Also who has left the cgroup. Only our own children: each death makes its children ours, none can be missed, and
    // no pid can be reused before we reap it.
    found_count = 0;
    each_child(getpid(), add_found);
    for (int i = 0; i < found_count; i++) kill(found[i].pid, SIGKILL);
    pause_ns = found_count != count_before ? pass_pause_ns : pause_ns * 2;
    if (pause_ns > pass_pause_max_ns) pause_ns = pass_pause_max_ns;
    count_before = found_count;
    return pause_ns;
}

bool tree_cgroup_is_empty(const struct options *options) {
    if (!options->cgroup) return true;
    char text[256];
    int file = open_in(options->cgroup, "cgroup.events", O_RDONLY);
    if (file < 0) return true;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return true;
    text[length] = 0;
    return strstr(text, "populated 0") != NULL;
}
