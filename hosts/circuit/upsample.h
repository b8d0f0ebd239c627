/* Makes a sound's rate a whole number of times higher without changing its band. */
#ifndef HOSTS_CIRCUIT_UPSAMPLE_H
#define HOSTS_CIRCUIT_UPSAMPLE_H

#include "r2nn/base.h"

/* in[n_frames][n_channels] at times the rate: *out is malloc'ed [n_frames * times][n_channels], the caller's. The band ends as
 * sharply as in the original; the sound is silent before and after. R2NN_NO_MEMORY. Any
 * thread. */
r2nn_status upsample(const float *in, uint32_t n_frames, uint32_t n_channels, uint32_t times, float **out, r2nn_error *error);

#endif
