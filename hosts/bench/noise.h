/* Noise to run benchmarks on. */
#ifndef HOSTS_BENCH_NOISE_H
#define HOSTS_BENCH_NOISE_H

#include <stddef.h>
#include <stdint.h>

/* Uniform in -1..1, the same on every machine; the state goes on, 1 to begin. */
static inline double noise_next(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (double)(*state >> 11) * 0x1p-52 - 1;
}

/* 0.1 V RMS. */
static inline void noise_fill(float *values, size_t n, uint64_t *state) {
  for (size_t i = 0; i < n; i++) values[i] = (float)(0.1732 * noise_next(state));
}

#endif
