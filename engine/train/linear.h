/* One linear stage over one clip in the frequency domain, forward and back (system.md §5): V = A^-1 B U by FFT of the clip. */
#ifndef R2NN_TRAIN_LINEAR_H
#define R2NN_TRAIN_LINEAR_H

#include "train/ldl.h"
#include "train/spectral.h"

#include <fftw3.h>

/* Transforms of the lengths 4, 5, 6 and 7 times a power of two, planned ahead: FFTW plans in one thread only, but a plan may be
 * used by any number of them. */
#define R2NN_MAX_TRANSFORMS 128u
typedef struct r2nn_transforms {
  uint32_t n_lengths;
  uint32_t length[R2NN_MAX_TRANSFORMS]; /* ascending */
  fftw_plan forward[R2NN_MAX_TRANSFORMS], inverse[R2NN_MAX_TRANSFORMS];
} r2nn_transforms;

/* All lengths up to the first that is at least longest. R2NN_BAD_DATA above 2^28, R2NN_NO_MEMORY. Main thread. */
r2nn_status r2nn_transforms_init(r2nn_transforms *transforms, double longest, r2nn_error *error);
void r2nn_transforms_free(r2nn_transforms *transforms);

/* A stage's structure and its present values, in the order of the factor. Constant while clips pass through it. */
typedef struct r2nn_linear {
  r2nn_ldl ldl;
  uint32_t n_nodes, n_channels, n_outputs;
  const r2nn_stage *stage;
  double *k, *d, *c; /* [n_entries], [n_rows], [n_rows] */
  double *b;         /* [n_rows][n_channels] S */
  double ring_s;     /* time in which the slowest node falls to a hundredth, s */
} r2nn_linear;

r2nn_status r2nn_linear_init(r2nn_linear *linear, const r2nn_stage *stage, uint32_t n_channels, r2nn_error *error);
void r2nn_linear_free(r2nn_linear *linear);
/* Take the stage's values once more. */
void r2nn_linear_load(r2nn_linear *linear);

/* What one clip leaves in a stage, kept from the way forward for the way back. Spectra are rows of [2][stride]: real, imaginary. */
typedef struct r2nn_pass {
  uint32_t n_frames, transform, n, stride; /* frames of the clip; which transform, its length, and its padded half length */
  double rate_hz;
  double *u;            /* [n_channels] spectra */
  double *x;            /* [n_rows] spectra of all nodes */
  double *mu;           /* [n_rows] spectra of the adjoint */
  double *v;            /* voltages of the outputs, by r2nn_pass_row; beyond n_frames they ring out */
  double *products;     /* scratch for gradients */
  r2nn_complex *factor; /* [n_entries] */
  r2nn_complex *side;   /* [n_rows] */
  size_t n_space;
  void *memory;
} r2nn_pass;

/* Room for a clip of n_frames at rate_hz; what was there is lost. false if memory is short or the clip too long. */
bool r2nn_pass_room(r2nn_pass *pass, const r2nn_linear *linear, const r2nn_transforms *transforms, uint32_t n_frames,
                    double rate_hz, bool back);
void r2nn_pass_free(r2nn_pass *pass);

/* The voltages of output o, [n]. */
double *r2nn_pass_row(const r2nn_pass *pass, uint32_t output);

/* Node voltages for input rows u[n_channels][n_frames] (V), row after row. */
void r2nn_linear_forward(const r2nn_linear *linear, const r2nn_transforms *transforms, r2nn_pass *pass, const double *u);

/* From dL/dv, which stands in the rows of v (0 beyond n_frames) and is lost: adds to the element gradients, and unless
 * NULL fills du[n_channels][n_frames]. With mu = A^-1 conj(FFT dL/dv): dL = 1/n Re sum_w mu^T (dB U - dA X). */
void r2nn_linear_backward(const r2nn_linear *linear, const r2nn_transforms *transforms, r2nn_pass *pass, double *du,
                          r2nn_stage_gradient *gradient);

#endif
