// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static bool complain(const char *option, const char *value, const char *right) {
    fprintf(stderr, "hostd-keeper: %s: \"%s\" is not right (%s)\n", option, value ? value : "", right);
    return false;
}

static bool number(const char *option, const char *text, int base, long long low, long long high, long long *result) {
    char *end;
    errno = 0;
    *result = strtoll(text, &end, base);
    if (!errno && end != text && !*end && *result >= low && *result <= high) return true;
    char right[64];
    snprintf(right, sizeof right, base == 8 ? "octal, from %llo to %llo" : "a number from %lld to %lld", low, high);
    return complain(option, text, right);
}

static bool set_int(const char *option, const char *text, int base, int low, int high, int *field) {
    long long value;
    if (!number(option, text, base, low, high, &value)) return false;
    *field = (int)value;
    return true;
}

static bool set_groups(struct options *options, const char *text) {
    options->has_groups = true;
    options->group_count = 0;
    while (*text) {
        char *end;
        errno = 0;
        unsigned long long group = strtoull(text, &end, 10);
        if (errno || end == text || group > UINT_MAX || (*end && *end != ',') || options->group_count == groups_max)
            return complain("--groups", text, "up to 256 numbers with commas");
        options->groups[options->group_count++] = (gid_t)group;
        text = *end ? end + 1 : end;
    }
    return true;
}

static bool set_rlimit(struct options *options, const char *text) {
    static const struct {
        const char *name;
        int resource;
    } known[] = {
        {"nofile", RLIMIT_NOFILE}, {"nproc", RLIMIT_NPROC}, {"core", RLIMIT_CORE},       {"as", RLIMIT_AS},
        {"fsize", RLIMIT_FSIZE},   {"stack", RLIMIT_STACK}, {"data", RLIMIT_DATA},       {"memlock", RLIMIT_MEMLOCK},
        {"cpu", RLIMIT_CPU},
    };
    const char *equals = strchr(text, '=');
    if (!equals || options->rlimit_count == rlimits_max) return complain("--rlimit", text, "NAME=VALUE, at most 16");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strlen(known[i].name) != (size_t)(equals - text) || strncmp(text, known[i].name, (size_t)(equals - text)))
            continue;
        struct rlimit_option *limit = &options->rlimits[options->rlimit_count++];
        limit->resource = known[i].resource;
        limit->value = UINT64_MAX;
        limit->text = text;
        if (!strcmp(equals + 1, "infinity")) return true;
        long long value;
        if (!number("--rlimit", equals + 1, 10, 0, LLONG_MAX, &value)) return false;
        limit->value = (uint64_t)value;
        return true;
    }
    return complain("--rlimit", text, "nofile, nproc, core, as, fsize, stack, data, memlock, cpu");
}

static bool set_identity(struct options *options, const char *name, const char *value, bool *known) {
    long long number_value = 0;
    *known = true;
    if (!strcmp(name, "--uid")) {
        options->has_uid = true;
        if (!number(name, value, 10, 0, UINT_MAX - 1, &number_value)) return false;
        options->uid = (uid_t)number_value;
        return true;
    }
    if (!strcmp(name, "--gid")) {
        options->has_gid = true;
        if (!number(name, value, 10, 0, UINT_MAX - 1, &number_value)) return false;
        options->gid = (gid_t)number_value;
        return true;
    }
    if (!strcmp(name, "--groups")) return set_groups(options, value);
    if (!strcmp(name, "--umask")) {
        int mask;
        options->has_umask = true;
        if (!set_int(name, value, 8, 0, 0777, &mask)) return false;
        options->umask = (mode_t)mask;
        return true;
    }
    if (!strcmp(name, "--nice")) return options->has_nice = true, set_int(name, value, 10, -20, 19, &options->nice);
    if (!strcmp(name, "--oom-score-adj"))
        return options->has_oom = true, set_int(name, value, 10, -1000, 1000, &options->oom_score_adj);
    if (!strcmp(name, "--rlimit")) return set_rlimit(options, value);
    *known = false;
    return true;
}

