// SPDX-License-Identifier: Apache-2.0
// From clone to exec. The child shares our memory until it execs (CLONE_VFORK holds us), so it tells what failed by
// writing into `plan`. Raw system calls for ids: glibc's wrappers would talk to threads that do not exist.
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

struct plan {
    const struct options *options;
    const struct log_pipes *pipes;
    char **envp;
    pid_t keeper;
    struct failure failure;
};

static char child_stack[64 * 1024] __attribute__((aligned(4096)));

static bool fails(struct plan *plan, const char *step, const char *path) {
    plan->failure = (struct failure){.error = errno, .step = step, .path = path};
    return true;
}

static bool fails_with(struct plan *plan, const char *step, long long number) {
    static char text[24];
    int error = errno;
    snprintf(text, sizeof text, "%lld", number);
    errno = error;
    return fails(plan, step, text);
}

static bool join_cgroup(struct plan *plan) {
    const char *cgroup = plan->options->cgroup;
    return cgroup && !write_in(cgroup, "cgroup.procs", "0") && fails(plan, "join the cgroup", cgroup);
}

static bool set_descriptors(struct plan *plan) {
    const struct log_pipes *pipes = plan->pipes;
    int null = open("/dev/null", O_RDWR);
    if (null < 0) return fails(plan, "open", "/dev/null");
    int out = pipes->out.write_end < 0 ? null : pipes->out.write_end;
    int err = pipes->err.write_end < 0 ? out : pipes->err.write_end;
    if (dup2(out, 1) < 0 || dup2(err, 2) < 0 || dup2(null, 0) < 0) return fails(plan, "set up", "stdin and stdout");
    if (listen_place() < 0) return fails(plan, "set up", "the listening sockets");
    if (syscall(SYS_close_range, 3 + plan->options->listen_count, ~0U, 0) < 0)
        return fails(plan, "close", "descriptors");
    return false;
}

// After the last file is opened: with few descriptors allowed there would be none for it.
static bool set_limits(struct plan *plan) {
    const struct options *options = plan->options;
    char text[16];
    snprintf(text, sizeof text, "%d", options->has_oom ? options->oom_score_adj : 0);
    if (!write_in("/proc/self", "oom_score_adj", text) && options->has_oom)
        return fails_with(plan, "set oom_score_adj to", options->oom_score_adj);
    if (options->has_nice && setpriority(PRIO_PROCESS, 0, options->nice) < 0)
        return fails_with(plan, "set nice to", options->nice);
    for (int i = 0; i < options->rlimit_count; i++) {
        rlim_t value = options->rlimits[i].value == UINT64_MAX ? RLIM_INFINITY : options->rlimits[i].value;
        struct rlimit limit = {value, value};
        if (setrlimit((__rlimit_resource_t)options->rlimits[i].resource, &limit) < 0)
            return fails(plan, "set the limit", options->rlimits[i].text);
    }
    if (options->has_umask) umask(options->umask);
    return false;
}

static bool set_identity(struct plan *plan) {
    const struct options *options = plan->options;
    if (options->has_groups && syscall(SYS_setgroups, options->group_count, options->groups) < 0)
        return fails(plan, "set", "the groups");
    if (options->has_gid && syscall(SYS_setresgid, options->gid, options->gid, options->gid) < 0)
        return fails_with(plan, "switch to gid", options->gid);
    if (options->has_uid && syscall(SYS_setresuid, options->uid, options->uid, options->uid) < 0)
        return fails_with(plan, "switch to uid", options->uid);
    if (options->directory && chdir(options->directory) < 0) return fails(plan, "enter", options->directory);
    // Cleared by the change of uid, so set after it; the check closes the race with a keeper that is gone already.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return fails(plan, "set", "the signal for the keeper's death");
    if (getppid() != plan->keeper) _exit(127);
    return false;
}

// With raw calls, since glibc keeps two signals from us that may have been inherited as ignored or blocked.
static void clean_signals(void) {
    static const uint64_t standard[4], none;  // struct sigaction as the kernel has it, and a mask
    for (int number = 1; number < NSIG; number++) syscall(SYS_rt_sigaction, number, standard, NULL, sizeof none);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
}

// execvpe of glibc, but with the child's PATH and without its fallback to /bin/sh.
static void exec_in_path(struct plan *plan) {
    char path[path_max];
    char **command = plan->options->command;
    if (!*command[0]) {
        errno = ENOENT;
        return;
    }
    if (strchr(command[0], '/')) {
        execve(command[0], command, plan->envp);
        return;
    }
    const char *folders = "/usr/local/bin:/usr/bin:/bin";
    for (char **entry = plan->envp; *entry; entry++) {
        if (!strncmp(*entry, "PATH=", 5)) folders = *entry + 5;
    }
    int seen = ENOENT;
    while (*folders) {
        size_t length = strcspn(folders, ":");
        if (length && length + strlen(command[0]) + 2 < sizeof path) {
            snprintf(path, sizeof path, "%.*s/%s", (int)length, folders, command[0]);
            execve(path, command, plan->envp);
            if (errno != ENOENT && errno != ENOTDIR) seen = errno;
        }
        folders += length + (folders[length] == ':');
    }
    errno = seen;
}

static bool offer_notify(struct plan *plan) {
    const char *path;
    return !notify_offer(plan->options, plan->envp, &path) && fails(plan, "reach the notify socket", path);
}

static int in_child(void *argument) {
    struct plan *plan = argument;
    setsid();
    if (join_cgroup(plan) || set_descriptors(plan) || set_limits(plan) || set_identity(plan) ||
        offer_notify(plan))
        _exit(127);
    listen_tell(plan->envp);
    clean_signals();
    exec_in_path(plan);
    fails(plan, "exec", plan->options->command[0]);
    _exit(127);
}

pid_t child_start(const struct options *options, const struct log_pipes *pipes, char **envp, struct failure *failure) {
    static struct plan plan;
    plan = (struct plan){.options = options, .pipes = pipes, .envp = envp, .keeper = getpid()};
    pid_t pid = clone(in_child, child_stack + sizeof child_stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &plan);
    if (pid < 0) {
        *failure = (struct failure){.error = errno, .step = "start", .path = "a process"};
        return -1;
    }
    madvise(child_stack, sizeof child_stack, MADV_DONTNEED);  // never needed again
    if (plan.failure.error) {
        waitpid(pid, NULL, 0);
        *failure = plan.failure;
        return -1;
    }
    return pid;
}
