/* Reads where to send. */
#include "sinks/url.h"

#include "parse.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* text[length] as it stands; false if it is too long for to. */
static bool copy(char *to, size_t size, const char *text, size_t length) {
  if (length >= size) return false;
  memcpy(to, text, length);
  to[length] = '\0';
  return true;
}

/* text[length] with %XX replaced; false if one is none, or a zero, or it is too long for to. */
static bool decode(char *to, size_t size, const char *text, size_t length) {
  size_t n = 0;
  for (size_t i = 0; i < length; i++) {
    char byte = text[i];
    if (byte == '%') {
      if (i + 2 >= length || !isxdigit((unsigned char)text[i + 1]) || !isxdigit((unsigned char)text[i + 2])) return false;
      byte = (char)strtoul((char[]){text[i + 1], text[i + 2], '\0'}, NULL, 16);
      if (byte == '\0') return false;
      i += 2;
    }
    if (n + 1 >= size) return false;
    to[n++] = byte;
  }
  to[n] = '\0';
  return true;
}

static bool read_user(const char *text, size_t length, url *self) {
  const char *colon = memchr(text, ':', length);
  size_t n_user = colon ? (size_t)(colon - text) : length;
  return decode(self->user, sizeof self->user, text, n_user) &&
         (!colon || decode(self->password, sizeof self->password, colon + 1, length - n_user - 1));
}

/* HOST[:PORT] or [ADDRESS][:PORT]. */
static bool read_host(const char *text, size_t length, url *self) {
  bool is_bracketed = length > 0 && text[0] == '[';
  const char *end = memchr(text, is_bracketed ? ']' : ':', length), *colon = end ? end + is_bracketed : NULL;
  size_t n_host = end ? (size_t)(end - text) : length;
  char port[8];
  uint64_t number;
  if (is_bracketed && !end) return false;
  if (!copy(self->host, sizeof self->host, text + is_bracketed, n_host - is_bracketed) || !self->host[0]) return false;
  if (strcspn(self->host, " \t\"'<>\\") != strlen(self->host)) return false;
  if (!colon || colon == text + length) return true;
  if (*colon != ':' || !copy(port, sizeof port, colon + 1, (size_t)(text + length - colon - 1))) return false;
  if (!parse_whole("port", port, 1, 65535, &number, NULL)) return false;
  self->port = (uint32_t)number;
  return true;
}

bool url_read(const char *text, url *self) {
  *self = (url){.port = 0};
  const char *scheme_end = strstr(text, "://");
  if (scheme_end) {
    if (!copy(self->scheme, sizeof self->scheme, text, (size_t)(scheme_end - text))) return false;
    text = scheme_end + 3;
  }
  size_t length = strcspn(text, "/");
  const char *path = text[length] ? text + length + 1 : "";
  for (size_t i = length; i-- > 0;)
    if (text[i] == '@') {
      if (!read_user(text, i, self)) return false;
      text += i + 1;
      length -= i + 1;
      break;
    }
  return read_host(text, length, self) && decode(self->path, sizeof self->path, path, strlen(path));
}
