/* Reads where to send: [SCHEME://][USER[:PASSWORD]@]HOST[:PORT][/PATH]. */
#ifndef HOSTS_SINKS_URL_H
#define HOSTS_SINKS_URL_H

#include "r2nn/base.h"

/* What is not given is "" or 0. USER, PASSWORD and PATH may hold bytes as %XX; an IPv6 address stands in brackets. */
typedef struct url {
  char scheme[16], user[128], password[128], host[256], path[256];
  uint32_t port; /* 0..65535 */
} url;

/* False: text is none. */
bool url_read(const char *text, url *self);

#endif
