/* Many resistor networks that learn to classify: what the experiments rules and size share. */
#ifndef HOSTS_LAB_FLOW_H
#define HOSTS_LAB_FLOW_H

#include "lab/lab.h"

/* One way to do it, run with every seed. */
typedef struct flow_way {
  const r2nn_lab_rule *rule;
  r2nn_lab_pick pick;
  bool follow;
  const char *graph; /* drawn anew from every seed, if it is a small world */
} flow_way;

typedef struct flow_runs {
  lab_run *run;
  r2nn_lab_data data; /* read by flow_runs_do() */
  uint32_t n_ways, n_seeds, n_epochs;
  const flow_way *ways;          /* [n_ways] */
  r2nn_lab_flow_result *results; /* [n_ways][n_seeds] */
} flow_runs;

/* On the set asked for, Iris if none is: ten rows of each class train, the rest tests, scaled over all rows. */
r2nn_status flow_runs_do(flow_runs *self, r2nn_error *error);
void flow_runs_free(flow_runs *self);

/* Over the seeds of a way: the accuracy after an epoch, its change from epoch 0, and that of no network. */
lab_spread flow_accuracy(const flow_runs *self, uint32_t way, uint32_t epoch);
lab_spread flow_change(const flow_runs *self, uint32_t way, uint32_t epoch);
lab_spread flow_no_network(const flow_runs *self, uint32_t way);
lab_spread flow_same_sign(const flow_runs *self, uint32_t way);

#endif
