/* Where decisions go: each format is one of these. */
#ifndef HOSTS_SINKS_SINK_H
#define HOSTS_SINKS_SINK_H

#include "r2nn/model.h"

#include <stdio.h>

/* One decision, ready to be shown. */
typedef struct sink_event {
  const char *file;
  double start_s, end_s;
  const char *class_name;        /* "unknown" when the margin was too small */
  double score, margin;          /* 0..1 */
  const float *scores;           /* [n_classes] */
  const struct live_event *live; /* of a live stream; NULL: of a file */
} sink_event;

typedef struct sink {
  const char *name; /* as --format knows it */
  /* Called once, first. file_width: characters of the longest file name. */
  void (*begin)(FILE *to, const r2nn_model *model, int file_width);
  void (*event)(FILE *to, const r2nn_model *model, int file_width, const sink_event *event);
  /* What a live stream tells besides decisions, if the format can hold it; NULL otherwise. */
  void (*notice)(FILE *to, const struct live_event *event);
} sink;

extern const sink sink_text, sink_json, sink_csv, sink_audacity;

/* The format that a file's ending asks for: .csv, .json or .jsonl, else text. NULL allowed. */
const sink *sink_by_ending(const char *path);

/* By name; NULL if there is none. */
const sink *sink_by_name(const char *name, size_t length);

#endif
