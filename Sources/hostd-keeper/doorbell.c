// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>

static int open_bell(void) {
    int bell = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const struct timeval one_second = {.tv_sec = 1};
    if (bell >= 0) setsockopt(bell, SOL_SOCKET, SO_SNDTIMEO, &one_second, sizeof one_second);
    return bell;
}

static bool send_ring(const struct options *options, const char *event, const char *record, int flags) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!options->doorbell || strlen(options->doorbell) >= sizeof address.sun_path) return true;
    strcpy(address.sun_path, options->doorbell);
    static int bell = -1;
    if (bell < 0 && (bell = open_bell()) < 0) return true;
    char head[name_max + 16];
    int length = snprintf(head, sizeof head, "%s %s\n", options->instance, event);
    struct iovec parts[] = {{head, (size_t)length}, {(void *)record, strlen(record)}};
    struct msghdr message = {
        .msg_name = &address, .msg_namelen = sizeof address, .msg_iov = parts, .msg_iovlen = 2};
    return sendmsg(bell, &message, MSG_NOSIGNAL | flags) >= 0 || errno != EAGAIN;
}

void doorbell_ring(const struct options *options, const char *event, const char *record) {
    // A full queue is waited for. Nobody there: the record is the truth.
    send_ring(options, event, record, 0);
}

bool doorbell_try(const struct options *options, const char *event, const char *record) {
    return send_ring(options, event, record, MSG_DONTWAIT);
}
