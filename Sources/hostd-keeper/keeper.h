// SPDX-License-Identifier: Apache-2.0
// hostd-keeper holds exactly one process tree. docs/keeper.md is its contract. Nothing is allocated after start.
#ifndef HOSTD_KEEPER_H
#define HOSTD_KEEPER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    signal_deliver = 40,  // value: signal + 256 * target
    signal_finish = 41,   // value: milliseconds between SIGTERM and SIGKILL
    groups_max = 256,
    rlimits_max = 16,
    path_max = 4096,
    record_max = 8192,
    kill_pause_ns = 2 * 1000 * 1000,  // between two passes of SIGKILL: whoever forked meanwhile is killed by the next;
    kill_pause_max_ns = 128 * 1000 * 1000,  // doubled up to this where somebody will not die
};

enum target { to_main = 0, to_group = 1, to_tree = 2 };
enum streams { streams_merged, streams_separate, streams_none };

struct rlimit_option {
    int resource;
    uint64_t value;  // UINT64_MAX: infinity
};

struct options {
    const char *instance, *dir, *record_dir, *token, *epoch, *doorbell, *directory, *cgroup;
    enum streams streams;
    enum target stop_to;
    int stop_signal, grace_ms, leftovers_ms, pipe_size, lock_fd;
    int timeout_ms;
    bool sync, probe;
    bool has_uid, has_gid, has_groups, has_umask, has_nice, has_oom;
    uid_t uid;
    gid_t gid;
    gid_t groups[groups_max];
    int group_count, nice, oom_score_adj;
    mode_t umask;
    struct rlimit_option rlimits[rlimits_max];
    int rlimit_count;
    char **command;
};

// options.c: fills `options`; says on stderr what is wrong and returns false.
bool options_parse(struct options *options, int argc, char **argv);

// spare.c: waits for one specification; returns false at end of file. The results point into static memory.
bool spare_wait(int socket, int *argc, char ***argv, char ***envp, int *lock_fd);

// pipes.c
struct log_pipe {
    char fifo[path_max], tail[path_max];
    int both, write_end;  // -1: this stream is not taken
};
struct log_pipes {
    struct log_pipe out, err;
};
bool pipes_open(struct log_pipes *pipes, const struct options *options);
void pipes_close_write_ends(struct log_pipes *pipes);
// Waits up to 1 s for a reader to take everything, then moves the rest to the tail files.
void pipes_drain(struct log_pipes *pipes);

// child.c
struct exec_failure {
    int error;
    const char *step;
    const char *path;
};
// Returns the pid, or -1 with `failure` filled in.
pid_t child_start(const struct options *options, const struct log_pipes *pipes, char **envp,
                  struct exec_failure *failure);

// tree.c
// Every descendant of this process gets the signal.
void tree_signal(int number);
// SIGKILL for all of the tree, by cgroup.kill where there is a cgroup.
void tree_kill(const struct options *options);

// records.c
struct ending {
    bool failed;
    struct exec_failure failure;
    int status;  // of waitid: code or signal
    bool by_signal, core;
    int64_t ran_ms, user_us, system_us, max_rss_kb;
};
struct identity {
    pid_t keeper, main;
    uint64_t keeper_start, main_start;
};
uint64_t start_ticks(pid_t pid);
int64_t clock_ns(int clock);
// Both build the text, write it, and return it for the doorbell.
const char *record_start(const struct options *options, const struct identity *identity);
const char *record_exit(const struct options *options, const struct identity *identity, const struct ending *ending,
                        int left_overs, bool tree_is_empty);

// probe.c: runs the command as a probe and returns the exit code.
int probe_run(const struct options *options, char **envp, const sigset_t *set);

// doorbell.c
void doorbell_ring(const struct options *options, const char *event, const char *record);

#endif
