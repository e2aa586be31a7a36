// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { exit_busy = 1, exit_usage = 2 };

static struct options options;
static struct log_pipes pipes;

// So that nothing that we open gets the number of a standard descriptor.
static void fill_standard_descriptors(void) {
    int file;
    do {
        file = open("/dev/null", O_RDWR);
    } while (file >= 0 && file <= STDERR_FILENO);
    if (file > STDERR_FILENO) close(file);
}

// Keepers outlive hostd: what it wrote its log to must see its end.
static void let_go_of_standard_descriptors(void) {
    for (int number = STDIN_FILENO; number <= STDERR_FILENO; number++) close(number);
    fill_standard_descriptors();
}

static void block_signals(sigset_t *set) {
    const uint64_t all = UINT64_MAX;  // glibc's sigprocmask leaves out two that it uses for threads
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof all);
    signal(SIGCHLD, SIG_DFL);  // inherited as ignored it would let the kernel reap, and every exit status be lost
    sigemptyset(set);
    sigaddset(set, SIGCHLD);
    sigaddset(set, SIGTERM);
    sigaddset(set, signal_deliver);
    sigaddset(set, signal_finish);
}

static void prepare(void) {
    // A group, so that no signal of a terminal comes here. No session: each is a group of its own for the scheduler
    // as well, and a thousand of those cost it more than all else (sched(7), autogroup). The child has its own.
    setpgid(0, 0);
    umask(077);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    // Without the right to it this fails, and the keeper is as likely a victim as any other.
    ssize_t ignored = write(file, "-900", 4);
    (void)ignored;
    close(file);
}

// `kept` rises, as the kernel gives numbers out.
static void close_others(const int *kept, int count) {
    unsigned from = 3;
    for (int i = 0; i < count; i++) {
        if ((unsigned)kept[i] > from) syscall(SYS_close_range, from, kept[i] - 1, 0);
        from = (unsigned)kept[i] + 1;
    }
    syscall(SYS_close_range, from, ~0U, 0);
}

// The listening sockets that come with the lock: as the next numbers of a fresh keeper, in its message to a spare.
static bool take_sockets(int descriptors[descriptors_max + 1]) {
    int given = 0;
    if (descriptors[0] < 0 && options.lock_fd >= 0) {
        given = options.listen_count;
        for (int i = 0; i <= given; i++) descriptors[i] = options.lock_fd + i;
    } else {
        while (descriptors[given] >= 0) given++;
        if (given) given--;
    }
    if (given != options.listen_count) {
        fprintf(stderr, "hostd-keeper: %d listening sockets came, --listen-fds says %d\n", given, options.listen_count);
        return false;
    }
    listen_take(descriptors + 1, given);
    return true;
}

// The flock that hostd took for us, or our own. Whoever looks whether we live has it for a moment.
static bool take_lock(int *lock_fd) {
    int lock = *lock_fd;
    if (lock < 0) lock = open_in(options.dir, "lock", O_RDWR | O_CREAT);
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    int result = lock < 0 ? lock : flock(lock, LOCK_EX | LOCK_NB);
    for (int i = 0; i < 100 && result < 0 && errno == EWOULDBLOCK; i++) {
        nanosleep(&pause, NULL);
        result = flock(lock, LOCK_EX | LOCK_NB);
    }
    if (result < 0) {
        fprintf(stderr, "hostd-keeper: cannot lock %s/lock: %s\n", options.dir,
                errno == EWOULDBLOCK ? "another process holds it" : strerrordesc_np(errno));
        return false;
    }
    fcntl(lock, F_SETFD, FD_CLOEXEC);
    *lock_fd = lock;
    return true;
}

// What the pipes hold and the last record are not given up for want of room, except on demand.
static void leave(const sigset_t *set) {
    pipes_wait_for_reader(&pipes);
    const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
    while (!pipes_move_rest(&pipes, &options) || !record_is_saved(&options)) {
        int number = sigtimedwait(set, NULL, &pause);
        if (number == SIGTERM || number == signal_finish) break;
    }
    doorbell_ring(&options, "gone", "");
}

int main(int argc, char **argv, char **envp) {
    sigset_t set;
    block_signals(&set);
    fill_standard_descriptors();
    prepare();
    int descriptors[descriptors_max + 1] = {-1};  // the lock, then the listening sockets
    argc--;
    argv++;
    if (argc == 2 && !strcmp(argv[0], "--spare")) {
        enum spare spare = spare_wait(atoi(argv[1]), &argc, &argv, &envp, descriptors);
        if (spare == spare_unwanted) return 0;
        if (spare == spare_garbage) {
            fprintf(stderr, "hostd-keeper: what came for the spare keeper is no specification\n");
            return exit_usage;
        }
    }
    if (!options_parse(&options, argc, argv)) return exit_usage;
    if (options.probe) {
        // A lock that is given is kept as long as anything of the tree lives.
        close_others(&options.lock_fd, options.lock_fd < 0 ? 0 : 1);
        return probe_run(&options, envp, &set);
    }
    if (!take_sockets(descriptors)) return exit_usage;
    if (!take_lock(descriptors)) return exit_busy;
    close_others(descriptors, 1 + options.listen_count);
    let_go_of_standard_descriptors();
    folder_hold(options.dir);
    hold(&options, envp, &set, &pipes);
    leave(&set);
    return 0;
}
