// SPDX-License-Identifier: Apache-2.0
#include "library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct ccurl_multi {
    CURLM *handle;
    void *owner;
    ccurl_socket_function on_socket;
    ccurl_timer_function on_timer;
};

struct ccurl_easy {
    CURL *handle;
    void *owner;
    ccurl_body_function on_body, on_line;
    struct curl_slist *resolve, *headers, *recipients;
    // What a mail has left to send.
    char *content;
    size_t length, sent;
    char error[CURL_ERROR_SIZE];
};

const int ccurl_code_timeout = CURLE_OPERATION_TIMEDOUT;
const int ccurl_code_not_connected = CURLE_COULDNT_CONNECT;
const int ccurl_code_write_ended = CURLE_WRITE_ERROR;

struct ccurl_library ccurl_library;
#define lib ccurl_library

static const char *find_all(void *library) {
    const struct {
        void *place;
        const char *name;
    } wanted[] = {
        {&lib.global_init, "curl_global_init"},
        {&lib.easy_init, "curl_easy_init"},
        {&lib.easy_cleanup, "curl_easy_cleanup"},
        {&lib.easy_perform, "curl_easy_perform"},
        {&lib.easy_strerror, "curl_easy_strerror"},
        {&lib.easy_setopt, "curl_easy_setopt"},
        {&lib.easy_getinfo, "curl_easy_getinfo"},
        {&lib.multi_init, "curl_multi_init"},
        {&lib.multi_cleanup, "curl_multi_cleanup"},
        {&lib.multi_setopt, "curl_multi_setopt"},
        {&lib.multi_add_handle, "curl_multi_add_handle"},
        {&lib.multi_remove_handle, "curl_multi_remove_handle"},
        {&lib.multi_socket_action, "curl_multi_socket_action"},
        {&lib.multi_info_read, "curl_multi_info_read"},
        {&lib.slist_append, "curl_slist_append"},
        {&lib.slist_free_all, "curl_slist_free_all"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        void *found = dlsym(library, wanted[i].name);
        if (!found) return "libcurl.so.4 lacks a function that hostd needs";
        *(void **)wanted[i].place = found;
    }
    return NULL;
}

const char *ccurl_load(void) {
    static bool loaded;
    if (loaded) return NULL;
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) return dlerror();
    const char *missing = find_all(library);
    if (missing) return missing;
    if (lib.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return "curl_global_init failed";
    loaded = true;
    return NULL;
}

static int socket_changed(CURL *easy, curl_socket_t socket, int what, void *owner, void *unused) {
    (void)easy;
    (void)unused;
    ccurl_multi *multi = owner;
    multi->on_socket(multi->owner, socket, what);
    return 0;
}

static int timer_changed(CURLM *handle, long timeout_ms, void *owner) {
    (void)handle;
    ccurl_multi *multi = owner;
    multi->on_timer(multi->owner, timeout_ms);
    return 0;
}

ccurl_multi *ccurl_multi_new(void *owner, ccurl_socket_function on_socket, ccurl_timer_function on_timer) {
    ccurl_multi *multi = calloc(1, sizeof *multi);
    if (!multi || !(multi->handle = lib.multi_init())) {
        free(multi);
        return NULL;
    }
    multi->owner = owner;
    multi->on_socket = on_socket;
    multi->on_timer = on_timer;
    lib.multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, socket_changed);
    lib.multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
    lib.multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, timer_changed);
    lib.multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
    return multi;
}

void ccurl_multi_free(ccurl_multi *multi) {
    lib.multi_cleanup(multi->handle);
    free(multi);
}

void ccurl_multi_act(ccurl_multi *multi, int socket, int events) {
    int running;
    lib.multi_socket_action(multi->handle, socket < 0 ? CURL_SOCKET_TIMEOUT : socket, events, &running);
}

ccurl_easy *ccurl_multi_finished(ccurl_multi *multi, int *code) {
    int left;
    for (CURLMsg *message; (message = lib.multi_info_read(multi->handle, &left));) {
        if (message->msg != CURLMSG_DONE) continue;
        char *easy = NULL;
        *code = (int)message->data.result;
        lib.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &easy);
        return (ccurl_easy *)easy;
    }
    return NULL;
}

