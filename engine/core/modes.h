/* The modes of a stage: H(s) = sum_k out_k in_k / (s - p_k), found per connected part, with a dense propagator where
 * eigenvectors are nearly defective (system.md §3). */
#ifndef R2NN_CORE_MODES_H
#define R2NN_CORE_MODES_H

#include "r2nn/model.h"

#include <complex.h>

#define R2NN_NO_DRIVE UINT32_MAX

/* How a connected part is simulated. */
typedef enum r2nn_part_kind {
  R2NN_PART_MODAL, /* modes, whose terms hardly cancel: float will do */
  R2NN_PART_FINE,  /* modes, whose terms cancel: they need double */
  R2NN_PART_DENSE  /* nearly defective: x' = a x + b u, v = x[output] */
} r2nn_part_kind;

/* One connected part. */
typedef struct r2nn_part {
  r2nn_part_kind kind;
  uint32_t n_nodes, n_states;
  uint32_t *nodes;                  /* [n_nodes] node numbers in the stage */
  uint32_t n_outputs, first_output; /* its outputs: r2nn_modes.by_part[first_output ...] */
  /* Channels that enter at one and the same node drive the part alike, each as strongly as its conductance: one of them, its
   * drive, stands for all. */
  uint32_t n_drives;
  uint32_t *drives;  /* [n_drives] channels */
  uint32_t *like;    /* [n_channels] number of the channel's drive, R2NN_NO_DRIVE if it does not enter */
  double *share;     /* [n_channels] how strong it is, in its drive's strength */
  size_t first_path; /* its paths, [n_outputs][n_drives] from a drive to an output, among those of all parts */
  /* modal, fine: modes first_mode .. first_mode + n_modes - 1 */
  uint32_t first_mode, n_modes;
  double slowest; /* 1/s, Re of the pole that decays last */
  /* modal, fine, where kept: the states x_i = sqrt(K_ii/k) v_i, then, of resonators, x_i'/sqrt(K_ii/d_i), whose scales no damping
   * changes: x = Re sum_k shapes_k q_k, and back q = coordinates x. NULL otherwise */
  double complex *shapes;      /* [n_states][n_modes]; a pair's is already doubled */
  double complex *coordinates; /* [n_modes][n_states] */
  /* dense: the first n_nodes states are v * scale[i] */
  double *a;     /* [n_states][n_states] row-major, 1/s */
  double *b;     /* [n_states][n_channels] */
  double *scale; /* [n_nodes] */
} r2nn_part;

/* All modes of a stage; only those with Im p >= 0, a pair counts once. */
typedef struct r2nn_modes {
  uint32_t n_channels, n_outputs, n_modes, n_parts;
  size_t n_paths;        /* of all parts */
  double complex *pole;  /* [n_modes] rad/s */
  double complex *in;    /* [n_modes][n_channels] */
  double complex **out;  /* [n_outputs][modes of the output's part]; a pair's residue is already doubled: v = Re sum */
  uint32_t *output_part; /* [n_outputs] */
  uint32_t *output_row;  /* [n_outputs] index of the output among its part's nodes */
  uint32_t *by_part;     /* [n_outputs] output numbers sorted by part */
  r2nn_part *parts;      /* [n_parts] */
} r2nn_modes;

/* keep: with what leads from the modes to the states and back, of parts with up to R2NN_KEPT_STATES. R2NN_UNSTABLE names the
 * frequency and node of an undamped mode; R2NN_NO_MEMORY. Main thread. */
#define R2NN_KEPT_STATES 512u
r2nn_status r2nn_modes_new(const r2nn_stage *stage, uint32_t n_channels, bool keep, r2nn_modes **modes, r2nn_error *error);
void r2nn_modes_free(r2nn_modes *modes);

#endif
