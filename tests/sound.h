/* Sounds that tests make: noises and music. */
#ifndef R2NN_TESTS_SOUND_H
#define R2NN_TESTS_SOUND_H

#include "networks.h"

/* Gaussian noise of 0 dB. */
static inline double gauss(uint64_t *seed) {
  double a = uniform(seed) + 1e-300, b = uniform(seed);
  return sqrt(-2 * log(a)) * cos(2 * PI * b);
}

/* White noise, or pink from 0.5 Hz on (a white noise an octave, each through an RC), of 0 dB; the caller frees it. */
static inline float *new_gauss(size_t n, double rate, bool pink, uint64_t seed) {
  float *x = malloc(n * sizeof *x);
  double keep[20], gain[20], y[20] = {0};
  int n_octaves = 0;
  for (double f = 0.5; pink && f < 0.4 * rate; f *= 2, n_octaves++) {
    keep[n_octaves] = exp(-2 * PI * f / rate);
    gain[n_octaves] = sqrt(1 - keep[n_octaves] * keep[n_octaves]);
  }
  for (size_t t = 0; t < n; t++) {
    double sum = 0;
    for (int i = 0; i < n_octaves; i++) sum += y[i] = keep[i] * y[i] + gain[i] * gauss(&seed);
    x[t] = (float)(pink ? sum / sqrt(n_octaves) : gauss(&seed));
  }
  return x;
}

/* Plucked tones of six harmonics: chords of three, or a melody of one, or a rest, 0.2 to 0.8 s each; the caller frees them. */
static inline float *new_music(size_t n, double rate, uint64_t seed) {
  float *x = calloc(n, sizeof *x);
  static const int chord[] = {0, 4, 7}, scale[] = {0, 2, 4, 5, 7, 9, 11};
  for (size_t at = 0; at < n;) {
    int kind = (int)(3 * uniform(&seed)), n_tones = kind == 0 ? 3 : kind == 1 ? 1 : 0;
    double lasts_s = 0.2 + 0.6 * uniform(&seed), decay_s = 0.1 + 0.4 * uniform(&seed);
    int root = scale[(int)(7 * uniform(&seed))] + 12 * (int)(3 * uniform(&seed));
    for (int tone = 0; tone < n_tones; tone++) {
      double hz = 110 * pow(2, (root + chord[tone]) / 12.0);
      for (int h = 1; h <= 6 && h * hz < 0.45 * rate; h++) {
        size_t rings = (size_t)(6 * decay_s / h * rate);
        for (size_t t = 0; t < rings && at + t < n; t++)
          x[at + t] += (float)(0.1 / h * exp(-(double)t * h / (decay_s * rate)) * sin(2 * PI * h * hz * (double)t / rate));
      }
    }
    at += (size_t)(lasts_s * rate);
  }
  return x;
}

static inline float volts(double db) {
  return (float)pow(10, db / 20);
}

static inline void scale(float *x, size_t n, double db) {
  for (size_t t = 0; t < n; t++) x[t] *= volts(db);
}

#endif