static size_t body_came(char *bytes, size_t size, size_t count, void *owner) {
    ccurl_easy *easy = owner;
    return easy->on_body(easy->owner, bytes, size * count);
}

static bool add_headers(ccurl_easy *easy, char *const *headers) {
    for (; headers && *headers; headers++) {
        struct curl_slist *longer = lib.slist_append(easy->headers, *headers);
        if (!longer) return false;
        easy->headers = longer;
    }
    if (easy->headers) lib.easy_setopt(easy->handle, CURLOPT_HTTPHEADER, easy->headers);
    return true;
}

void ccurl_easy_post(ccurl_easy *easy, const void *bytes, size_t length) {
    lib.easy_setopt(easy->handle, CURLOPT_POSTFIELDSIZE, (long)length);
    lib.easy_setopt(easy->handle, CURLOPT_COPYPOSTFIELDS, length ? bytes : "");
}

static size_t content_wanted(char *bytes, size_t size, size_t count, void *owner) {
    ccurl_easy *easy = owner;
    size_t left = easy->length - easy->sent, part = size * count < left ? size * count : left;
    memcpy(bytes, easy->content + easy->sent, part);
    easy->sent += part;
    return part;
}

bool ccurl_easy_mail(ccurl_easy *easy, const ccurl_mail *mail) {
    CURL *handle = easy->handle;
    easy->content = malloc(mail->length + 1);
    easy->recipients = lib.slist_append(NULL, mail->to);
    if (!easy->content || !easy->recipients) return false;
    memcpy(easy->content, mail->content, mail->length);
    easy->length = mail->length;
    lib.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    lib.easy_setopt(handle, CURLOPT_MAIL_FROM, mail->from);
    lib.easy_setopt(handle, CURLOPT_MAIL_RCPT, easy->recipients);
    if (mail->user) lib.easy_setopt(handle, CURLOPT_USERNAME, mail->user);
    if (mail->password) lib.easy_setopt(handle, CURLOPT_PASSWORD, mail->password);
    lib.easy_setopt(handle, CURLOPT_USE_SSL, (long)(mail->needs_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    if (!mail->checks_certificate) {
        lib.easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
        lib.easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    lib.easy_setopt(handle, CURLOPT_READFUNCTION, content_wanted);
    lib.easy_setopt(handle, CURLOPT_READDATA, easy);
    lib.easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    return true;
}

void ccurl_easy_keep(ccurl_easy *easy, bool fresh, bool head) {
    lib.easy_setopt(easy->handle, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
    lib.easy_setopt(easy->handle, CURLOPT_FORBID_REUSE, 0L);
    lib.easy_setopt(easy->handle, CURLOPT_NOBODY, head ? 1L : 0L);
}

static size_t line_came(char *bytes, size_t size, size_t count, void *owner) {
    ccurl_easy *easy = owner;
    return easy->on_line(easy->owner, bytes, size * count);
}

void ccurl_easy_head(ccurl_easy *easy, ccurl_body_function on_line) {
    easy->on_line = on_line;
    lib.easy_setopt(easy->handle, CURLOPT_HEADERFUNCTION, line_came);
    lib.easy_setopt(easy->handle, CURLOPT_HEADERDATA, easy);
}

ccurl_easy *ccurl_easy_new(const char *url, const char *resolve, char *const *headers, long timeout_ms,
                           void *owner, ccurl_body_function on_body) {
    ccurl_easy *easy = calloc(1, sizeof *easy);
    if (!easy || !(easy->handle = lib.easy_init())) {
        free(easy);
        return NULL;
    }
    easy->owner = owner;
    easy->on_body = on_body;
    CURL *handle = easy->handle;
    if (!add_headers(easy, headers)) {
        ccurl_easy_free(easy);
        return NULL;
    }
    lib.easy_setopt(handle, CURLOPT_PRIVATE, (char *)easy);
    lib.easy_setopt(handle, CURLOPT_URL, url);
    lib.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    lib.easy_setopt(handle, CURLOPT_PROXY, "");
    lib.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    lib.easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
    lib.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    lib.easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
    lib.easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
    lib.easy_setopt(handle, CURLOPT_TIMEOUT_MS, timeout_ms);
    lib.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms);
    lib.easy_setopt(handle, CURLOPT_BUFFERSIZE, 4096L);
    lib.easy_setopt(handle, CURLOPT_USERAGENT, "hostd");
    lib.easy_setopt(handle, CURLOPT_ERRORBUFFER, easy->error);
    lib.easy_setopt(handle, CURLOPT_WRITEFUNCTION, body_came);
    lib.easy_setopt(handle, CURLOPT_WRITEDATA, easy);
    if (resolve) {
        easy->resolve = lib.slist_append(NULL, resolve);
        lib.easy_setopt(handle, CURLOPT_RESOLVE, easy->resolve);
    }
    return easy;
}

void ccurl_easy_free(ccurl_easy *easy) {
    lib.easy_cleanup(easy->handle);
    lib.slist_free_all(easy->resolve);
    lib.slist_free_all(easy->headers);
    lib.slist_free_all(easy->recipients);
    free(easy->content);
    free(easy);
}

bool ccurl_multi_add(ccurl_multi *multi, ccurl_easy *easy) {
    return lib.multi_add_handle(multi->handle, easy->handle) == CURLM_OK;
}

void ccurl_multi_remove(ccurl_multi *multi, ccurl_easy *easy) {
    lib.multi_remove_handle(multi->handle, easy->handle);
}

void *ccurl_easy_owner(ccurl_easy *easy) { return easy->owner; }

long ccurl_easy_status(ccurl_easy *easy) {
    long status = 0;
    lib.easy_getinfo(easy->handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

int ccurl_easy_errno(ccurl_easy *easy) {
    long code = 0;
    lib.easy_getinfo(easy->handle, CURLINFO_OS_ERRNO, &code);
    return (int)code;
}

void ccurl_easy_times(ccurl_easy *easy, double *resolved, double *connected, double *first_byte, double *total) {
    lib.easy_getinfo(easy->handle, CURLINFO_NAMELOOKUP_TIME, resolved);
    lib.easy_getinfo(easy->handle, CURLINFO_CONNECT_TIME, connected);
    lib.easy_getinfo(easy->handle, CURLINFO_STARTTRANSFER_TIME, first_byte);
    lib.easy_getinfo(easy->handle, CURLINFO_TOTAL_TIME, total);
}

void ccurl_easy_phases(ccurl_easy *easy, double *connected, double *secured, double *asked, double *first_byte) {
    long connections = 0;
    lib.easy_getinfo(easy->handle, CURLINFO_NUM_CONNECTS, &connections);
    lib.easy_getinfo(easy->handle, CURLINFO_CONNECT_TIME, connected);
    lib.easy_getinfo(easy->handle, CURLINFO_APPCONNECT_TIME, secured);
    lib.easy_getinfo(easy->handle, CURLINFO_PRETRANSFER_TIME, asked);
    lib.easy_getinfo(easy->handle, CURLINFO_STARTTRANSFER_TIME, first_byte);
    if (connections == 0) *connected = *secured = -1;
    if (*secured == 0) *secured = -1;
}

static enum ccurl_failure failure_of_errno(int code) {
    switch (code) {
        case ECONNREFUSED: return CCURL_REFUSED;
        case ENETUNREACH:
        case EHOSTUNREACH:
        case ENETDOWN:
        case EADDRNOTAVAIL: return CCURL_UNREACHABLE;
        case ETIMEDOUT: return CCURL_SILENT;
        default: return CCURL_CUT;
    }
}

enum ccurl_failure ccurl_easy_failure(ccurl_easy *easy, int code) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST: return CCURL_NAME;
        case CURLE_OPERATION_TIMEDOUT: return CCURL_SILENT;
        case CURLE_COULDNT_CONNECT: return failure_of_errno(ccurl_easy_errno(easy));
        // A connection that is reset in the midst of the handshake says nothing of TLS.
        case CURLE_SSL_CONNECT_ERROR: {
            int cut = ccurl_easy_errno(easy);
            return cut == ECONNRESET || cut == EPIPE ? CCURL_CUT : CCURL_TLS;
        }
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_INVALIDCERTSTATUS:
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH: return CCURL_TLS;
        default: return CCURL_CUT;
    }
}

const char *ccurl_easy_error(ccurl_easy *easy) { return easy->error; }

const char *ccurl_code_text(int code) { return lib.easy_strerror((CURLcode)code); }
