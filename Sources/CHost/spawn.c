// SPDX-License-Identifier: Apache-2.0
// From clone to exec. No Swift code may run in the child, and the child shares our memory until it execs, so it
// touches only its own stack and the one field that tells us what failed.
#define _GNU_SOURCE
#include "chost.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { stack_bytes = 64 * 1024 };

struct plan {
    const char *path;
    char *const *argv;
    char *const *envp;
    const int *keep;
    int keep_count;
    int output;
    int own_session;
    int error;
};

static int place_descriptors(const struct plan *plan) {
    // First out of the way of the final numbers, then into place; dup2 clears close-on-exec.
    int moved[8];
    if (plan->keep_count > 8) {
        errno = EINVAL;
        return -1;
    }
    for (int i = 0; i < plan->keep_count; i++) {
        moved[i] = fcntl(plan->keep[i], F_DUPFD, 64);
        if (moved[i] < 0) return -1;
    }
    int output = plan->output < 0 ? -1 : fcntl(plan->output, F_DUPFD, 64);
    if (plan->output >= 0 && output < 0) return -1;
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, 0) < 0) return -1;
    if (dup2(output < 0 ? null : output, 1) < 0 || dup2(output < 0 ? null : output, 2) < 0) return -1;
    for (int i = 0; i < plan->keep_count; i++) {
        if (dup2(moved[i], 3 + i) < 0) return -1;
    }
    return (int)syscall(SYS_close_range, 3 + plan->keep_count, ~0U, 0);
}

static int in_child(void *argument) {
    struct plan *plan = argument;
    // By system call, as glibc refuses its own two signals, 32 and 33, which may be ignored all the same.
    static const uint64_t standard[4], none;  // struct sigaction as the kernel has it, and a mask
    for (int number = 1; number < NSIG; number++) syscall(SYS_rt_sigaction, number, standard, NULL, sizeof none);
    if (plan->own_session) setsid();
    else setpgid(0, 0);
    if (place_descriptors(plan) == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execve(plan->path, plan->argv, plan->envp);
    }
    plan->error = errno;
    _exit(127);
}

pid_t chost_spawn(const char *path, char *const argv[], char *const envp[], const int *keep, int keep_count,
                  int output, int own_session, int *pidfd) {
    struct plan plan = {path, argv, envp, keep, keep_count, output, own_session, 0};
    char stack[stack_bytes] __attribute__((aligned(16)));  // CLONE_VFORK holds us until the child has left it
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);  // no handler of ours may run in the child
    int clone_pidfd = -1;
    int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
    pid_t pid = clone(in_child, stack + stack_bytes, flags, &plan, &clone_pidfd);
    int clone_error = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid < 0) {
        errno = clone_error;
        return -1;
    }
    if (plan.error) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
        close(clone_pidfd);
        errno = plan.error;
        return -1;
    }
    *pidfd = clone_pidfd;
    return pid;
}
