/* The test vector: a sweep through all of a circuit's resonances, channel after channel. */
#include "circuit/sweep_sound.h"

#include <math.h>
#include <stdlib.h>

/* Length of a channel's sweep in periods of its lowest frequency, s at least and at most; and the silence after it. */
#define PERIODS   5.0
#define LEAST_S   0.05
#define LARGEST_S 20.0
#define REST      0.5

/* The band ends at this share of the rate at most. */
#define BAND 0.2

static double rate_for(double highest_hz) {
  static const double rates[] = {1000, 8000, 48000, 96000, 192000};
  enum { N = sizeof rates / sizeof *rates };
  for (int i = 0; i < N; i++)
    if (highest_hz <= BAND * rates[i]) return rates[i];
  return rates[N - 1];
}

/* sin of the phase 2 pi f0 T/ln(f1/f0) ((f1/f0)^(t/T) - 1), with fades of a tenth of its length. */
static float sweep_at(double t, double length_s, double from_hz, double to_hz, double level_v) {
  double ratio = log(to_hz / from_hz), phase = 2 * M_PI * from_hz * length_s / ratio * (exp(t / length_s * ratio) - 1);
  double edge = fmin(1, 10 * fmin(t, length_s - t) / length_s), fade = 0.5 - 0.5 * cos(M_PI * edge);
  return (float)(level_v * fade * sin(phase));
}

r2nn_status sweep_sound_make(const r2nn_circuit *circuit, double level_v, sweep_sound *sound, r2nn_error *error) {
  uint32_t n_channels = circuit->n_channels;
  double rate = rate_for(1.5 * circuit->highest_hz), from = circuit->lowest_hz / 2;
  double to = fmin(1.5 * circuit->highest_hz, BAND * rate), length_s = fmin(fmax(PERIODS / from, LEAST_S), LARGEST_S);
  if (to < 2 * from) from = to / 2;
  uint32_t n_sweep = (uint32_t)(length_s * rate), n_each = (uint32_t)((1 + REST) * length_s * rate);
  *sound = (sweep_sound){.n_frames = n_each * n_channels, .rate_hz = rate};
  sound->in = calloc((size_t)sound->n_frames * n_channels, sizeof *sound->in);
  if (!sound->in) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t c = 0; c < n_channels; c++)
    for (uint32_t t = 0; t < n_sweep; t++)
      sound->in[((size_t)c * n_each + t) * n_channels + c] = sweep_at(t / rate, n_sweep / rate, from, to, level_v);
  return R2NN_OK;
}

void sweep_sound_free(sweep_sound *sound) {
  free(sound->in);
  *sound = (sweep_sound){0};
}
