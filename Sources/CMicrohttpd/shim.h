// SPDX-License-Identifier: Apache-2.0
// libmicrohttpd as Swift sees it. Starting a daemon and asking for its facts are variadic calls, which Swift lacks.
#ifndef HOSTD_CMICROHTTPD_H
#define HOSTD_CMICROHTTPD_H

#include <microhttpd.h>

// A daemon without thread and without listening socket: connections are handed to it, and its epoll descriptor says
// when MHD_run has something to do. All callbacks get `owner` first. `memory` bounds the header of a request.
static inline struct MHD_Daemon *cmicrohttpd_start(unsigned connections, size_t memory, void *owner,
                                                   MHD_AccessHandlerCallback on_request,
                                                   MHD_NotifyConnectionCallback on_connection) {
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                            on_request, owner, MHD_OPTION_CONNECTION_LIMIT, connections,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
                            owner, MHD_OPTION_END);
}

// The epoll descriptor to watch, -1 when there is none.
static inline int cmicrohttpd_descriptor(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

// What on_connection stored for the connection.
static inline void *cmicrohttpd_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

#endif
