// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct options options;
static struct log_pipes pipes;
static struct identity identity;
static struct ending ending;
static bool main_lives;
static int left_overs;
static int64_t started_ns;
static int64_t kill_at_ns;  // 0: no SIGKILL is planned
static bool record_is_stale;

static int64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

static void note_main_end(const siginfo_t *info, const struct rusage *usage) {
    main_lives = false;
    ending.by_signal = info->si_code != CLD_EXITED;
    ending.core = info->si_code == CLD_DUMPED;
    ending.status = info->si_status;
    ending.ran_ms = (now_ns() - started_ns) / 1000000;
    ending.user_us = usage->ru_utime.tv_sec * 1000000LL + usage->ru_utime.tv_usec;
    ending.system_us = usage->ru_stime.tv_sec * 1000000LL + usage->ru_stime.tv_usec;
    ending.max_rss_kb = usage->ru_maxrss;
}

// Reaps whoever is dead. Returns true when no child is left at all: the proof that the tree is empty.
static bool reap(void) {
    for (;;) {
        siginfo_t info = {0};
        struct rusage usage;
        if (syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | WNOHANG, &usage) < 0) return errno == ECHILD;
        if (!info.si_pid) return false;
        if (info.si_pid == identity.main && main_lives) {
            note_main_end(&info, &usage);
            record_is_stale = true;
        } else if (!main_lives) {
            left_overs++;
            record_is_stale = true;
        }
    }
}

static bool cgroup_is_empty(void) {
    if (!options.cgroup) return true;
    char path[path_max], text[256];
    snprintf(path, sizeof path, "%s/cgroup.events", options.cgroup);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return true;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return true;
    text[length] = 0;
    return strstr(text, "populated 0") != NULL;
}

static void end_tree(int grace_ms) {
    if (grace_ms == 0) {
        tree_kill(&options);
        kill_at_ns = now_ns();
        return;
    }
    tree_signal(SIGTERM);
    int64_t at = now_ns() + grace_ms * 1000000LL;
    if (!kill_at_ns || at < kill_at_ns) kill_at_ns = at;
}

static void deliver(int value) {
    int number = value & 0xff;
    switch (value >> 8) {
    case to_main:
        if (main_lives) kill(identity.main, number);
        break;
    case to_group:
        if (main_lives) kill(-identity.main, number);
        break;
    case to_tree: tree_signal(number); break;
    }
}

static void obey(const siginfo_t *info) {
    switch (info->si_signo) {
    case signal_deliver: deliver(info->si_value.sival_int); break;
    case signal_finish: end_tree(info->si_value.sival_int); break;
    case SIGTERM:
        if (kill_at_ns) break;
        deliver(options.stop_signal | options.stop_to << 8);
        kill_at_ns = now_ns() + options.grace_ms * 1000000LL;
        break;
    }
}

// Waits for a signal, at most until SIGKILL is due or, while killing, until the next pass.
static void wait_and_obey(const sigset_t *set) {
    siginfo_t info;
    struct timespec limit = {0};
    if (kill_at_ns) {
        int64_t left = kill_at_ns - now_ns();
        if (left <= 0) {
            tree_kill(&options);
            left = 2 * 1000000;  // whoever forked in between is killed by the next pass
        }
        limit.tv_sec = left / 1000000000;
        limit.tv_nsec = left % 1000000000;
    }
    if (sigtimedwait(set, &info, kill_at_ns ? &limit : NULL) > 0) obey(&info);
}

static void hold(const sigset_t *set) {
    bool main_was_alive = true;
    for (;;) {
        bool empty = reap();
        if (main_was_alive && !main_lives) {
            main_was_alive = false;
            bool all_gone = empty && cgroup_is_empty();
            doorbell_ring(&options, "exited", record_exit(&options, &identity, &ending, left_overs, all_gone));
            if (all_gone) return;
            end_tree(options.leftovers_ms);
        } else if (!main_lives && empty && cgroup_is_empty()) {
            doorbell_ring(&options, "empty", record_exit(&options, &identity, &ending, left_overs, true));
            return;
        }
        if (!main_lives && empty && !kill_at_ns) kill_at_ns = now_ns();  // only the cgroup still has somebody
        wait_and_obey(set);
    }
}

static void prepare(sigset_t *set) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigemptyset(set);
    sigaddset(set, SIGCHLD);
    sigaddset(set, SIGTERM);
    sigaddset(set, signal_deliver);
    sigaddset(set, signal_finish);
    setsid();
    umask(077);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        // Without the right to it this fails, and the keeper is as likely a victim as any other.
        ssize_t ignored = write(file, "-900", 4);
        (void)ignored;
        close(file);
    }
}

static void start(char **envp) {
    identity.keeper = getpid();
    identity.keeper_start = start_ticks(identity.keeper);
    if (!pipes_open(&pipes, &options)) {
        ending = (struct ending){.failed = true, .failure = {errno, "open the log pipe in", options.dir}};
        return;
    }
    pid_t pid = child_start(&options, &pipes, envp, &ending.failure);
    pipes_close_write_ends(&pipes);
    started_ns = now_ns();
    if (pid < 0) {
        ending.failed = true;
        return;
    }
    identity.main = pid;
    identity.main_start = start_ticks(pid);
    main_lives = true;
}

int main(int argc, char **argv, char **envp) {
    sigset_t set;
    prepare(&set);
    int lock_fd = -1;
    argc--;
    argv++;
    if (argc == 2 && !strcmp(argv[0], "--spare")) {
        if (!spare_wait(atoi(argv[1]), &argc, &argv, &envp, &lock_fd)) return 0;
    }
    if (!options_parse(&options, argc, argv)) return 2;
    if (options.probe) return probe_run(&options, envp, &set);
    if (lock_fd < 0) lock_fd = options.lock_fd;
    if (lock_fd >= 0) fcntl(lock_fd, F_SETFD, FD_CLOEXEC);
    start(envp);
    if (ending.failed) {
        doorbell_ring(&options, "failed", record_exit(&options, &identity, &ending, 0, true));
    } else {
        doorbell_ring(&options, "started", record_start(&options, &identity));
        hold(&set);
    }
    pipes_drain(&pipes);
    doorbell_ring(&options, "gone", "");
    return 0;
}
