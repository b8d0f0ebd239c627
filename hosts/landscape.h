/* The impedance landscape of a stage: the transfer to every output and the driving-point conductance over frequency. */
#ifndef HOSTS_LANDSCAPE_H
#define HOSTS_LANDSCAPE_H

#include "r2nn/model.h"

#include <stdio.h>

typedef struct landscape_def {
  uint32_t stage, channel; /* from 0 */
  double from_hz, to_hz;   /* 0 = around the modes, up to half the stage's rate */
  uint32_t n_points;       /* spread evenly over the logarithm of frequency */
  bool refine;             /* further points around each mode, so that a drawing misses no peak */
  const uint32_t *outputs; /* [n_outputs] node numbers to show; NULL = all */
  uint32_t n_outputs;
} landscape_def;

typedef struct landscape {
  uint32_t n_points, n_outputs, n_modes;
  double *freq_hz;     /* [n_points], rising */
  double *db;          /* [n_outputs][n_points], 20 lg |H| */
  double *phase_deg;   /* [n_outputs][n_points] */
  double *conductance; /* [n_points], S, of all input links of the channel together */
  double *mode_hz;     /* [n_modes], rising: the oscillating modes */
  uint32_t *nodes;     /* [n_outputs] node numbers */
  uint32_t *places;    /* [n_outputs] their places among the stage's outputs */
} landscape;

/* Compute it; free it with landscape_free() whatever happens. progress may be NULL. R2NN_BAD_ARGUMENT: no such stage, channel or
 * output, an empty range. */
r2nn_status landscape_of(const r2nn_model *model, const landscape_def *def, void (*progress)(double share), landscape *result,
                         r2nn_error *error);
void landscape_free(landscape *self);

/* freq_hz, out_<node>_db and out_<node>_phase_deg of every output, conductance_s. */
void landscape_csv(FILE *to, const landscape *self);

#endif
