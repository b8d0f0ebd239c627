/* A live sink that writes decisions into a file or to standard output, in any of the formats of r2nn classify. */
#include "live/live.h"
#include "live/sink.h"
#include "words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct writer {
  const sink *format;
  const char *name; /* for messages */
  FILE *to;
  const r2nn_model *model; /* the present one; NULL before the first */
  bool is_dirty;
} writer;

static r2nn_status fail(const writer *self, r2nn_error *error) {
  return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: cannot write: %s", self->name, strerror(errno));
}

/* "[FORMAT:]FILE"; FILE - is standard output. What is there already is not overwritten, unless -f says so. */
static r2nn_status open_writer(live *of, const char *argument, void **made, r2nn_error *error) {
  const char *colon = strchr(argument, ':');
  writer *self = *made = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self->format = colon ? sink_by_name(argument, (size_t)(colon - argument)) : NULL;
  self->name = self->format ? colon + 1 : argument;
  if (!self->format) self->format = sink_by_ending(self->name);
  if (strcmp(self->name, "-") == 0) {
    self->name = "standard output";
    self->to = stdout;
    return R2NN_OK;
  }
  self->to = fopen(self->name, live_may_overwrite(of) ? "we" : "wxe");
  if (self->to) return R2NN_OK;
  r2nn_status status =
      errno == EEXIST ? r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: exists; -f overwrites it", self->name) : fail(self, error);
  free(self);
  return status;
}

static bool same_classes(const r2nn_model *a, const r2nn_model *b) {
  if (a->n_classes != b->n_classes) return false;
  uint32_t k = 0;
  while (k < a->n_classes && strcmp(a->classes[k], b->classes[k]) == 0) k++;
  return k == a->n_classes;
}

/* A model with other classes begins a new table. */
static void begin(writer *self, const live_view *view) {
  const r2nn_model *before = self->model, *model = self->model = view->program->model;
  if (!before || !same_classes(before, model)) self->format->begin(self->to, model, words_width(view->source));
}

static void hear(void *sink, const live_event *event) {
  writer *self = sink;
  switch (event->kind) {
  case LIVE_EVENT_MODEL:
    begin(self, event->view);
    break;
  case LIVE_EVENT_DECISION:
    self->format->event(self->to, event->view->program->model, words_width(event->view->source), event->decision);
    break;
  case LIVE_EVENT_ALERT:
  case LIVE_EVENT_HEARTBEAT:
    if (self->format->notice) self->format->notice(self->to, event);
    break;
  case LIVE_EVENT_ONSET:
  case LIVE_EVENT_END:
  case LIVE_EVENT_LEVEL:
  case LIVE_EVENT_REFUSED:
    return;
  }
  self->is_dirty = true;
}

/* Readers get whole lines, soon. */
static bool tick(void *sink, const live_view *view, r2nn_error *error) {
  (void)view;
  writer *self = sink;
  if (!self->is_dirty) return true;
  self->is_dirty = false;
  if (fflush(self->to) == 0 && !ferror(self->to)) return true;
  fail(self, error);
  return false;
}

static r2nn_status close_writer(void *sink, r2nn_error *error) {
  writer *self = sink;
  bool is_written = fflush(self->to) == 0 && !ferror(self->to);
  if (self->to != stdout && fclose(self->to) != 0) is_written = false;
  r2nn_status status = is_written ? R2NN_OK : fail(self, error);
  free(self);
  return status;
}

const live_sink live_sink_writer = {.name = "output", .open = open_writer, .hear = hear, .tick = tick, .close = close_writer};
