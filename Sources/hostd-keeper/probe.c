// SPDX-License-Identifier: Apache-2.0
// A probe: the child writes to the keeper's own stdout and stderr, nothing is recorded, and nothing of its tree lives
// longer than its main process or the time it is given. The exit codes are those of timeout(1) and the shell.
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { timed_out = 124, not_executable = 126, not_started = 127, told_to_end = 128 + SIGTERM, unknown = -1 };

// Reaps whoever is dead; the end of the main process is the result unless there is one. True when no child is left.
static bool reap(pid_t main_pid, int *result) {
    for (;;) {
        siginfo_t info = {0};
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | __WALL) < 0) return errno == ECHILD;
        if (!info.si_pid) return false;
        if (info.si_pid != main_pid || *result != unknown) continue;
        *result = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    }
}

static int say(const struct failure *failure) {
    fprintf(stderr, "cannot %s %s: %s\n", failure->step, failure->path, strerrordesc_np(failure->error));
    return failure->error == EACCES ? not_executable : not_started;
}

int probe_run(const struct options *options, char **envp, const sigset_t *set) {
    static const struct log_pipes own = {.out = {.both = -1, .write_end = 1, .relay = -1},
                                         .err = {.both = -1, .write_end = 2, .relay = -1}};
    int64_t end_ns = clock_ns(CLOCK_MONOTONIC) + options->timeout_ms * 1000000LL;
    struct failure failure;
    pid_t main_pid = child_start(options, &own, envp, &failure);
    if (main_pid < 0) return say(&failure);
    int result = unknown;
    while (!reap(main_pid, &result)) {
        int64_t left_ns = end_ns - clock_ns(CLOCK_MONOTONIC);
        if (result == unknown && left_ns <= 0) result = timed_out;
        if (result != unknown) left_ns = tree_kill_ns(options);
        const struct timespec limit = {.tv_sec = left_ns / 1000000000, .tv_nsec = left_ns % 1000000000};
        int number = sigtimedwait(set, NULL, &limit);
        if ((number == SIGTERM || number == signal_finish) && result == unknown) result = told_to_end;
    }
    return result;
}
