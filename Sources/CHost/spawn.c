// SPDX-License-Identifier: Apache-2.0
// From clone to exec. No Swift code may run in the child, and the child shares our memory until it execs, so it
// touches only its own stack and the one field that tells us what failed.
#define _GNU_SOURCE
#include "chost.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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
    int switches;  // to uid and gid
    uid_t uid;
    gid_t gid;
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

// By system call: glibc would have every thread of ours follow.
static int switch_user(const struct plan *plan) {
    if (!plan->switches) return 0;
    if (syscall(SYS_setgroups, 0, NULL) < 0) return -1;
    if (syscall(SYS_setresgid, plan->gid, plan->gid, plan->gid) < 0) return -1;
    if (syscall(SYS_setresuid, plan->uid, plan->uid, plan->uid) < 0) return -1;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -1;
    return chdir("/");
}

static int in_child(void *argument) {
    struct plan *plan = argument;
    // By system call, as glibc refuses its own two signals, 32 and 33, which may be ignored all the same.
    static const uint64_t standard[4], none;  // struct sigaction as the kernel has it, and a mask
    for (int number = 1; number < NSIG; number++) syscall(SYS_rt_sigaction, number, standard, NULL, sizeof none);
    if (plan->own_session) setsid();
    else setpgid(0, 0);
    if (place_descriptors(plan) == 0 && switch_user(plan) == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execve(plan->path, plan->argv, plan->envp);
    }
    plan->error = errno;
    _exit(127);
}

static pid_t spawn(struct plan plan, int *pidfd) {
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

pid_t chost_spawn(const char *path, char *const argv[], char *const envp[], const int *keep, int keep_count,
                  int output, int own_session, int *pidfd) {
    struct plan plan = {.path = path, .argv = argv, .envp = envp, .keep = keep, .keep_count = keep_count,
                        .output = output, .own_session = own_session};
    return spawn(plan, pidfd);
}

pid_t chost_spawn_as(uid_t uid, gid_t gid, const char *path, char *const argv[], char *const envp[], int output,
                     int *pidfd) {
    struct plan plan = {.path = path, .argv = argv, .envp = envp, .output = output, .own_session = 1,
                        .switches = 1, .uid = uid, .gid = gid};
    return spawn(plan, pidfd);
}
