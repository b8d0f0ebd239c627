/* Real FFTs of one length, by FFTW. */
#ifndef R2NN_MEASURE_TRANSFORM_H
#define R2NN_MEASURE_TRANSFORM_H

#include "r2nn/base.h"

#include <complex.h>
#include <fftw3.h>

typedef struct r2nn_transform {
  uint32_t n;          /* frames, even */
  double *time;        /* [n] */
  double complex *bin; /* [n/2 + 1] */
  fftw_plan forth, back;
} r2nn_transform;

/* For at least n_least frames. R2NN_BAD_ARGUMENT: more than 2^27, R2NN_NO_MEMORY. Main thread. */
r2nn_status r2nn_transform_init(r2nn_transform *self, double n_least, r2nn_error *error);
void r2nn_transform_free(r2nn_transform *self);

/* time to bin; and bin to time, by which bin is lost, divided by n. */
void r2nn_transform_forth(r2nn_transform *self);
void r2nn_transform_back(r2nn_transform *self);

#endif
