// SPDX-License-Identifier: Apache-2.0
// A download that blocks, for hostctl.
#include "library.h"

#include <stdio.h>

#define lib ccurl_library

bool ccurl_code_is_cut(int code) {
    switch (code) {
        case CURLE_PARTIAL_FILE:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_GOT_NOTHING:
        case CURLE_OPERATION_TIMEDOUT:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM: return true;
        default: return false;
    }
}

static size_t line_came(char *bytes, size_t size, size_t count, void *owner) {
    const ccurl_download *download = owner;
    return download->on_line(download->owner, bytes, size * count);
}

static size_t body_came(char *bytes, size_t size, size_t count, void *owner) {
    const ccurl_download *download = owner;
    return download->on_body(download->owner, bytes, size * count);
}

static void set(CURL *handle, const ccurl_download *download, struct curl_slist *headers, char *error) {
    lib.easy_setopt(handle, CURLOPT_URL, download->url);
    lib.easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    lib.easy_setopt(handle, CURLOPT_USERAGENT, "hostd");
    lib.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    lib.easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, download->protocols);
    lib.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    lib.easy_setopt(handle, CURLOPT_MAXREDIRS, download->redirects);
    lib.easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    lib.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    lib.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, download->connect_timeout_ms);
    lib.easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    lib.easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, download->stall_seconds);
    lib.easy_setopt(handle, CURLOPT_BUFFERSIZE, 131072L);
    if (download->ca_file) lib.easy_setopt(handle, CURLOPT_CAINFO, download->ca_file);
    if (download->ca_folder) lib.easy_setopt(handle, CURLOPT_CAPATH, download->ca_folder);
    lib.easy_setopt(handle, CURLOPT_ERRORBUFFER, error);
    lib.easy_setopt(handle, CURLOPT_HEADERFUNCTION, line_came);
    lib.easy_setopt(handle, CURLOPT_HEADERDATA, (void *)download);
    lib.easy_setopt(handle, CURLOPT_WRITEFUNCTION, body_came);
    lib.easy_setopt(handle, CURLOPT_WRITEDATA, (void *)download);
}

int ccurl_download_run(const ccurl_download *download, char *error) {
    error[0] = 0;
    struct curl_slist *headers = NULL;
    for (char *const *next = download->headers; next && *next; next++) {
        struct curl_slist *longer = lib.slist_append(headers, *next);
        if (longer) headers = longer;
    }
    CURLcode code = CURLE_OUT_OF_MEMORY;
    CURL *handle = lib.easy_init();
    if (handle) {
        set(handle, download, headers, error);
        code = lib.easy_perform(handle);
        lib.easy_cleanup(handle);
    }
    lib.slist_free_all(headers);
    if (!error[0]) snprintf(error, CURL_ERROR_SIZE, "%s", lib.easy_strerror(code));
    return (int)code;
}
