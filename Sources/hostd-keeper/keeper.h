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
    name_max = 256,
    record_max = 8192,
    listen_max = 7,
};

enum target { to_main = 0, to_group = 1, to_tree = 2 };
enum notify { notify_none, notify_offered, notify_required };
enum streams { streams_merged, streams_separate, streams_none };

struct rlimit_option {
    int resource;
    uint64_t value;    // UINT64_MAX: infinity
    const char *text;  // as it was given
};

struct options {
    const char *instance, *dir, *record_dir, *token, *epoch, *doorbell, *directory, *cgroup;
    enum streams streams;
    enum notify notify;
    enum target stop_to;
    int stop_signal, grace_ms, leftovers_ms, pipe_size, lock_fd;
    int timeout_ms, listen_count;
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

// spare.c: waits for one specification; its results point into static memory.
enum spare { spare_taken, spare_unwanted, spare_garbage };
// The lock file and the listening sockets that came with it are in `descriptors`, which ends with -1.
enum { descriptors_max = 1 + listen_max };
enum spare spare_wait(int socket, int *argc, char ***argv, char ***envp, int descriptors[descriptors_max + 1]);

// What could not be done: "cannot STEP PATH: error".
struct failure {
    int error;
    const char *step;
    const char *path;
};

// files.c: open and write a file by its name in a folder. No paths are put together: every buffer for one would cost
// each keeper a page of memory.
// The folder that is held is opened once for all; folder_open and folder_close keep errno as the call before left it.
void folder_hold(const char *path);
int folder_open(const char *path);
void folder_close(int folder);
int open_in(const char *folder, const char *name, int flags);
bool write_in(const char *folder, const char *name, const char *text);

// pipes.c
struct log_pipe {
    const char *fifo, *tail, *relay_name;
    int both, write_end;  // -1: this stream is not taken
    int relay;            // bytes on their way to the log, older than what the FIFO holds; -1: none
};
struct log_pipes {
    struct log_pipe out, err;
};
bool pipes_open(struct log_pipes *pipes, const struct options *options, struct failure *failure);
void pipes_close_write_ends(struct log_pipes *pipes);
// Waits up to 1 s for a reader to take everything.
void pipes_wait_for_reader(const struct log_pipes *pipes);
// Moves what is left to the tail files; false when there was no room for all of it.
bool pipes_move_rest(const struct log_pipes *pipes, const struct options *options);

// listen.c: the listening sockets that hostd holds for the child. `given` are their numbers, rising.
void listen_take(const int *given, int count);
// In the child: gives them the numbers 3, 4, …; -1 with errno.
int listen_place(void);
// In the child: says in its environment that they are for this process (sd_listen_fds).
void listen_tell(char **envp);
// For hostd the keeper holds them no longer than the main process lives.
void listen_close(void);

// child.c: returns the pid, or -1 with `failure` filled in.
pid_t child_start(const struct options *options, const struct log_pipes *pipes, char **envp, struct failure *failure);

// notify.c: what the tree says of itself (sd_notify).
enum word {
    said_ready, said_status, said_watchdog, said_trigger, said_extend, said_stopping, said_reloading, said_progress,
    said_checkpoint, said_words
};
struct said {
    const char *key, *name;  // in a message, and in the record
    char *value;             // NULL: the word alone counts
    size_t room;
    uint64_t count;
    int64_t at_ns;  // the last time, CLOCK_MONOTONIC
};
// Makes the socket DIR/notify.sock. Where one is only offered and cannot be had, NOTIFY_SOCKET leaves `envp`.
bool notify_open(const struct options *options, char **envp, struct failure *failure);
// In the child, when it is who it will be: whether it can reach the socket, or does well without. Names it if not.
bool notify_offer(const struct options *options, char **envp, const char **path);
void notify_close(void);
// What to wait for; -1 for nothing.
int notify_descriptor(void);

// proc.c
int64_t clock_ns(int clock);
// Field `number` (from 3 up) of /proc/PID/stat; 0 when the process is gone.
uint64_t stat_field(pid_t pid, int number);
// Calls `visit` for every child of `parent`, which may have many threads.
void each_child(pid_t parent, void (*visit)(pid_t child, pid_t parent));

// tree.c: everything that descends from this process, which is the child subreaper.
void tree_signal(int number);
// One pass of SIGKILL, by cgroup.kill too where there is a cgroup. Returns how long to wait for the next one.
int64_t tree_kill_ns(const struct options *options);
bool tree_cgroup_is_empty(const struct options *options);

// hold.c: holds a tree from its start until nothing is left of it.
struct ending {
    bool failed;
    struct failure failure;
    int status;  // of waitid: code or signal
    bool by_signal, core;
    int64_t wall_ms, monotonic_ns, ran_ms, user_us, system_us, max_rss_kb;
};
struct identity {
    pid_t keeper, main;
    uint64_t keeper_start, main_start;
};
void hold(const struct options *options, char **envp, const sigset_t *set, struct log_pipes *pipes);
// Takes what was said and writes it down, `at_once` or as often as it may. Returns after how long to call it again.
int64_t notify_serve(const struct options *options, const struct identity *identity, bool at_once);

// probe.c: runs the command as a probe and returns the exit code.
int probe_run(const struct options *options, char **envp, const sigset_t *set);

// records.c: both build the text, save it, and return it for the doorbell.
const char *record_start(const struct options *options, const struct identity *identity, int64_t wall_ms,
                         int64_t monotonic_ns);
const char *record_exit(const struct options *options, const struct identity *identity, const struct ending *ending,
                        int left_overs, bool tree_is_empty);
// What the tree has said. NULL while another record waits for room.
const char *record_notify(const struct options *options, const struct identity *identity, const struct said *said,
                          int64_t extend_until_ns, bool *is_unsaved);
// False when the last record still has no room; tries again to save it.
bool record_is_saved(const struct options *options);
// Whether an error may go by itself: no room.
bool may_pass(int error);

// doorbell.c
void doorbell_ring(const struct options *options, const char *event, const char *record);
// The same without waiting; false when the queue is full.
bool doorbell_try(const struct options *options, const char *event, const char *record);

#endif
