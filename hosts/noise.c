/* White noise beside a recording. */
#include "noise.h"

#include "audio/file.h"

#include <math.h>
#include <stdlib.h>

/* Steele, Lea and Flood's SplitMix64: any start gives a good sequence. */
static uint64_t next_bits(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

/* In -1..1. */
static double next_uniform(uint64_t *state) {
  return (double)(next_bits(state) >> 11) * 0x1p-52 - 1;
}

noise noise_begin(uint64_t seed, uint32_t index, double rms_v) {
  uint64_t start = seed;
  return (noise){.state = next_bits(&start) ^ index * 0xd1342543de82ef95u, .rms_v = rms_v};
}

/* A standard normal number, by Marsaglia's polar method. */
static double next_normal(noise *self) {
  if (self->has_spare) {
    self->has_spare = false;
    return self->spare;
  }
  double x, y, square;
  do {
    x = next_uniform(&self->state);
    y = next_uniform(&self->state);
    square = x * x + y * y;
  } while (square >= 1 || square <= 0);
  double scale = sqrt(-2 * log(square) / square);
  self->spare = scale * y;
  self->has_spare = true;
  return scale * x;
}

void noise_add(void *context, float *values, size_t n_values) {
  noise *self = context;
  for (size_t i = 0; i < n_values; i++) values[i] += (float)(self->rms_v * next_normal(self));
}

r2nn_status noise_level(const stream *with, const char *path, double *rms_v, r2nn_error *error) {
  audio_file *file;
  audio_info info;
  uint32_t n_channels = with->model->n_channels;
  *rms_v = 0;
  r2nn_status status = stream_open(with, path, &file, &info, error);
  if (status != R2NN_OK) return status;
  /* Sums of x - x[0] and of its square, of each channel. */
  double *sums = calloc(3 * (size_t)n_channels, sizeof *sums), *squares = sums + n_channels, *first = squares + n_channels;
  uint64_t n_frames = 0;
  for (uint32_t n; sums && (n = audio_read(file, with->block, AUDIO_BLOCK)) > 0; n_frames += n)
    for (uint32_t t = 0; t < n; t++)
      for (uint32_t c = 0; c < n_channels; c++) {
        double x = (double)with->block[(size_t)t * n_channels + c];
        if (n_frames + t == 0) first[c] = x;
        sums[c] += x - first[c];
        squares[c] += (x - first[c]) * (x - first[c]);
      }
  double total = 0;
  for (uint32_t c = 0; sums && n_frames && c < n_channels; c++)
    total += fmax(squares[c] - sums[c] * sums[c] / (double)n_frames, 0) / (double)n_frames;
  *rms_v = sqrt(total / n_channels);
  audio_close(file);
  if (!sums) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  free(sums);
  return status;
}
