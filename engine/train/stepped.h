/* One uncoupled stage behind a detector over one clip, stepped in time at the control rate, forward and back (system.md §5). */
#ifndef R2NN_TRAIN_STEPPED_H
#define R2NN_TRAIN_STEPPED_H

#include "train/linear.h"

/* The stage's present values. Constant while clips pass through it. */
typedef struct r2nn_stepped {
  const r2nn_stage *stage;
  uint32_t n_channels;
  double *b;    /* [n_nodes][n_channels] S */
  double *self; /* [n_nodes] K_ii, S */
} r2nn_stepped;

/* Whether a stage can be solved so: no couplings. */
bool r2nn_stepped_fits(const r2nn_stage *stage);

/* R2NN_NO_MEMORY. */
r2nn_status r2nn_stepped_init(r2nn_stepped *stepped, const r2nn_stage *stage, uint32_t n_channels, r2nn_error *error);
void r2nn_stepped_free(r2nn_stepped *stepped);
/* Take the stage's values once more. */
void r2nn_stepped_load(r2nn_stepped *stepped);

/* Room for a clip of n_frames at rate_hz; what was there is lost. false if memory is short. */
bool r2nn_stepped_room(r2nn_pass *pass, const r2nn_stepped *stepped, uint32_t n_frames, double rate_hz);

/* Node voltages for input rows u[n_channels][n_frames] (V) taken as straight lines from frame to frame, from rest. u must stay for
 * the way back. */
void r2nn_stepped_forward(const r2nn_stepped *stepped, r2nn_pass *pass, const double *u);

/* As r2nn_linear_backward; u is that of the way forward, and du may take its place. */
void r2nn_stepped_backward(const r2nn_stepped *stepped, r2nn_pass *pass, const double *u, double *du,
                           r2nn_stage_gradient *gradient);

#endif
