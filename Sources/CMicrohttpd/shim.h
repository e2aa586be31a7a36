#ifndef HOSTD_CMICROHTTPD_H
#define HOSTD_CMICROHTTPD_H
#include <microhttpd.h>
#endif
