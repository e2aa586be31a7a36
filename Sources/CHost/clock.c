// SPDX-License-Identifier: Apache-2.0
#include "chost.h"

#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

int chost_clock_watch(void) { return timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC); }

int chost_clock_rearm(int fd) {
    uint64_t count;
    ssize_t ignored = read(fd, &count, sizeof count);
    (void)ignored;
    struct itimerspec far = {.it_value = {.tv_sec = INT32_MAX}};
    // The kernel says ECANCELED for a change that came meanwhile, and arms it all the same.
    return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL);
}
