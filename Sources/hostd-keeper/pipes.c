// SPDX-License-Identifier: Apache-2.0
// The log pipes. The keeper keeps each FIFO open for reading and writing, so nobody ever gets EPIPE and what is in it
// survives any reader; the child gets a write-only open of its own.
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

static bool open_one(struct log_pipe *pipe, const struct options *options) {
    if (!open_both(pipe, options->dir)) return false;
    // Before it is the child's: root without CAP_DAC_OVERRIDE could not afterwards.
    pipe->write_end = open_in(options->dir, pipe->fifo, O_WRONLY);
    if (pipe->write_end < 0) return false;
    if (options->has_uid && fchown(pipe->both, options->uid, (gid_t)-1) < 0) return false;
    if (options->pipe_size) fcntl(pipe->both, F_SETPIPE_SZ, options->pipe_size);
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
    pipes->out = (struct log_pipe){"out", "out.tail", -1, -1};
    pipes->err = (struct log_pipe){"err", "err.tail", -1, -1};
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

static bool has_bytes(const struct log_pipe *pipe) {
    int bytes = 0;
    return pipe->both >= 0 && ioctl(pipe->both, FIONREAD, &bytes) == 0 && bytes > 0;
}

void pipes_wait_for_reader(const struct log_pipes *pipes) {
    const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
    for (int i = 0; i < 200 && (has_bytes(&pipes->out) || has_bytes(&pipes->err)); i++) nanosleep(&pause, NULL);
}

// All in one call, which holds the pipe: a reader that comes back now gets nothing out of the middle.
static int move(const struct log_pipe *pipe, const char *folder) {
    int tail = open_in(folder, pipe->tail, O_WRONLY | O_CREAT);
    if (tail < 0 || lseek(tail, 0, SEEK_END) < 0) return errno;
    ssize_t moved;
    do {
        moved = splice(pipe->both, NULL, tail, NULL, INT_MAX, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    } while (moved > 0);
    int error = moved < 0 ? errno : 0;
    close(tail);
    return error;
}

static bool move_rest(const struct log_pipe *pipe, const char *folder) {
    return !has_bytes(pipe) || !may_pass(move(pipe, folder));
}

bool pipes_move_rest(const struct log_pipes *pipes, const struct options *options) {
    bool out = move_rest(&pipes->out, options->dir), err = move_rest(&pipes->err, options->dir);
    return out && err;
}
