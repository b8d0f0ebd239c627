/* White noise beside a recording, the same for the same seed. */
#ifndef HOSTS_NOISE_H
#define HOSTS_NOISE_H

#include "stream.h"

typedef struct noise {
  uint64_t state;
  double rms_v, spare;
  bool has_spare;
} noise;

/* RMS of all chosen channels of a file, each without its mean: what the noise is measured against. */
r2nn_status noise_level(const stream *with, const char *path, double *rms_v, r2nn_error *error);

/* Gaussian noise of rms_v for clip number index: the same seed and index give the same noise, whatever its level. */
noise noise_begin(uint64_t seed, uint32_t index, double rms_v);

/* Add it to values[n_values]; fits stream_filter. */
void noise_add(void *context, float *values, size_t n_values);

#endif
