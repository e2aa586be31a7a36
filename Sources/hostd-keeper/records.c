// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "keeper.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char text[record_max];
static size_t used;

int64_t clock_ns(int clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

uint64_t start_ticks(pid_t pid) {
    char path[64], stat[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, stat, sizeof stat - 1);
    close(file);
    if (length <= 0) return 0;
    stat[length] = 0;
    char *place = strrchr(stat, ')');
    for (int field = 2; place && field < 22; field++) place = strchr(place + 1, ' ');
    return place ? strtoull(place + 1, NULL, 10) : 0;
}

__attribute__((format(printf, 1, 2))) static void add(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text + used, sizeof text - used, format, arguments);
    va_end(arguments);
    if (length > 0) used += (size_t)length < sizeof text - used ? (size_t)length : sizeof text - used - 1;
}

// A value of any bytes: `\` and newline are escaped as FieldText does.
static void add_text(const char *key, const char *value) {
    add("%s=", key);
    for (; *value && used < sizeof text - 64; value++) {
        if (*value == '\\') add("\\\\");
        else if (*value == '\n') add("\\n");
        else text[used++] = *value;
    }
    text[used] = 0;
    add("\n");
}

static void begin(const struct options *options, const struct identity *identity) {
    used = 0;
    add_text("instance", options->instance);
    add_text("token", options->token);
    add_text("epoch", options->epoch);
    add("keeper_pid=%d\nkeeper_start=%llu\n", identity->keeper, (unsigned long long)identity->keeper_start);
    if (identity->main) add("pid=%d\nstart=%llu\n", identity->main, (unsigned long long)identity->main_start);
    add("wall_ms=%lld\nmonotonic_ns=%lld\n", (long long)(clock_ns(CLOCK_REALTIME) / 1000000),
        (long long)clock_ns(CLOCK_MONOTONIC));
}

static const char *finish(const struct options *options, const char *name) {
    static char temporary[path_max], final[path_max];
    add("end\n");
    snprintf(temporary, sizeof temporary, "%s/%s.new", options->record_dir, name);
    snprintf(final, sizeof final, "%s/%s", options->record_dir, name);
    int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return text;
    bool whole = write(file, text, used) == (ssize_t)used && (!options->sync || fsync(file) == 0);
    close(file);
    if (whole && rename(temporary, final) == 0 && options->sync) {
        int folder = open(options->record_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder >= 0) {
            fsync(folder);
            close(folder);
        }
    }
    return text;
}

const char *record_start(const struct options *options, const struct identity *identity) {
    begin(options, identity);
    return finish(options, "start");
}

const char *record_exit(const struct options *options, const struct identity *identity, const struct ending *ending,
                        int left_overs, bool tree_is_empty) {
    begin(options, identity);
    if (ending->failed) {
        add("exec_errno=%d\n", ending->failure.error);
        add_text("exec_step", ending->failure.step);
        add_text("exec_path", ending->failure.path);
    } else if (ending->by_signal) {
        add("signal=%d\n%s", ending->status, ending->core ? "core=1\n" : "");
    } else {
        add("code=%d\n", ending->status);
    }
    add("ran_ms=%lld\nuser_us=%lld\nsystem_us=%lld\nmax_rss_kb=%lld\n", (long long)ending->ran_ms,
        (long long)ending->user_us, (long long)ending->system_us, (long long)ending->max_rss_kb);
    add("left_overs=%d\ntree=%s\n", left_overs, tree_is_empty ? "empty" : "busy");
    return finish(options, "exit");
}
