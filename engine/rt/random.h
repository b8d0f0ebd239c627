/* A small deterministic random stream (PCG-like, 64-bit state), the same on every machine. */
#ifndef R2NN_RT_RANDOM_H
#define R2NN_RT_RANDOM_H

#include <math.h>
#include <stdint.h>

typedef struct r2nn_random {
  uint64_t state;
} r2nn_random;

/* A stream of its own for every (seed, purpose) pair. */
static inline r2nn_random r2nn_random_new(uint64_t seed, uint64_t purpose) {
  return (r2nn_random){(seed + 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u ^ (purpose + 1) * 0x94d049bb133111ebu};
}

/* 64 bits by splitmix64 (S. Vigna, public domain algorithm). */
static inline uint64_t r2nn_random_bits(r2nn_random *random) {
  uint64_t z = random->state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* Uniform in [0, 1). */
static inline double r2nn_random_uniform(r2nn_random *random) {
  return (double)(r2nn_random_bits(random) >> 11) / 9007199254740992.0;
}

/* Normal, mean 0 and deviation 1 (Box and Muller). */
static inline double r2nn_random_normal(r2nn_random *random) {
  double u = 1 - r2nn_random_uniform(random), v = r2nn_random_uniform(random);
  return sqrt(-2 * log(u)) * cos(6.28318530717958647692 * v);
}

#endif
