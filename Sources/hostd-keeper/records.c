// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

// No value is longer than this, so that there is always room for all fields.
enum { value_max = 5120 };

static char text[record_max];
static size_t used;
static const char *unsaved;  // the name of a record for which there was no room

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
    for (size_t limit = used + value_max; *value && used < limit && used < sizeof text - 1; value++) {
        if (*value == '\\') add("\\\\");
        else if (*value == '\n') add("\\n");
        else text[used++] = *value;
    }
    text[used] = 0;
    add("\n");
}

static void begin(const struct options *options, const struct identity *identity, int64_t wall_ms,
                  int64_t monotonic_ns) {
    used = 0;
    add_text("instance", options->instance);
    add_text("token", options->token);
    add_text("epoch", options->epoch);
    add("keeper_pid=%d\nkeeper_start=%llu\n", identity->keeper, (unsigned long long)identity->keeper_start);
    if (identity->main) add("pid=%d\nstart=%llu\n", identity->main, (unsigned long long)identity->main_start);
    add("wall_ms=%lld\nmonotonic_ns=%lld\n", (long long)wall_ms, (long long)monotonic_ns);
}

// Returns 0 or errno.
static int write_text(bool sync, int folder, const char *name) {
    int file = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return errno;
    ssize_t written = write(file, text, used);
    int error = written < 0 ? errno : written < (ssize_t)used ? ENOSPC : 0;
    // A disk that cannot sync is no reason to keep the record to ourselves.
    if (!error && sync) fsync(file);
    close(file);
    return error;
}

// Returns 0 or errno.
static int save(const struct options *options, bool sync, const char *name) {
    char temporary[16];
    snprintf(temporary, sizeof temporary, "%s.new", name);
    int folder = folder_open(options->record_dir);
    if (folder < 0) return errno;
    int error = write_text(sync, folder, temporary);
    if (!error && renameat(folder, temporary, folder, name) < 0) error = errno;
    if (error) unlinkat(folder, temporary, 0);
    else if (sync) fsync(folder);
    folder_close(folder);
    return error;
}

bool may_pass(int error) { return error == ENOSPC || error == EDQUOT || error == ENOMEM || error == ENFILE; }

static const char *finish(const struct options *options, const char *name) {
    add("end\n");
    unsaved = may_pass(save(options, options->sync, name)) ? name : NULL;
    return text;
}

bool record_is_saved(const struct options *options) {
    if (unsaved && !may_pass(save(options, options->sync, unsaved))) unsaved = NULL;
    return !unsaved;
}

const char *record_start(const struct options *options, const struct identity *identity, int64_t wall_ms,
                         int64_t monotonic_ns) {
    begin(options, identity, wall_ms, monotonic_ns);
    return finish(options, "start");
}

const char *record_exit(const struct options *options, const struct identity *identity, const struct ending *ending,
                        int left_overs, bool tree_is_empty) {
    begin(options, identity, ending->wall_ms, ending->monotonic_ns);
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

const char *record_notify(const struct options *options, const struct identity *identity, const struct said *said,
                          int64_t extend_until_ns, bool *is_unsaved) {
    *is_unsaved = true;
    if (!record_is_saved(options)) return NULL;
    begin(options, identity, clock_ns(CLOCK_REALTIME) / 1000000, clock_ns(CLOCK_MONOTONIC));
    for (int word = 0; word < said_words; word++, said++) {
        if (!said->count) continue;
        if (said->value) add_text(said->name, said->value);
        add("%s_count=%llu\n%s_ns=%lld\n", said->name, (unsigned long long)said->count, said->name,
            (long long)said->at_ns);
    }
    if (extend_until_ns) add("extend_until_ns=%lld\n", (long long)extend_until_ns);
    add("end\n");
    *is_unsaved = may_pass(save(options, false, "notify"));
    return text;
}
