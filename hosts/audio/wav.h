/* Writes sound as a WAV file of floats, or as FLAC. */
#ifndef HOSTS_AUDIO_WAV_H
#define HOSTS_AUDIO_WAV_H

#include "output.h"

/* Write in[n_frames][n_channels], volts (full scale is 1 V), to an open output; the caller commits it. R2NN_BAD_ARGUMENT. */
r2nn_status wav_write(const output *to, const float *in, uint32_t n_frames, uint32_t n_channels, double rate_hz, r2nn_error *error);

/* The same as FLAC of 24 bits: at most 1 V. */
r2nn_status flac_write(const output *to, const float *in, uint32_t n_frames, uint32_t n_channels, double rate_hz,
                       r2nn_error *error);

#endif
