/* Measurements of a board through an exchange. */
#ifndef HOSTS_HARDWARE_MEASURE_H
#define HOSTS_HARDWARE_MEASURE_H

#include "hardware/exchange.h"
#include "r2nn/measure.h"

typedef struct latency_found {
  double frames, spread; /* the mean, and between the smallest and the largest */
  uint32_t n;
  bool is_inverted;
} latency_found;

/* The round trip by the loopback, measured n times. R2NN_BAD_DATA: nothing comes back, or it changes. */
r2nn_status measure_latency(exchange *line, const setup *wiring, uint32_t n, latency_found *found, r2nn_error *error);

/* What a board answers to a sweep of each channel. */
typedef struct measurement {
  uint32_t n_channels, n_outputs;
  r2nn_heard *heard; /* [n_channels][n_outputs] */
  r2nn_heard loopback;
  bool has_loopback;
} measurement;

/* Sweep all channels of a model's board, and say what is wrong with it. R2NN_BAD_DATA: with such troubles, unless anyway, no
 * measurement is worth anything. */
r2nn_status measure_board(exchange *line, const setup *wiring, const r2nn_model *model, measurement *all, r2nn_error *error);
void measurement_free(measurement *all);

#endif
