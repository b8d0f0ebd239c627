/* A cascade over one clip: stage, detector, stage, detector, … and the energies at its end, forward and back (system.md §5). */
#ifndef R2NN_TRAIN_CASCADE_H
#define R2NN_TRAIN_CASCADE_H

#include "train/detect.h"
#include "train/stepped.h"

/* The stages of a model with what their solution needs. Constant while clips pass through it. */
typedef struct r2nn_cascade {
  uint32_t n_stages, n_channels;
  r2nn_energy energy;
  r2nn_stage *stages;            /* [n_stages], the caller's */
  bool in_time[R2NN_MAX_STAGES]; /* stepped: uncoupled and behind a detector; the others are solved in frequency */
  r2nn_stepped stepped[R2NN_MAX_STAGES];
  r2nn_linear linear[R2NN_MAX_STAGES];
  r2nn_transforms transforms;
} r2nn_cascade;

/* most: frames of the longest clip, at rate_hz at least. The stages stay the caller's; after their values have changed call
 * r2nn_cascade_load. R2NN_NO_MEMORY, R2NN_BAD_DATA. Main thread. */
r2nn_status r2nn_cascade_init(r2nn_cascade *cascade, r2nn_stage *stages, uint32_t n_stages, uint32_t n_channels, r2nn_energy energy,
                              uint32_t most, r2nn_error *error);
void r2nn_cascade_free(r2nn_cascade *cascade);
void r2nn_cascade_load(r2nn_cascade *cascade, uint32_t first);

/* One clip on its way: what every stage from the first on has left. Memory grows with the clip and is kept for the next one. */
typedef struct r2nn_journey {
  r2nn_pass pass[R2NN_MAX_STAGES];
  const double *input[R2NN_MAX_STAGES];                      /* of every stage: the caller's rows, or frames */
  double *frames[R2NN_MAX_STAGES], *smooth[R2NN_MAX_STAGES]; /* [n_outputs][n] behind every stage; smooth has a row more */
  uint32_t n[R2NN_MAX_STAGES];                               /* frames behind every stage */
  size_t space[R2NN_MAX_STAGES];
} r2nn_journey;
void r2nn_journey_free(r2nn_journey *journey);

/* From the input of stage first, rows u[n_channels of it][n_frames] at rate_hz, through stages first .. last-1. back: what
 * r2nn_cascade_backward needs is kept. false if memory is short. */
bool r2nn_cascade_forward(const r2nn_cascade *cascade, uint32_t first, uint32_t last, const double *u, uint32_t n_frames,
                          double rate_hz, bool back, r2nn_journey *journey);

/* Energies [n_outputs of the last stage] of a journey to the end: V^2 s or V s. */
void r2nn_cascade_energies(const r2nn_cascade *cascade, const r2nn_journey *journey, double *energies);

/* dL/denergies back through the stages first .. to their elements; adds to gradient[n_stages]. The journey is used up. */
void r2nn_cascade_backward(const r2nn_cascade *cascade, uint32_t first, r2nn_journey *journey, const double *denergies,
                           r2nn_stage_gradient *gradient);

/* Zeroed arrays for a stage's element gradients in one block of memory; false if memory is short. */
bool r2nn_stage_gradient_init(r2nn_stage_gradient *gradient, const r2nn_stage *stage);
void r2nn_stage_gradient_free(r2nn_stage_gradient *gradient);
/* Values in the block. */
size_t r2nn_stage_gradient_size(const r2nn_stage *stage);

#endif
