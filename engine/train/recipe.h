/* Everything that decides how one model is trained, with no choice left open. */
#ifndef R2NN_TRAIN_RECIPE_H
#define R2NN_TRAIN_RECIPE_H

#include "r2nn/train.h"

#define R2NN_TOP_SHARE 0.47 /* of the sample rate: the highest end of a range that is chosen */

/* One stage of it. */
typedef struct r2nn_stage_recipe {
  r2nn_topology topology;
  uint32_t n_rows, n_cols;
  double fmin_hz, fmax_hz, q;
  bool linear;        /* resonators evenly spaced in Hz, not as hearing does it */
  bool slow;          /* behind a detector: signed inputs from all its channels, spaced by octaves, in random order */
  double first_order; /* share of a slow stage's nodes that are RC integrators */
  r2nn_law law;
  double smooth_s, rate_hz;
  bool suppress_common;
} r2nn_stage_recipe;

/* How clips are varied while a cascade is trained; 0 = not. */
typedef struct r2nn_variation {
  double speed;    /* played at up to so much another rate, natural log */
  double level_db; /* louder or softer by up to */
  double noise_db; /* white noise added, at best so far below the clip; drawn up to 30 dB lower still */
  double tilt;     /* x - a x[t-1] with a up to it */
  double crop_db;  /* ends are cut where they are so far, or up to 25 dB further, below the loudest */
  double shift;    /* ends are cut by up to this share of the clip */
} r2nn_variation;

typedef struct r2nn_recipe {
  uint32_t n_stages;
  r2nn_stage_recipe stages[R2NN_MAX_STAGES];
  double highpass_hz;
  uint32_t highpass_order;
  /* the readout */
  r2nn_scale scale;
  bool suppress_common;
  /* the head */
  r2nn_head_kind head;
  uint32_t n_hidden;
  double head_l2, head_jitter;
  /* training */
  bool train_circuit; /* false: the circuit stays as it starts */
  bool start_coupled; /* random couplings from the start, not near 0: the untrained network of the baselines */
  uint32_t n_bins, n_epochs, n_head_epochs, n_starts;
  double circuit_rate; /* Adam's first step */
  /* a cascade's training, by mini-batches */
  r2nn_variation variation;
  uint32_t n_variants;     /* of every clip, while the first stage rests */
  uint32_t n_joint_epochs; /* of n_epochs the last ones train the first stage too */
  uint32_t batch;
  double strangers;       /* so many sounds of no class are added, as a share of the clips */
  double smoothing;       /* of the labels */
  double tolerance;       /* of every part, standard deviation, as a share */
  double window_s, hop_s; /* 0 = whole clips */
  double train_hop_s;     /* of the windows trained on */
  uint64_t seed;
  double resistor_lo_ohm, resistor_hi_ohm;
} r2nn_recipe;

#endif
