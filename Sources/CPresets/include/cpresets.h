/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CPRESETS_H
#define CPRESETS_H

#include <stddef.h>

/* A file of config/presets as it was when this was compiled. */
struct cpresets_entry {
    /* The file's name without .toml. */
    const char *name;
    const unsigned char *bytes;
    size_t count;
};

/* All of them that are for services, sorted by name. */
const struct cpresets_entry *cpresets_all(size_t *count);

/* Those for jobs, of config/presets/jobs. */
const struct cpresets_entry *cpresets_jobs(size_t *count);

#endif
