/* Everything that decides how one model is trained, with no choice left open. */
#ifndef R2NN_TRAIN_RECIPE_H
#define R2NN_TRAIN_RECIPE_H

#include "r2nn/train.h"

typedef struct r2nn_recipe {
  /* the stage */
  r2nn_topology topology;
  uint32_t n_rows, n_cols;
  double fmin_hz, fmax_hz, q;
  bool linear; /* resonators evenly spaced in Hz, not as hearing does it */
  double highpass_hz;
  r2nn_law law; /* after the nodes; the circuit is trained as if there were none, the head with it */
  /* the readout */
  r2nn_scale scale;
  bool suppress_common;
  /* the head */
  r2nn_head_kind head;
  uint32_t n_hidden;
  double head_l2;
  /* training */
  bool train_circuit; /* false: the circuit stays as it starts */
  bool start_coupled; /* random couplings from the start, not near 0: the untrained network of the baselines */
  uint32_t n_bins, n_epochs, n_head_epochs, n_starts;
  double circuit_rate;    /* Adam's first step */
  double window_s, hop_s; /* 0 = whole clips */
  uint64_t seed;
  double resistor_lo_ohm, resistor_hi_ohm;
} r2nn_recipe;

#endif
