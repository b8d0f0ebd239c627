/* Where decisions go: each format is one of these. */
#ifndef HOSTS_SINKS_SINK_H
#define HOSTS_SINKS_SINK_H

#include "r2nn/model.h"

#include <stdio.h>

/* One decision, ready to be shown. */
typedef struct sink_event {
  const char *file;
  double start_s, end_s;
  const char *class_name; /* "unknown" when the margin was too small */
  double score, margin;   /* 0..1 */
  const float *scores;    /* [n_classes] */
} sink_event;

typedef struct sink {
  const char *name; /* as --format knows it */
  /* Called once, first. file_width: characters of the longest file name. */
  void (*begin)(FILE *to, const r2nn_model *model, int file_width);
  void (*event)(FILE *to, const r2nn_model *model, int file_width, const sink_event *event);
} sink;

extern const sink sink_text, sink_json, sink_csv, sink_audacity;

#endif
