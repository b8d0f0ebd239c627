/* White noise of unit variance for the currents that a circuit's parts make, one stream a row, the same whatever the block size. */
#include "rt/random.h"
#include "rt/state.h"

/* The sum of four numbers of 16 bits is near enough to normal: mean 4*32767.5, variance 4*(65536^2 - 1)/12. */
#define MEAN  131070.0f
#define SCALE 2.642902e-5f

void r2nn_noise_run(r2nn_random *streams, uint32_t n_rows, float *rows, uint32_t n) {
  for (uint32_t i = 0; i < n_rows; i++)
    for (uint32_t t = 0; t < n; t++) {
      uint64_t bits = r2nn_random_bits(&streams[i]);
      uint32_t sum =
          (uint32_t)(bits & 0xffff) + (uint32_t)(bits >> 16 & 0xffff) + (uint32_t)(bits >> 32 & 0xffff) + (uint32_t)(bits >> 48);
      rows[(size_t)i * R2NN_U_STRIDE + t] = ((float)sum - MEAN) * SCALE;
    }
}

void r2nn_noise_reset(r2nn_random *streams, uint32_t n_rows, uint64_t seed, uint32_t first) {
  for (uint32_t i = 0; i < n_rows; i++) streams[i] = r2nn_random_new(seed, first + i);
}
