/* Shows how well a model decides: accuracy, classes, confusion, baselines. */
#ifndef HOSTS_REPORT_H
#define HOSTS_REPORT_H

#include "r2nn/train.h"
#include "sweep.h"
#include "yield.h"

#include <stdio.h>

typedef struct report {
  char **classes; /* [n_classes] */
  const r2nn_tally *tally;
  const r2nn_baselines *baselines; /* NULL = not asked for */
  const sweep *latency, *noise;    /* NULL = not asked for */
  const yield_result *yield;       /* NULL = not asked for */
  double realtime_factor;          /* seconds of sound a second of work; 0 = not measured */
  bool by_window;                  /* clips are decided by several windows */
} report;

/* Of one class, from the confusion table; NAN where there is nothing to divide by. */
typedef struct report_class {
  uint64_t n_clips; /* true ones */
  double precision, recall;
} report_class;
report_class report_of_class(const r2nn_tally *tally, uint32_t index);

void report_text(FILE *to, const report *shown);
void report_json(FILE *to, const report *shown);

#endif
