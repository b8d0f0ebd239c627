/* How things stand in a live stream: what sinks and hosts may look at on the main thread. */
#ifndef HOSTS_LIVE_VIEW_H
#define HOSTS_LIVE_VIEW_H

#include "live/program.h"

typedef struct live_counters {
  uint64_t n_decisions, n_unknown; /* n_unknown of n_decisions */
  uint64_t n_events;               /* onsets */
  uint64_t n_swaps;                /* of models */
  uint64_t n_xruns, n_lost_frames; /* as the host told */
  uint64_t n_lost_records;         /* that found no place on their way to the main thread */
} live_counters;

typedef struct live_view {
  const char *source;          /* what the signal is called, "jack:r2nn" */
  const live_program *program; /* with the model, the readout and the rate; changes with LIVE_EVENT_MODEL */
  double time_s;               /* s of stream heard */
  float level_db, opens_db;    /* dB re 1 V: the level and where the gate opens */
  bool is_open;                /* the gate */
  const float *scores;         /* [n_classes] the latest, of a decision or in between; zeros at the start */
  uint64_t *class_counts;      /* [n_classes] decisions since the model began */
  live_counters counters;
} live_view;

#endif
