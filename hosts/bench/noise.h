/* Noise to run benchmarks on. */
#ifndef HOSTS_BENCH_NOISE_H
#define HOSTS_BENCH_NOISE_H

#include <stddef.h>
#include <stdint.h>

/* Uniform, 0.1 V RMS, the same on every machine; the state goes on, 1 to begin. */
static inline void noise_fill(float *values, size_t n, uint64_t *state) {
  for (size_t i = 0; i < n; i++) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    values[i] = 0.1732f * ((float)(*state >> 40) * 0x1p-23f - 1);
  }
}

#endif
