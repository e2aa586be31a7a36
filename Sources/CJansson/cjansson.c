// SPDX-License-Identifier: Apache-2.0

#include "cjansson.h"

const char *cjansson_error_text(const json_error_t *error) { return error->text; }
