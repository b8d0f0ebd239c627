/* Fuzzes the reader of places to send to: any text gives parts that are text, or is refused. */
#include "sinks/url.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  url parts;
  char *text = malloc(size + 1);
  if (!text) return 0;
  memcpy(text, data, size);
  text[size] = '\0';
  if (url_read(text, &parts) && (!parts.host[0] || parts.port > 65535)) abort();
  const char *const all[] = {parts.scheme, parts.user, parts.password, parts.host, parts.path};
  const size_t sizes[] = {sizeof parts.scheme, sizeof parts.user, sizeof parts.password, sizeof parts.host, sizeof parts.path};
  for (int i = 0; i < 5; i++)
    if (!memchr(all[i], '\0', sizes[i])) abort();
  free(text);
  return 0;
}
