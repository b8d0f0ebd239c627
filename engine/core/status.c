/* Status names, the one-line error and the worker hook. */
#include "core/text.h"
#include "r2nn/base.h"

#include <stdio.h>

const char *r2nn_strerror(r2nn_status status) {
  switch (status) {
  case R2NN_OK:
    return "done";
  case R2NN_NO_MEMORY:
    return "out of memory";
  case R2NN_BAD_ARGUMENT:
    return "bad argument";
  case R2NN_BAD_MODEL:
    return "bad model";
  case R2NN_UNSTABLE:
    return "unstable circuit";
  case R2NN_BAD_DATA:
    return "bad data";
  }
  return "unknown status";
}

/* Users' strings stand in messages: keep the line one line, and UTF-8 even where it was cut. */
static void clean_line(char *text) {
  while (*text) {
    size_t n = r2nn_utf8_step(text);
    if (n == 0) *text = '?';
    if (n == 1 && ((unsigned char)*text < 0x20 || *text == 0x7f)) *text = ' ';
    text += n ? n : 1;
  }
}

r2nn_status(r2nn_fail)(r2nn_error *error, r2nn_status status, const char *format, ...) { /* not the macro */
  if (!error) return status;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->text, sizeof error->text, format, arguments);
  va_end(arguments);
  clean_line(error->text);
  return status;
}

void r2nn_workers_run(const r2nn_workers *workers, uint32_t n_tasks, void (*task)(void *argument, uint32_t index), void *argument) {
  if (workers && workers->run) {
    workers->run(workers->context, n_tasks, task, argument);
    return;
  }
  for (uint32_t i = 0; i < n_tasks; i++) task(argument, i);
}
