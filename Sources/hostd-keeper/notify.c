// SPDX-License-Identifier: Apache-2.0
// The socket on which the tree says how it is: what sd_notify(3) sends. The last value, the count and the time of each
// known word stand in a record of their own, so that nothing is lost while hostd is away and nobody waits for it.
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    message_max = 4096,  // as for systemd
    batch_max = 64,      // signals have their turn in between
};

static const int64_t second_ns = 1000000000;
static const int64_t write_cost_ns = second_ns / 10;  // ten records at once, then ten a second

static char status_text[513], progress_text[513], checkpoint_text[1025], extend_text[21];

static struct said all_said[] = {
    [said_ready] = {.key = "READY", .name = "ready"},
    [said_status] = {.key = "STATUS", .name = "status", .value = status_text, .room = sizeof status_text},
    [said_watchdog] = {.key = "WATCHDOG", .name = "watchdog"},
    [said_trigger] = {.key = NULL, .name = "trigger"},
    [said_extend] = {.key = "EXTEND_TIMEOUT_USEC", .name = "extend_timeout_usec", .value = extend_text,
                     .room = sizeof extend_text},
    [said_stopping] = {.key = "STOPPING", .name = "stopping"},
    [said_reloading] = {.key = "RELOADING", .name = "reloading"},
    [said_progress] = {.key = "X_PROGRESS", .name = "x_progress", .value = progress_text,
                       .room = sizeof progress_text},
    [said_checkpoint] = {.key = "X_CHECKPOINT", .name = "x_checkpoint", .value = checkpoint_text,
                         .room = sizeof checkpoint_text},
};

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static int own = -1;
static bool is_unsaved;  // the record does not say all that was said
static bool is_news;     // hostd has not been told; a beat is no news, it looks for beats when they are due
static bool is_held;     // a barrier waits for the record, and all behind it
static int64_t extend_until_ns;

static void forget_variable(char **envp) {
    char **kept = envp;
    for (; *envp; envp++) {
        if (strncmp(*envp, "NOTIFY_SOCKET=", 14)) *kept++ = *envp;
    }
    *kept = NULL;
}

