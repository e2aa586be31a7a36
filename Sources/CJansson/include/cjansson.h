// SPDX-License-Identifier: Apache-2.0
// jansson as Swift sees it. Its reference counting and all that hostd needs besides are functions that Swift imports;
// only the reading of an error, a fixed array of char, is better said here.
#ifndef HOSTD_CJANSSON_H
#define HOSTD_CJANSSON_H

#include <jansson.h>

// What is wrong, in words; valid as long as the error.
const char *cjansson_error_text(const json_error_t *error);

#endif
