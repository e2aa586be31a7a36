#ifndef HOSTD_CSYSTEMD_H
#define HOSTD_CSYSTEMD_H
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <systemd/sd-journal.h>
#endif
