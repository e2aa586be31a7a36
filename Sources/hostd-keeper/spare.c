// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { message_max = 128 * 1024, strings_max = 4096, magic = 0x4b504552 };

static char message[message_max + 1];
static char *strings[strings_max + 2];

// As recvmsg, but -1 for a message that was longer than the room for it.
static ssize_t receive(int socket, int descriptors[descriptors_max + 1]) {
    struct iovec part = {.iov_base = message, .iov_len = message_max};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(descriptors_max * sizeof(int))];
    } control;
    struct msghdr incoming = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    ssize_t length;
    do {
        length = recvmsg(socket, &incoming, MSG_CMSG_CLOEXEC);
    } while (length < 0 && errno == EINTR);
    if (length <= 0) return length;
    struct cmsghdr *header = CMSG_FIRSTHDR(&incoming);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        size_t size = header->cmsg_len - CMSG_LEN(0);
        memcpy(descriptors, CMSG_DATA(header), size);
        descriptors[size / sizeof(int)] = -1;
    }
    return incoming.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ? -1 : length;
}

// Points at `count` strings from `text` on; returns where they end, NULL when there are less.
static char *split(char *text, const char *end, uint32_t count, char **result) {
    for (uint32_t i = 0; i < count; i++) {
        if (text >= end) return NULL;
        result[i] = text;
        text += strlen(text) + 1;
    }
    result[count] = NULL;
    return text;
}

enum spare spare_wait(int socket, int *argc, char ***argv, char ***envp, int descriptors[descriptors_max + 1]) {
    ssize_t length = receive(socket, descriptors);
    close(socket);
    if (length == 0) return spare_unwanted;
    uint32_t head[4];
    if (length < (ssize_t)sizeof head || message[length - 1]) return spare_garbage;
    memcpy(head, message, sizeof head);
    if (head[0] != magic || head[1] > strings_max / 2 || head[2] > strings_max / 2) return spare_garbage;
    *argc = (int)head[1];
    *argv = strings;
    *envp = strings + head[1] + 1;
    const char *end = message + length;
    char *place = split(message + sizeof head, end, head[1], *argv);
    if (place) place = split(place, end, head[2], *envp);
    return place == end ? spare_taken : spare_garbage;
}