static bool set_behaviour(struct options *options, const char *name, const char *value, bool *known) {
    *known = true;
    if (!strcmp(name, "--lock-fd")) return set_int(name, value, 10, 3, 1 << 20, &options->lock_fd);
    if (!strcmp(name, "--listen-fds")) return set_int(name, value, 10, 0, listen_max, &options->listen_count);
    if (!strcmp(name, "--pipe-size")) return set_int(name, value, 10, 0, 1 << 30, &options->pipe_size);
    if (!strcmp(name, "--stop-signal")) return set_int(name, value, 10, 1, 64, &options->stop_signal);
    if (!strcmp(name, "--grace-ms")) return set_int(name, value, 10, 0, INT_MAX, &options->grace_ms);
    if (!strcmp(name, "--leftovers-ms")) return set_int(name, value, 10, 0, INT_MAX, &options->leftovers_ms);
    if (!strcmp(name, "--timeout-ms")) return set_int(name, value, 10, 1, INT_MAX, &options->timeout_ms);
    if (!strcmp(name, "--streams")) {
        if (!strcmp(value, "merged")) return options->streams = streams_merged, true;
        if (!strcmp(value, "separate")) return options->streams = streams_separate, true;
        if (!strcmp(value, "none")) return options->streams = streams_none, true;
        return complain(name, value, "merged, separate or none");
    }
    if (!strcmp(name, "--notify")) {
        if (!strcmp(value, "none")) return options->notify = notify_none, true;
        if (!strcmp(value, "offered")) return options->notify = notify_offered, true;
        if (!strcmp(value, "required")) return options->notify = notify_required, true;
        return complain(name, value, "none, offered or required");
    }
    if (!strcmp(name, "--stop-to")) {
        if (!strcmp(value, "main")) return options->stop_to = to_main, true;
        if (!strcmp(value, "group")) return options->stop_to = to_group, true;
        return complain(name, value, "main or group");
    }
    *known = false;
    return true;
}

static const char **name_option(struct options *options, const char *name) {
    if (!strcmp(name, "--instance")) return &options->instance;
    if (!strcmp(name, "--token")) return &options->token;
    if (!strcmp(name, "--epoch")) return &options->epoch;
    return NULL;
}

static const char **path_option(struct options *options, const char *name) {
    if (!strcmp(name, "--dir")) return &options->dir;
    if (!strcmp(name, "--record-dir")) return &options->record_dir;
    if (!strcmp(name, "--doorbell")) return &options->doorbell;
    if (!strcmp(name, "--directory")) return &options->directory;
    if (!strcmp(name, "--cgroup")) return &options->cgroup;
    return NULL;
}

static bool set_option(struct options *options, const char *name, const char *value) {
    const char **text = name_option(options, name), **path = path_option(options, name);
    if (text && strlen(value) >= name_max) return complain(name, value, "at most 255 bytes");
    if (path && strlen(value) > path_max - 64) return complain(name, value, "at most 4032 bytes");
    if (text || path) return *(text ? text : path) = value, true;
    bool known;
    if (!set_identity(options, name, value, &known)) return false;
    if (known) return true;
    if (!set_behaviour(options, name, value, &known)) return false;
    return known ? true : complain(name, value, "no such option");
}

bool options_parse(struct options *options, int argc, char **argv) {
    *options = (struct options){.instance = "",
                                .token = "",
                                .epoch = "",
                                .stop_signal = 15,
                                .grace_ms = 30000,
                                .leftovers_ms = 5000,
                                .lock_fd = -1};
    int i = 0;
    while (i < argc && strcmp(argv[i], "--")) {
        if (!strcmp(argv[i], "--sync") || !strcmp(argv[i], "--probe")) {
            *(argv[i][2] == 's' ? &options->sync : &options->probe) = true;
            i++;
            continue;
        }
        if (i + 1 >= argc) return complain(argv[i], NULL, "it takes a value");
        if (!set_option(options, argv[i], argv[i + 1])) return false;
        i += 2;
    }
    if (i + 1 >= argc) return complain("command", NULL, "-- PROGRAM ARGUMENT …");
    options->command = argv + i + 1;
    if (options->probe) {
        if (!options->timeout_ms) return complain("--timeout-ms", NULL, "a probe needs it");
        // cgroup.kill at the end of a probe would end the service whose cgroup it joined.
        if (options->cgroup) return complain("--cgroup", options->cgroup, "a probe has none");
        return options->listen_count ? complain("--listen-fds", NULL, "a probe has none") : true;
    }
    if (!options->dir) return complain("--dir", NULL, "it is needed");
    if (!options->record_dir) options->record_dir = options->dir;
    return true;
}
