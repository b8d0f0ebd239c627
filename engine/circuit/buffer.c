/* A text that grows. */
#include "circuit/buffer.h"

#include <stdio.h>
#include <stdlib.h>

void r2nn_buffer_add(r2nn_buffer *buffer, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int length = buffer->is_short ? -1 : vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length >= 0 && buffer->size + (size_t)length + 1 > buffer->room) {
    size_t room = 2 * (buffer->size + (size_t)length + 1);
    char *grown = realloc(buffer->text, room);
    buffer->is_short = !grown;
    if (grown) buffer->text = grown;
    if (grown) buffer->room = room;
  }
  if (length >= 0 && !buffer->is_short) {
    vsnprintf(buffer->text + buffer->size, (size_t)length + 1, format, again);
    buffer->size += (size_t)length;
  }
  va_end(again);
}

char *r2nn_buffer_take(r2nn_buffer *buffer) {
  char *text = buffer->text;
  if (buffer->is_short) {
    free(text);
    text = NULL;
  }
  *buffer = (r2nn_buffer){0};
  return text;
}
