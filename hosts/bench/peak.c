/* How fast this processor multiplies and adds: chains of fused multiply-adds that do not wait for one another. */
#include "bench/peak.h"

/* As the engine's own kernels are compiled, so that both use the same instructions. */
#if defined(__x86_64__) && defined(__GNUC__) && __GNUC__ >= 12 && !defined(__clang__) && defined(__ELF__) &&                       \
    !defined(R2NN_NO_MULTIVERSION)
#define MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MULTIVERSION
#endif

typedef float f32x8 __attribute__((vector_size(32)));
typedef float f32x16 __attribute__((vector_size(64)));

/* Latency times units of today's processors: 4 cycles times 2. */
enum { N_CHAINS = 10, N_STEPS = 64 };

static volatile float multiplier = 0.999f, addend = 1e-3f, sink;

MULTIVERSION static void run_8(uint32_t n_rounds) {
  f32x8 a = {0}, x[N_CHAINS];
  a += multiplier;
  f32x8 b = a * 0 + addend;
  for (int k = 0; k < N_CHAINS; k++) x[k] = b * (float)k;
  for (uint32_t round = 0; round < n_rounds; round++)
    for (int step = 0; step < N_STEPS; step++)
#pragma GCC unroll 16
      for (int k = 0; k < N_CHAINS; k++) x[k] = x[k] * a + b;
  f32x8 sum = x[0];
  for (int k = 1; k < N_CHAINS; k++) sum += x[k];
  sink = sum[0] + sum[7];
}

MULTIVERSION static void run_16(uint32_t n_rounds) {
  f32x16 a = {0}, x[N_CHAINS];
  a += multiplier;
  f32x16 b = a * 0 + addend;
  for (int k = 0; k < N_CHAINS; k++) x[k] = b * (float)k;
  for (uint32_t round = 0; round < n_rounds; round++)
    for (int step = 0; step < N_STEPS; step++)
#pragma GCC unroll 16
      for (int k = 0; k < N_CHAINS; k++) x[k] = x[k] * a + b;
  f32x16 sum = x[0];
  for (int k = 1; k < N_CHAINS; k++) sum += x[k];
  sink = sum[0] + sum[15];
}

double peak_run(uint32_t n_rounds, bool wide) {
  (wide ? run_16 : run_8)(n_rounds);
  return 2.0 * (wide ? 16 : 8) * N_CHAINS * N_STEPS * n_rounds;
}
