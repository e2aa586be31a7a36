#ifndef HOSTD_CSQLITE_H
#define HOSTD_CSQLITE_H
#include <sqlite3.h>
#endif
