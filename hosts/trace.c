/* What is kept of a run over a recording to draw it. */
#include "trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

r2nn_status trace_begin(trace *self, uint32_t n_channels, uint32_t n_classes, r2nn_error *error) {
  *self = (trace){.n_channels = n_channels, .n_classes = n_classes, .frames_a_step = 1};
  self->steps = malloc(TRACE_STEPS * sizeof *self->steps);
  return self->steps ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
}

void trace_free(trace *self) {
  free(self->steps);
  free(self->events);
  free(self->scores);
  *self = (trace){0};
}

/* Two steps become one, so that there is room again. */
static void halve(trace *self) {
  for (uint32_t i = 0; i < self->n_steps / 2; i++) {
    trace_step a = self->steps[2 * i], b = self->steps[2 * i + 1];
    self->steps[i] = (trace_step){fminf(a.lo, b.lo), fmaxf(a.hi, b.hi)};
  }
  self->n_steps /= 2;
  self->frames_a_step *= 2;
}

void trace_hear(void *context, float *values, size_t n_values) {
  trace *self = context;
  for (size_t at = 0; at < n_values; at += self->n_channels) {
    if (self->in_step == 0) {
      if (self->n_steps == TRACE_STEPS) halve(self);
      self->steps[self->n_steps++] = (trace_step){values[at], values[at]};
    }
    trace_step *step = &self->steps[self->n_steps - 1];
    for (uint32_t c = 0; c < self->n_channels; c++) {
      step->lo = fminf(step->lo, values[at + c]);
      step->hi = fmaxf(step->hi, values[at + c]);
    }
    if (++self->in_step == self->frames_a_step) self->in_step = 0;
    self->n_frames++;
  }
}

static bool make_room(trace *self) {
  if (self->n_events < self->n_room) return true;
  uint32_t n_room = self->n_room ? 2 * self->n_room : 64;
  trace_event *events = realloc(self->events, n_room * sizeof *events);
  if (events) self->events = events;
  float *scores = realloc(self->scores, (size_t)n_room * self->n_classes * sizeof *scores);
  if (scores) self->scores = scores;
  if (events && scores) self->n_room = n_room;
  return events && scores;
}

void trace_decide(trace *self, double rate_hz, const r2nn_decision *decision) {
  if (!make_room(self)) {
    self->is_short = true;
    return;
  }
  memcpy(self->scores + (size_t)self->n_events * self->n_classes, decision->scores, self->n_classes * sizeof *self->scores);
  self->events[self->n_events++] =
      (trace_event){(double)decision->start / rate_hz, (double)decision->end / rate_hz, decision->class_index, decision->score};
}
