/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTOML_H
#define CTOML_H

#include <stddef.h>
#include <stdint.h>

/* TOML 1.0 text to a flat list of nodes, through toml++. Swift cannot call its C++ templates itself. */

#ifdef __cplusplus
extern "C" {
#endif

/* What a node holds. */
typedef enum {
    CTOML_TABLE,
    CTOML_ARRAY,
    CTOML_STRING,
    CTOML_INTEGER,
    CTOML_FLOAT,
    CTOML_BOOLEAN,
    CTOML_DATE_TIME,
} ctoml_kind;

/* UTF-8 bytes, not ended by NUL and possibly with NUL in them; they belong to the document. */
typedef struct {
    const char *bytes;
    size_t count;
} ctoml_text;

/* Line and column (in Unicode scalars), both from 1. */
typedef struct {
    uint32_t line;
    uint32_t column;
} ctoml_place;

typedef struct {
    ctoml_kind kind;
    /* The key of an entry of a table; the root and elements of arrays have none (bytes is NULL). */
    ctoml_text key;
    ctoml_place key_place;
    ctoml_place place;
    /* CTOML_STRING. */
    ctoml_text text;
    /* CTOML_INTEGER; for CTOML_BOOLEAN 0 or 1. */
    int64_t integer;
    /* CTOML_FLOAT. */
    double number;
    /* CTOML_TABLE, CTOML_ARRAY: so many direct children; they follow, each with its own children behind it. */
    size_t children;
} ctoml_node;

typedef struct ctoml_document ctoml_document;

/* Parses count bytes, which must be UTF-8. Never NULL; free it with ctoml_free. A tree deeper than max_depth tables and
 * arrays is an error. The caller limits the count of parts of each dotted key: toml++ walks tables recursively. */
ctoml_document *ctoml_parse(const char *text, size_t count, size_t max_depth);

void ctoml_free(ctoml_document *document);

/* NULL when the text was parsed, else what is wrong with it, at *place. The text lives as long as the document. */
const char *ctoml_error(const ctoml_document *document, ctoml_place *place);

/* All nodes, the root first; none after an error. */
const ctoml_node *ctoml_nodes(const ctoml_document *document, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
