// SPDX-License-Identifier: Apache-2.0
// What Swift cannot say itself: variadic system calls, macros that are not imported, and everything between clone
// and exec. Each function returns what the system call returns; errno is the error.
#ifndef HOSTD_CHOST_H
#define HOSTD_CHOST_H

// Nothing that Glibc's module has as well: which of the two then declares it to Swift depends on the order of files.
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/types.h>

int chost_open(const char *path, int flags, unsigned mode);
// As open(2), but fails with ELOOP where any part of the path is a symbolic link.
int chost_open_without_links(const char *path, int flags);
// getxattr(2).
ssize_t chost_attribute(const char *path, const char *name, void *value, size_t size);
// Lets two files or folders of one file system change places, at once.
int chost_exchange(const char *one, const char *other);
// syncfs(2).
int chost_sync_file_system(int fd);
// 1 while anybody has the file behind `fd`, which was opened for reading only, open for writing; 0 when nobody has, or
// when that cannot be known. SIGIO must be ignored.
int chost_is_being_written(int fd);
// The type of the file system of `path`, as statfs(2) numbers them; -1 with errno.
int64_t chost_file_system_type(const char *path);
int chost_fcntl_int(int fd, int command, int argument);
int chost_ioctl_readable(int fd, int *bytes);
ssize_t chost_splice(int from, int to, int64_t *to_offset, size_t length, unsigned flags);
ssize_t chost_tee(int from, int to, size_t length, unsigned flags);
int chost_pidfd_open(pid_t pid);
// A copy of an open file of another process (close-on-exec); -1 with errno.
int chost_pidfd_getfd(int pidfd, int number);
int chost_pidfd_send_signal(int pidfd, int signal_number);
// Sends a signal with a value (SI_QUEUE), which the receiver reads from siginfo.
int chost_pidfd_queue_signal(int pidfd, int signal_number, int value);
// Reaps a child through its pidfd. status gets the wait status in the form of waitpid(2); returns 1 when it was
// reaped, 0 when it still runs, -1 on error (ECHILD: no child of ours).
int chost_pidfd_reap(int pidfd, int *status);

extern const int chost_splice_nonblock;
extern const int chost_f_setpipe_size;
extern const int chost_f_getpipe_size;

// Starts `path` with a clean signal mask, default dispositions, in a session (or else a process group) of its own, with
// exactly the descriptors keep[0..count) under the numbers 3, 4, … and /dev/null or `output` as 0, 1, 2. Returns the
// pid and its pidfd, or -1 with errno of clone or exec.
pid_t chost_spawn(const char *path, char *const argv[], char *const envp[], const int *keep, int keep_count,
                  int output, int own_session, int *pidfd);
// The same with the rights of `uid` and `gid` and of no other group, in the folder `/`, and without a way to more
// rights (no_new_privs). The caller must be root.
pid_t chost_spawn_as(uid_t uid, gid_t gid, const char *path, char *const argv[], char *const envp[], int output,
                     int *pidfd);

// Lets this thread alone open files as `uid` and `gid` (and no other group) would, until chost_use_own_rights. -1 with
// errno where the caller is not root; what was changed until then is changed back by chost_use_own_rights.
int chost_use_rights_of(uid_t uid, gid_t gid);
int chost_use_own_rights(void);

// SHA-256 (FIPS 180-4) of a file from its beginning to its end: 32 bytes. -1 with errno when it cannot be read.
int chost_sha256_file(int fd, unsigned char digest[32]);
// The same for bytes.
void chost_sha256(const void *bytes, size_t length, unsigned char digest[32]);

// Sends `length` bytes and at most 8 descriptors in one message. Returns as sendmsg(2).
ssize_t chost_send_with_descriptors(int socket, const void *bytes, size_t length, const int *descriptors, size_t count);

// Sends a datagram with one descriptor to the Unix socket `address`, without waiting. Returns as sendmsg(2).
ssize_t chost_send_descriptor_to(int socket, const void *address, size_t address_length, const void *bytes,
                                 size_t length, int descriptor);

// A file in memory that holds `bytes` and can be changed no more: its descriptor, -1 with errno on error.
int chost_sealed_memory(const void *bytes, size_t length);

// fallocate(2) of the first `length` bytes of a file.
int chost_allocate(int fd, int64_t length);

// Receives one datagram and the sender's pid and uid (SO_PASSCRED must be set). Returns as recvmsg(2); pid 0 when the
// message carries no credentials. Descriptors that were sent along are closed.
ssize_t chost_receive_with_credentials(int socket, void *bytes, size_t length, pid_t *pid, uid_t *uid);

// The pid of the process at the other end of a Unix socket (SO_PEERCRED), -1 with errno on error.
pid_t chost_peer_pid(int socket);

// PR_SET_CHILD_SUBREAPER.
int chost_adopt_orphans(void);
// A file that is memory only (memfd_create(2)), close-on-exec.
int chost_memory_file(const char *name);

// Gives this process the lowest priority for processors and disks. Returns 0, or -1 with errno.
int chost_take_lowest_priority(void);

// The kernel kills this process when its parent ends.
void chost_die_with_parent(void);

// Becomes this user for good; nothing that is exec'd later gets more rights. Returns 0, or -1 with errno.
int chost_become(uid_t uid, gid_t gid, const gid_t *groups, int group_count);

// malloc_trim(3) with nothing kept.
void chost_trim_heap(void);

// A descriptor that becomes readable when the wall clock is set, by waking from a suspend too; -1 with errno.
int chost_clock_watch(void);
// Waits for the next change.
int chost_clock_rearm(int fd);

#endif
