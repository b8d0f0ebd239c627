/* A text that grows. */
#ifndef R2NN_CIRCUIT_BUFFER_H
#define R2NN_CIRCUIT_BUFFER_H

#include "r2nn/base.h"

typedef struct r2nn_buffer {
  char *text; /* NULL when nothing is in it, or memory ran out */
  size_t size, room;
  bool is_short; /* memory ran out: nothing more is added */
} r2nn_buffer;

/* Append; R2NN_NUMBER() of core/text.h prints numbers in any locale. */
void r2nn_buffer_add(r2nn_buffer *buffer, const char *format, ...) R2NN_PRINTF(2, 3);

/* The text, the caller's to free, or NULL if memory ran out. */
char *r2nn_buffer_take(r2nn_buffer *buffer);

#endif
