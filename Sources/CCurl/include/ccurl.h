// SPDX-License-Identifier: Apache-2.0
// libcurl, loaded when the first HTTP probe is made: a host without one does not pay for it. The setopt functions are
// variadic, so each option that hostd sets has a typed function here.
#ifndef HOSTD_CCURL_H
#define HOSTD_CCURL_H

#include <stdbool.h>
#include <stddef.h>

typedef struct ccurl_multi ccurl_multi;
typedef struct ccurl_easy ccurl_easy;

// Why libcurl could not be loaded, or NULL when it is there.
const char *ccurl_load(void);

// A socket to watch: what is 1 in, 2 out, 3 both, 4 none any more. A timeout in ms, -1 for none.
typedef void (*ccurl_socket_function)(void *owner, int socket, int what);
typedef void (*ccurl_timer_function)(void *owner, long timeout_ms);
ccurl_multi *ccurl_multi_new(void *owner, ccurl_socket_function on_socket, ccurl_timer_function on_timer);
void ccurl_multi_free(ccurl_multi *multi);
// events: 1 readable, 2 writable, 4 error; socket -1 means that the timeout has come.
void ccurl_multi_act(ccurl_multi *multi, int socket, int events);
// The next finished transfer and its CURLcode; NULL when there is none.
ccurl_easy *ccurl_multi_finished(ccurl_multi *multi, int *code);

// Receives body bytes; returning fewer than length ends the transfer.
typedef size_t (*ccurl_body_function)(void *owner, const char *bytes, size_t length);
// A GET of url: http and https only, no redirects, no proxy, no signals, a fresh connection. resolve may be NULL or
// "HOST:PORT:ADDRESS[,ADDRESS]", which keeps libcurl's resolver and its threads out. headers, which may be NULL, end
// with NULL and are written as libcurl wants them ("Name: value", "Name;" for an empty one).
ccurl_easy *ccurl_easy_new(const char *url, const char *resolve, char *const *headers, long timeout_ms,
                           void *owner, ccurl_body_function on_body);
// Makes a transfer that was not started a POST of these bytes, which are copied.
void ccurl_easy_post(ccurl_easy *easy, const void *bytes, size_t length);
// One mail for a server whose URL is smtp://HOST:PORT/OWN-NAME or smtps://…; all of it is copied.
typedef struct {
    const char *from, *to;
    // Both NULL where the server asks for none.
    const char *user, *password;
    // Head and body, lines ending with CRLF.
    const void *content;
    size_t length;
    // Without TLS it is not sent; else TLS is used where the server has it.
    bool needs_tls;
    // TLS only with a server that proves who it is.
    bool checks_certificate;
} ccurl_mail;
// Makes a transfer that was not started the sending of a mail; false when there is no memory.
bool ccurl_easy_mail(ccurl_easy *easy, const ccurl_mail *mail);
// Makes a transfer that was not started one that uses and leaves a kept connection, unless it is to be fresh; head asks
// for no body.
void ccurl_easy_keep(ccurl_easy *easy, bool fresh, bool head);
// Has a transfer that was not started hand over each line of each answer's head, the status line first.
void ccurl_easy_head(ccurl_easy *easy, ccurl_body_function on_line);
void ccurl_easy_free(ccurl_easy *easy);
bool ccurl_multi_add(ccurl_multi *multi, ccurl_easy *easy);
void ccurl_multi_remove(ccurl_multi *multi, ccurl_easy *easy);
void *ccurl_easy_owner(ccurl_easy *easy);
// HTTP status, 0 when no answer came.
long ccurl_easy_status(ccurl_easy *easy);
// errno of the last connection that failed, 0 when none did.
int ccurl_easy_errno(ccurl_easy *easy);
// Seconds since the start: name looked up, connected, first byte, end.
void ccurl_easy_times(ccurl_easy *easy, double *resolved, double *connected, double *first_byte, double *total);
// Seconds since the start: connected and TLS agreed on (-1 on a kept connection, TLS also without it), the question
// about to be sent, the first byte of the answer.
void ccurl_easy_phases(ccurl_easy *easy, double *connected, double *secured, double *asked, double *first_byte);
// What kind of failure a code is.
enum ccurl_failure { CCURL_CUT, CCURL_REFUSED, CCURL_UNREACHABLE, CCURL_SILENT, CCURL_TLS, CCURL_NAME };
enum ccurl_failure ccurl_easy_failure(ccurl_easy *easy, int code);
// The text of libcurl for the error, more exact than the code's.
const char *ccurl_easy_error(ccurl_easy *easy);
const char *ccurl_code_text(int code);

// A GET that blocks until all of it has come: proxy from the environment, redirects followed.
typedef struct {
    const char *url;
    // Written as for ccurl_easy_new.
    char *const *headers;
    // Where redirects may lead, "https" or "http,https", and how many.
    const char *protocols;
    long redirects;
    long connect_timeout_ms;
    // It fails when nothing comes for so long.
    long stall_seconds;
    // Certificates to trust; NULL for those of the system.
    const char *ca_file, *ca_folder;
    void *owner;
    // Receives each line of each answer's head, the status line first.
    ccurl_body_function on_line;
    // Receives the body of the last answer.
    ccurl_body_function on_body;
} ccurl_download;
// Returns the CURLcode; error, which takes 256 bytes, gets its text.
int ccurl_download_run(const ccurl_download *download, char *error);

// Whether it is of a connection that was fine and then broke or fell silent.
bool ccurl_code_is_cut(int code);

extern const int ccurl_code_timeout, ccurl_code_not_connected, ccurl_code_write_ended;

#endif
