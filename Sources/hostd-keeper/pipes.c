// SPDX-License-Identifier: Apache-2.0
// The log pipes. The keeper keeps each FIFO open for reading and writing, so nobody ever gets EPIPE and what is in it
// survives any reader; the child gets a write-only open of its own. Beside it stands a relay, a FIFO of ours alone: the
// logger moves bytes on to it by reference, so that the child writes while they are copied to the disk, and they
// survive a reader there as well.
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { small_pipe = 64 << 10 };

static bool make_fifo(const char *folder, const char *name) {
    int base = folder_open(folder);
    if (base < 0) return false;
    bool is_there = mkfifoat(base, name, 0600) == 0 || errno == EEXIST;
    folder_close(base);
    return is_there;
}

static bool open_both(struct log_pipe *pipe, const char *folder) {
    struct stat status;
    if (!make_fifo(folder, pipe->fifo)) return false;
    pipe->both = open_in(folder, pipe->fifo, O_RDWR | O_NONBLOCK);
    if (pipe->both < 0 || fstat(pipe->both, &status) < 0) return false;
    if (S_ISFIFO(status.st_mode)) return fchmod(pipe->both, 0600) == 0;
    close(pipe->both);
    pipe->both = -1;
    errno = EEXIST;
    return false;
}

// Without one the log is as whole, only slower: where pipes are many and therefore small there is none.
static void open_relay(struct log_pipe *pipe, const struct options *options) {
    if (options->pipe_size <= small_pipe || !make_fifo(options->dir, pipe->relay_name)) return;
    pipe->relay = open_in(options->dir, pipe->relay_name, O_RDWR | O_NONBLOCK);
    if (pipe->relay >= 0) fcntl(pipe->relay, F_SETPIPE_SZ, options->pipe_size);
}

static bool open_one(struct log_pipe *pipe, const struct options *options) {
    if (!open_both(pipe, options->dir)) return false;
    // Before it is the child's: root without CAP_DAC_OVERRIDE could not afterwards.
    pipe->write_end = open_in(options->dir, pipe->fifo, O_WRONLY);
    if (pipe->write_end < 0) return false;
    if (options->has_uid && fchown(pipe->both, options->uid, (gid_t)-1) < 0) return false;
    if (options->pipe_size) fcntl(pipe->both, F_SETPIPE_SZ, options->pipe_size);
    open_relay(pipe, options);
    return true;
}

static bool open_or_tell(struct log_pipe *pipe, const struct options *options, struct failure *failure) {
    static char path[path_max];
    if (open_one(pipe, options)) return true;
    *failure = (struct failure){errno, "make the log pipe", path};
    snprintf(path, sizeof path, "%s/%s", options->dir, pipe->fifo);
    return false;
}

bool pipes_open(struct log_pipes *pipes, const struct options *options, struct failure *failure) {
    pipes->out = (struct log_pipe){"out", "out.tail", "out.relay", -1, -1, -1};
    pipes->err = (struct log_pipe){"err", "err.tail", "err.relay", -1, -1, -1};
    if (options->streams == streams_none) return true;
    if (!open_or_tell(&pipes->out, options, failure)) return false;
    return options->streams == streams_merged || open_or_tell(&pipes->err, options, failure);
}

static void close_write_end(struct log_pipe *pipe) {
    if (pipe->write_end >= 0) close(pipe->write_end);
    pipe->write_end = -1;
}

void pipes_close_write_ends(struct log_pipes *pipes) {
    close_write_end(&pipes->out);
    close_write_end(&pipes->err);
}

static bool holds(int fifo) {
    int bytes = 0;
    return fifo >= 0 && ioctl(fifo, FIONREAD, &bytes) == 0 && bytes > 0;
}

static bool has_bytes(const struct log_pipe *pipe) { return holds(pipe->relay) || holds(pipe->both); }

void pipes_wait_for_reader(const struct log_pipes *pipes) {
    const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
    for (int i = 0; i < 200 && (has_bytes(&pipes->out) || has_bytes(&pipes->err)); i++) nanosleep(&pause, NULL);
}

// All in one call, which holds the pipe: a reader that comes back now gets nothing out of the middle.
static int move(int fifo, int tail) {
    ssize_t moved;
    do {
        moved = splice(fifo, NULL, tail, NULL, INT_MAX, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    } while (moved > 0);
    return moved < 0 ? errno : 0;
}

// The logger moves nothing on to the relay while we hold its lock, which it has for no longer than that takes: what it
// takes out of the relay meanwhile came before all that we move. One that was stopped just then is not waited for.
static void lock_relay(const struct log_pipe *pipe) {
    const struct timespec pause = {.tv_nsec = 1000 * 1000};
    if (pipe->relay < 0) return;
    for (int i = 0; i < 100 && flock(pipe->relay, LOCK_EX | LOCK_NB) < 0; i++) nanosleep(&pause, NULL);
}

static int move_to_tail(const struct log_pipe *pipe, const char *folder) {
    int tail = open_in(folder, pipe->tail, O_WRONLY | O_CREAT);
    if (tail < 0) return errno;
    int error = lseek(tail, 0, SEEK_END) < 0 ? errno : 0;
    if (!error && holds(pipe->relay)) error = move(pipe->relay, tail);
    // From a pipe that is empty now EAGAIN is no error; with bytes left it would be one.
    if ((!error || error == EAGAIN) && !holds(pipe->relay)) error = move(pipe->both, tail);
    close(tail);
    return error;
}

static bool move_rest(const struct log_pipe *pipe, const char *folder) {
    if (!has_bytes(pipe)) return true;
    lock_relay(pipe);
    int error = move_to_tail(pipe, folder);
    if (pipe->relay >= 0) flock(pipe->relay, LOCK_UN);
    return !may_pass(error);
}

bool pipes_move_rest(const struct log_pipes *pipes, const struct options *options) {
    bool out = move_rest(&pipes->out, options->dir), err = move_rest(&pipes->err, options->dir);
    return out && err;
}
