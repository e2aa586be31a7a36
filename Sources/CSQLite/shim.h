// SPDX-License-Identifier: Apache-2.0
// SQLite as Swift sees it.
#ifndef HOSTD_CSQLITE_H
#define HOSTD_CSQLITE_H
#include <sqlite3.h>
#endif
