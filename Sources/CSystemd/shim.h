// SPDX-License-Identifier: Apache-2.0
// libsystemd as Swift sees it: the loop, notifications, the journal.
#ifndef HOSTD_CSYSTEMD_H
#define HOSTD_CSYSTEMD_H
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <systemd/sd-journal.h>
#endif
