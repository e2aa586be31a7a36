// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

void doorbell_ring(const struct options *options, const char *event, const char *record) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!options->doorbell || strlen(options->doorbell) >= sizeof address.sun_path) return;
    strcpy(address.sun_path, options->doorbell);
    static int bell = -1;
    if (bell < 0) bell = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (bell < 0) return;
    char head[512];
    int length = snprintf(head, sizeof head, "%s %s\n", options->instance, event);
    if (length < 0 || length >= (int)sizeof head) return;
    struct iovec parts[] = {{head, (size_t)length}, {(void *)record, strlen(record)}};
    struct msghdr message = {
        .msg_name = &address, .msg_namelen = sizeof address, .msg_iov = parts, .msg_iovlen = 2};
    const struct timespec pause = {.tv_nsec = 2 * 1000 * 1000};
    for (int i = 0; i < 500; i++) {
        if (sendmsg(bell, &message, MSG_NOSIGNAL) >= 0) return;
        if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS) return;  // nobody there: the record is the truth
        nanosleep(&pause, NULL);
    }
}
