// SPDX-License-Identifier: Apache-2.0
// Holds a tree from its start until nothing is left of it.
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int64_t second_ns = 1000000000;

static const struct options *options;
static struct identity identity;
static struct ending ending;
static bool main_lives;
static bool end_is_recorded;
static int left_overs;
static int64_t kill_at_ns;  // 0: no SIGKILL is planned
static int signals;         // readable when one waits

static int64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

static void note_end_time(void) {
    ending.wall_ms = clock_ns(CLOCK_REALTIME) / 1000000;
    ending.monotonic_ns = now_ns();
}

static void note_main_end(const siginfo_t *info, const struct rusage *usage) {
    int64_t started_ns = ending.monotonic_ns;
    main_lives = false;
    listen_close();
    note_end_time();
    ending.by_signal = info->si_code != CLD_EXITED;
    ending.core = info->si_code == CLD_DUMPED;
    ending.status = info->si_status;
    ending.ran_ms = (ending.monotonic_ns - started_ns) / 1000000;
    ending.user_us = usage->ru_utime.tv_sec * 1000000LL + usage->ru_utime.tv_usec;
    ending.system_us = usage->ru_stime.tv_sec * 1000000LL + usage->ru_stime.tv_usec;
    ending.max_rss_kb = usage->ru_maxrss;
}

// Reaps whoever is dead. True when no child is left at all: the proof that the tree is empty.
static bool reap(void) {
    for (;;) {
        siginfo_t info = {0};
        struct rusage usage;
        if (syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | WNOHANG | __WALL, &usage) < 0) return errno == ECHILD;
        if (!info.si_pid) return false;
        if (main_lives && info.si_pid == identity.main) {
            note_main_end(&info, &usage);
        } else if (end_is_recorded) {
            left_overs++;  // who was dead before the main process or with it was not left over
        }
    }
}

static void end_tree(int grace_ms) {
    int64_t at_ns = now_ns() + grace_ms * 1000000LL;
    if (grace_ms > 0) tree_signal(SIGTERM);
    if (!kill_at_ns || at_ns < kill_at_ns) kill_at_ns = at_ns;
}

static void deliver(int value) {
    int number = value & 0xff;
    if (value >> 8 == to_tree) return tree_signal(number);
    if (!main_lives || value >> 8 < to_main || value >> 8 > to_group) return;
    pid_t target = value >> 8 == to_main ? identity.main : -identity.main;
    kill(target, number);
    // One that is stopped could not obey.
    if (number == SIGTERM || number == options->stop_signal) kill(target, SIGCONT);
}

static void obey(const siginfo_t *info) {
    switch (info->si_signo) {
    case signal_deliver: deliver(info->si_value.sival_int); break;
    case signal_finish: end_tree(info->si_value.sival_int); break;
    case SIGTERM:
        if (kill_at_ns) break;
        deliver(options->stop_signal + 256 * (int)options->stop_to);
        kill_at_ns = now_ns() + options->grace_ms * 1000000LL;
        break;
    }
}

// Waits for a signal or a word of the tree, at most until SIGKILL is due, the next pass of it, or another try to save a
// record.
static void wait_and_obey(const sigset_t *set) {
    int64_t left_ns = record_is_saved(options) ? INT64_MAX : second_ns;
    if (kill_at_ns) {
        int64_t until_ns = kill_at_ns - now_ns();
        if (until_ns <= 0) until_ns = tree_kill_ns(options);
        if (until_ns < left_ns) left_ns = until_ns;
    }
    int64_t notify_ns = notify_serve(options, &identity, false);
    if (notify_ns < left_ns) left_ns = notify_ns;
    const struct timespec limit = {.tv_sec = left_ns / second_ns, .tv_nsec = left_ns % second_ns}, none = {0};
    struct pollfd watched[] = {{.fd = signals, .events = POLLIN}, {.fd = notify_descriptor(), .events = POLLIN}};
    ppoll(watched, 2, left_ns == INT64_MAX ? NULL : &limit, NULL);
    siginfo_t info;
    if (sigtimedwait(set, &info, &none) > 0) obey(&info);
}

static bool open_all(char **envp, const sigset_t *set, struct log_pipes *pipes) {
    signals = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0) {
        ending.failure = (struct failure){errno, "watch", "signals"};
        return false;
    }
    return pipes_open(pipes, options, &ending.failure) && notify_open(options, envp, &ending.failure);
}

static bool start(char **envp, const sigset_t *set, struct log_pipes *pipes) {
    identity.keeper = getpid();
    identity.keeper_start = stat_field(identity.keeper, 22);
    pid_t pid = open_all(envp, set, pipes) ? child_start(options, pipes, envp, &ending.failure) : -1;
    note_end_time();  // of the failure; or of the start, until there is an end
    pipes_close_write_ends(pipes);
    if (pid < 0) return false;
    identity.main = pid;
    identity.main_start = stat_field(pid, 22);
    return true;
}

void hold(const struct options *given, char **envp, const sigset_t *set, struct log_pipes *pipes) {
    options = given;
    main_lives = start(envp, set, pipes);
    ending.failed = !main_lives;
    if (ending.failed) {
        listen_close();
        doorbell_ring(options, "failed", record_exit(options, &identity, &ending, 0, true));
        return;
    }
    doorbell_ring(options, "started", record_start(options, &identity, ending.wall_ms, ending.monotonic_ns));
    for (;;) {
        bool no_child = reap();
        if (!main_lives) {
            bool empty = no_child && tree_cgroup_is_empty(options);
            if (empty || !end_is_recorded) {
                // Its last words; whoever is left may go on for ever.
                for (int i = 0; i < 16 && notify_serve(options, &identity, true) == 0; i++) {}
                const char *record = record_exit(options, &identity, &ending, left_overs, empty);
                if (!empty) end_tree(options->leftovers_ms);
                doorbell_ring(options, end_is_recorded ? "empty" : "exited", record);
                end_is_recorded = true;
            }
            if (empty) return notify_close();
            if (no_child) kill_at_ns = now_ns();  // strangers in the cgroup, whose end no SIGCHLD will tell
        }
        wait_and_obey(set);
    }
}
