// SPDX-License-Identifier: Apache-2.0
// The log pipes. The keeper keeps each FIFO open for reading and writing, so nobody ever gets EPIPE and what is in it
// survives any reader; the child gets a write-only open of its own.
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool open_one(struct log_pipe *pipe, const struct options *options, const char *name) {
    snprintf(pipe->fifo, sizeof pipe->fifo, "%s/%s", options->dir, name);
    snprintf(pipe->tail, sizeof pipe->tail, "%s/%s.tail", options->dir, name);
    if (mkfifo(pipe->fifo, 0600) < 0 && errno != EEXIST) return false;
    pipe->both = open(pipe->fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    if (pipe->both < 0) return false;
    if (options->has_uid && fchown(pipe->both, options->uid, (gid_t)-1) < 0) return false;
    if (options->pipe_size) fcntl(pipe->both, F_SETPIPE_SZ, options->pipe_size);
    pipe->write_end = open(pipe->fifo, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    return pipe->write_end >= 0;
}

bool pipes_open(struct log_pipes *pipes, const struct options *options) {
    pipes->out.both = pipes->out.write_end = pipes->err.both = pipes->err.write_end = -1;
    if (options->streams == streams_none) return true;
    if (!open_one(&pipes->out, options, "out")) return false;
    return options->streams == streams_merged || open_one(&pipes->err, options, "err");
}

static void close_write_end(struct log_pipe *pipe) {
    if (pipe->write_end >= 0) close(pipe->write_end);
    pipe->write_end = -1;
}

void pipes_close_write_ends(struct log_pipes *pipes) {
    close_write_end(&pipes->out);
    close_write_end(&pipes->err);
}

static int readable(const struct log_pipe *pipe) {
    int bytes = 0;
    return pipe->both < 0 || ioctl(pipe->both, FIONREAD, &bytes) < 0 ? 0 : bytes;
}

static void move_rest(const struct log_pipe *pipe) {
    if (!readable(pipe)) return;
    int tail = open(pipe->tail, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (tail < 0 || lseek(tail, 0, SEEK_END) < 0) return;
    while (splice(pipe->both, NULL, tail, NULL, 1 << 20, SPLICE_F_NONBLOCK | SPLICE_F_MOVE) > 0) continue;
    close(tail);
}

void pipes_drain(struct log_pipes *pipes) {
    const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
    for (int i = 0; i < 200 && (readable(&pipes->out) || readable(&pipes->err)); i++) nanosleep(&pause, NULL);
    if (pipes->out.both >= 0) move_rest(&pipes->out);
    if (pipes->err.both >= 0) move_rest(&pipes->err);
}
