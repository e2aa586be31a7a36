// SPDX-License-Identifier: Apache-2.0
// zstd as Swift sees it.
#ifndef HOSTD_CZSTD_H
#define HOSTD_CZSTD_H
#include <zstd.h>
#endif
