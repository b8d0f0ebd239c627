/* What is kept of a run over a recording to draw it: the outline of the waveform, and every decision. */
#ifndef HOSTS_TRACE_H
#define HOSTS_TRACE_H

#include "r2nn/engine.h"

/* The waveform's outline has so many steps at most, whatever its length: a step grows with it. */
#define TRACE_STEPS 4096u

typedef struct trace_step {
  float lo, hi; /* V, over all channels */
} trace_step;

typedef struct trace_event {
  double start_s, end_s;
  int32_t class_index; /* -1: unknown */
  float score;         /* of the best class */
} trace_event;

typedef struct trace {
  uint32_t n_channels, n_classes;
  trace_step *steps; /* [TRACE_STEPS], owned */
  uint32_t n_steps;
  uint64_t frames_a_step, n_frames; /* n_frames in all */
  uint64_t in_step;                 /* of the step that is being filled; 0: the last of n_steps is full */
  trace_event *events;              /* [n_events], owned */
  float *scores;                    /* [n_events][n_classes], owned */
  uint32_t n_events, n_room;
  bool is_short; /* memory ran out: decisions are missing */
} trace;

/* Start empty. Free it with trace_free() whatever happens. R2NN_NO_MEMORY. */
r2nn_status trace_begin(trace *self, uint32_t n_channels, uint32_t n_classes, r2nn_error *error);
void trace_free(trace *self);

/* Hear values[n_values], interleaved; changes nothing. A stream_filter: context is the trace. */
void trace_hear(void *context, float *values, size_t n_values);

/* Keep a decision. */
void trace_decide(trace *self, double rate_hz, const r2nn_decision *decision);

#endif