static bool open_socket(const struct options *options) {
    static const char name[] = "/notify.sock";
    if (strlen(options->dir) + sizeof name > sizeof address.sun_path) return errno = ENAMETOOLONG, false;
    strcat(strcpy(address.sun_path, options->dir), name);
    own = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    if (own < 0 || setsockopt(own, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0) return false;
    unlink(address.sun_path);
    if (fchmod(own, 0600) < 0 || bind(own, (struct sockaddr *)&address, sizeof address) < 0) return false;
    if (!options->has_uid || options->uid == getuid()) return true;
    // Another user has to get there; what else stands in the folder is closed to him.
    return chmod(options->dir, 0711) == 0 && lchown(address.sun_path, options->uid, (gid_t)-1) == 0;
}

bool notify_open(const struct options *options, char **envp, struct failure *failure) {
    if (options->notify == notify_none || open_socket(options)) return true;
    if (options->notify == notify_required) {
        *failure = (struct failure){errno, "make the notify socket in", options->dir};
        return false;
    }
    notify_close();
    forget_variable(envp);
    return true;
}

void notify_close(void) {
    if (own >= 0) close(own);
    own = -1;
}

bool notify_offer(const struct options *options, char **envp, const char **path) {
    if (own < 0 || access(address.sun_path, W_OK) == 0) return true;
    *path = address.sun_path;
    if (options->notify == notify_required) return false;
    forget_variable(envp);
    return true;
}

int notify_descriptor(void) { return is_held ? -1 : own; }

// The length of the next message, which stays in the queue; -1 when there is none.
static ssize_t peek(char *message, pid_t *sender) {
    struct iovec part = {.iov_base = message, .iov_len = message_max};
    // No room for descriptors: the kernel closes those that are sent, now or when the message is taken.
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct msghdr incoming = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    ssize_t length;
    do {
        length = recvmsg(own, &incoming, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (length < 0 && errno == EINTR);
    *sender = 0;
    struct cmsghdr *header = length < 0 ? NULL : CMSG_FIRSTHDR(&incoming);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS) {
        struct ucred credentials;
        memcpy(&credentials, CMSG_DATA(header), sizeof credentials);
        *sender = credentials.pid;
    }
    return length;
}

static void note(enum word word, const char *value, size_t length) {
    struct said *said = &all_said[word];
    said->count++;
    said->at_ns = clock_ns(CLOCK_MONOTONIC);
    is_unsaved = true;
    if (word != said_watchdog) is_news = true;
    if (!said->value) return;
    if (length >= said->room) {
        length = said->room - 1;
        while (length && (value[length] & 0xc0) == 0x80) length--;  // no part of a character
    }
    memcpy(said->value, value, length);
    said->value[length] = 0;
}

static void note_extension(const char *value, size_t length) {
    char text[21], *end;
    if (!length || length >= sizeof text || *value < '0' || *value > '9') return;
    memcpy(text, value, length);
    text[length] = 0;
    errno = 0;
    unsigned long long usec = strtoull(text, &end, 10);
    if (errno || *end || !usec || usec == UINT64_MAX) return;
    note(said_extend, value, length);
    int64_t at_ns = all_said[said_extend].at_ns, left_us = (INT64_MAX - at_ns) / 1000;
    int64_t until_ns = usec > (uint64_t)left_us ? INT64_MAX : at_ns + (int64_t)usec * 1000;
    if (until_ns > extend_until_ns) extend_until_ns = until_ns;
}

static bool is_text(const char *value, size_t length, const char *text) {
    return length == strlen(text) && !memcmp(value, text, length);
}

static void take_word(enum word word, const char *value, size_t length, bool is_main) {
    switch (word) {
    case said_extend: note_extension(value, length); break;
    case said_status:
    case said_progress:
    case said_checkpoint: note(word, value, length); break;
    case said_watchdog:
        if (is_text(value, length, "trigger")) word = said_trigger;
        else if (!is_text(value, length, "1")) break;
        note(word, value, length);
        break;
    case said_stopping:
        // A tool that the service runs may speak the protocol too, and its end is not the service's.
        if (!is_main) break;
        __attribute__((fallthrough));
    default:
        if (is_text(value, length, "1")) note(word, value, length);
    }
}

static void take_line(const char *line, size_t length, bool is_main) {
    const char *equals = memchr(line, '=', length);
    if (!equals) return;
    for (int word = 0; word < said_words; word++) {
        if (!all_said[word].key || !is_text(line, (size_t)(equals - line), all_said[word].key)) continue;
        take_word(word, equals + 1, length - (size_t)(equals - line) - 1, is_main);
    }
}

// Calls `visit` for each line, if there is one. Whether one of them is BARRIER=1.
static bool each_line(const char *text, size_t length, bool is_main, void (*visit)(const char *, size_t, bool)) {
    bool is_barrier = false;
    while (length) {
        const char *end = memchr(text, '\n', length);
        size_t part = end ? (size_t)(end - text) : length;
        is_barrier |= is_text(text, part, "BARRIER=1");
        if (visit) visit(text, part, is_main);
        length -= end ? part + 1 : part;
        text += end ? part + 1 : part;
    }
    return is_barrier;
}

static int64_t credit_ns = second_ns, credit_at_ns;

static bool pay(void) {
    int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
    credit_ns += credit_at_ns ? now_ns - credit_at_ns : 0;
    credit_at_ns = now_ns;
    if (credit_ns > second_ns) credit_ns = second_ns;
    if (credit_ns < write_cost_ns) return false;
    credit_ns -= write_cost_ns;
    return true;
}

// Writes what is new down and tells hostd; false when it is too early for that again.
static bool write_down(const struct options *options, const struct identity *identity, bool at_once) {
    if (!is_unsaved && !is_news) return true;
    if (!at_once && !pay()) return false;
    const char *record = record_notify(options, identity, all_said, extend_until_ns, &is_unsaved);
    // Without waiting: whoever says something would wait with us. The record is the truth.
    if (record && is_news) is_news = !doorbell_try(options, "notify", record);
    return true;
}

// Takes one message; false when there is none, or when it has to wait.
static bool take(const struct options *options, const struct identity *identity, bool at_once) {
    static char message[message_max];
    pid_t sender;
    ssize_t length = peek(message, &sender);
    if (length < 0) return false;
    if (length <= message_max && !memchr(message, 0, (size_t)length)) {
        if (each_line(message, (size_t)length, false, NULL)) {
            // It is answered by the end of the descriptor that came with it: when the message leaves the queue.
            is_held = !write_down(options, identity, at_once);
            if (is_held) return false;
        } else {
            each_line(message, (size_t)length, sender == identity->main, take_line);
        }
    }
    recv(own, NULL, 0, MSG_DONTWAIT);
    return true;
}

int64_t notify_serve(const struct options *options, const struct identity *identity, bool at_once) {
    if (own < 0) return INT64_MAX;
    is_held = false;
    int taken = 0;
    while (taken < batch_max && take(options, identity, at_once)) taken++;
    bool is_written = write_down(options, identity, at_once);
    if (taken == batch_max) return 0;
    if (is_held || !is_written) return write_cost_ns - credit_ns;
    // No room for the record, or hostd's queue is full.
    return is_unsaved || is_news ? second_ns : INT64_MAX;
}
