// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "chost.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/openat2.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

const int chost_splice_nonblock = SPLICE_F_NONBLOCK | SPLICE_F_MOVE;
const int chost_f_setpipe_size = F_SETPIPE_SZ;
const int chost_f_getpipe_size = F_GETPIPE_SZ;

int chost_open(const char *path, int flags, unsigned mode) { return open(path, flags, mode); }

int chost_open_without_links(const char *path, int flags) {
    struct open_how how = {.flags = (uint64_t)flags, .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

int chost_exchange(const char *one, const char *other) {
    return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE);
}

// A lease for reading is refused while anybody has the file open for writing (fcntl(2), "Leases"). It is given back at
// once; whoever opens the file in between waits for that, and SIGIO says so.
int chost_is_being_written(int fd) {
    if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
        fcntl(fd, F_SETLEASE, F_UNLCK);
        return 0;
    }
    return errno == EAGAIN;
}

int chost_sync_file_system(int fd) { return syncfs(fd); }

int chost_fcntl_int(int fd, int command, int argument) { return fcntl(fd, command, argument); }

int chost_ioctl_readable(int fd, int *bytes) { return ioctl(fd, FIONREAD, bytes); }

ssize_t chost_splice(int from, int to, int64_t *to_offset, size_t length, unsigned flags) {
    return splice(from, NULL, to, to_offset, length, flags);
}

ssize_t chost_tee(int from, int to, size_t length, unsigned flags) { return tee(from, to, length, flags); }

int chost_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int chost_pidfd_getfd(int pidfd, int number) { return (int)syscall(SYS_pidfd_getfd, pidfd, number, 0); }

int chost_pidfd_send_signal(int pidfd, int signal_number) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0);
}

int chost_pidfd_queue_signal(int pidfd, int signal_number, int value) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_signo = signal_number;
    info.si_code = SI_QUEUE;
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = value;
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal_number, &info, 0);
}

int chost_pidfd_reap(int pidfd, int *status) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) < 0) return -1;
    if (info.si_pid == 0) return 0;
    *status = info.si_code == CLD_EXITED ? (info.si_status & 0xff) << 8
                                         : info.si_status | (info.si_code == CLD_DUMPED ? 0x80 : 0);
    return 1;
}

enum { sent_max = 8 };

static ssize_t send_descriptors(int socket, struct msghdr *message, const int *descriptors, size_t count) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sent_max * sizeof(int))];
    } control;
    if (count > sent_max) {
        errno = EINVAL;
        return -1;
    }
    memset(&control, 0, sizeof control);
    message->msg_control = control.space;
    message->msg_controllen = CMSG_SPACE(count * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
    return sendmsg(socket, message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

ssize_t chost_send_with_descriptors(int socket, const void *bytes, size_t length, const int *descriptors,
                                    size_t count) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return send_descriptors(socket, &message, descriptors, count);
}

ssize_t chost_send_descriptor_to(int socket, const void *address, size_t address_length, const void *bytes,
                                 size_t length, int descriptor) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = length};
    struct msghdr message = {.msg_name = (void *)address,
                             .msg_namelen = (socklen_t)address_length,
                             .msg_iov = &part,
                             .msg_iovlen = length > 0};
    return send_descriptors(socket, &message, &descriptor, 1);
}

int chost_sealed_memory(const void *bytes, size_t length) {
    int fd = memfd_create("journal entry", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) return -1;
    for (size_t done = 0; done < length;) {
        ssize_t count = write(fd, (const char *)bytes + done, length - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            int error = errno;
            close(fd);
            errno = error;
            return -1;
        }
        done += (size_t)count;
    }
    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    return fd;
}

int64_t chost_file_system_type(const char *path) {
    struct statfs info;
    return statfs(path, &info) < 0 ? -1 : (int64_t)(uint32_t)info.f_type;
}

int chost_allocate(int fd, int64_t length) { return fallocate(fd, 0, 0, (off_t)length); }

static void take_control(struct msghdr *message, pid_t *pid, uid_t *uid) {
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level != SOL_SOCKET) continue;
        if (header->cmsg_type == SCM_CREDENTIALS) {
            struct ucred sender;
            memcpy(&sender, CMSG_DATA(header), sizeof sender);
            *pid = sender.pid;
            *uid = sender.uid;
        } else if (header->cmsg_type == SCM_RIGHTS) {
            size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (size_t i = 0; i < count; i++) {
                int descriptor;
                memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof descriptor);
                close(descriptor);
            }
        }
    }
}

ssize_t chost_receive_with_credentials(int socket, void *bytes, size_t length, pid_t *pid, uid_t *uid) {
    struct iovec part = {.iov_base = bytes, .iov_len = length};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(253 * sizeof(int))];
    } control;
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    *pid = 0;
    *uid = (uid_t)-1;
    ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (received >= 0) take_control(&message, pid, uid);
    return received;
}

pid_t chost_peer_pid(int socket) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0 ? -1 : peer.pid;
}

int chost_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1); }

int chost_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int chost_take_lowest_priority(void) {
    enum { who_process = 1, class_idle = 3, class_shift = 13 };  // linux/ioprio.h of a later kernel has them
    if (setpriority(PRIO_PROCESS, 0, 19) < 0) return -1;
    return (int)syscall(SYS_ioprio_set, who_process, 0, class_idle << class_shift);
}

void chost_die_with_parent(void) { prctl(PR_SET_PDEATHSIG, SIGKILL); }

int chost_become(uid_t uid, gid_t gid, const gid_t *groups, int group_count) {
    if (setgroups((size_t)group_count, groups) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0) {
        return -1;
    }
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

void chost_trim_heap(void) {
    malloc_trim(0);
}

ssize_t chost_attribute(const char *path, const char *name, void *value, size_t size) {
    return getxattr(path, name, value, size);
}
