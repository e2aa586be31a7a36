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

static ssize_t receive(int socket, int *descriptor) {
    struct iovec part = {.iov_base = message, .iov_len = message_max};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr incoming = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    ssize_t length;
    do {
        length = recvmsg(socket, &incoming, MSG_CMSG_CLOEXEC);
    } while (length < 0 && errno == EINTR);
    struct cmsghdr *header = CMSG_FIRSTHDR(&incoming);
    *descriptor = -1;
    if (length > 0 && header && header->cmsg_type == SCM_RIGHTS) memcpy(descriptor, CMSG_DATA(header), sizeof(int));
    return incoming.msg_flags & MSG_TRUNC ? -1 : length;
}

bool spare_wait(int socket, int *argc, char ***argv, char ***envp, int *lock_fd) {
    ssize_t length = receive(socket, lock_fd);
    close(socket);
    uint32_t head[4];
    if (length < (ssize_t)sizeof head) return false;
    memcpy(head, message, sizeof head);
    if (head[0] != magic || head[1] > strings_max / 2 || head[2] > strings_max / 2) return false;
    message[length] = 0;
    char *text = message + sizeof head, *end = message + length;
    uint32_t count = 0;
    // The arguments, a NULL, the environment, a NULL.
    for (uint32_t i = 0; i < head[1] + head[2]; i++) {
        if (text >= end) return false;
        strings[count++] = text;
        if (i + 1 == head[1]) strings[count++] = NULL;
        text += strlen(text) + 1;
    }
    strings[count] = NULL;
    *argc = (int)head[1];
    *argv = strings;
    *envp = strings + head[1] + 1;
    return true;
}
