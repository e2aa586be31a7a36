// SPDX-License-Identifier: Apache-2.0
// Listening sockets that outlive one launch: hostd has them, and each keeper, so that the next hostd after one that was
// killed finds them there.
#define _GNU_SOURCE
#include "keeper.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { first_number = 3 };

static int sockets[listen_max];
static int socket_count;

void listen_take(const int *given, int count) {
    for (int i = 0; i < count; i++) {
        fcntl(given[i], F_SETFD, FD_CLOEXEC);
        sockets[i] = given[i];
    }
    socket_count = count;
    // Where Yama restricts it, pidfd_getfd(2) is for ancestors alone, and the next hostd is none of ours.
    if (count) prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
}

int listen_place(void) {
    // First out of the way of the final numbers, then into place; dup2 clears close-on-exec.
    int moved[listen_max];
    for (int i = 0; i < socket_count; i++) {
        moved[i] = fcntl(sockets[i], F_DUPFD, first_number + socket_count);
        if (moved[i] < 0) return -1;
    }
    for (int i = 0; i < socket_count; i++) {
        if (dup2(moved[i], first_number + i) < 0) return -1;
    }
    return 0;
}

void listen_tell(char **envp) {
    static const char name[] = "LISTEN_PID=";
    static char entry[sizeof name + 12];
    for (; socket_count && *envp; envp++) {
        if (strncmp(*envp, name, sizeof name - 1)) continue;
        snprintf(entry, sizeof entry, "%s%d", name, getpid());
        *envp = entry;
    }
}

void listen_close(void) {
    while (socket_count) close(sockets[--socket_count]);
}
