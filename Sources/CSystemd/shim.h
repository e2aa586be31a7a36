// SPDX-License-Identifier: Apache-2.0
// libsystemd as Swift sees it: the loop and the bus.
#ifndef HOSTD_CSYSTEMD_H
#define HOSTD_CSYSTEMD_H
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#endif
