/* How long single blocks take by the clock, where the machine lets them run and where it does not. */
#include "bench/figures.h"
#include "bench/noise.h"
#include "model_file.h"
#include "progress.h"
#include "r2nn/engine.h"
#include "sort.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

static double now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return 1e6 * (double)now.tv_sec + 1e-3 * (double)now.tv_nsec;
}

static const char *const inputs[BENCH_INPUTS] = {"bursts of noise", "numbers near nothing", "what is no number"};

/* A block of that input; bursts are half a second long. */
static void fill(uint32_t input, uint32_t block, float *values, size_t n, uint64_t *state) {
  noise_fill(values, n, state);
  bool is_loud = block * BENCH_BLOCK / 24000 % 2 == 0;
  for (size_t i = 0; i < n; i++) switch (input) {
    case 0:
      values[i] *= is_loud ? 1 : 1e-4f;
      break;
    case 1:
      values[i] *= 1e-38f;
      break;
    default:
      values[i] = i % 3 ? (float)NAN : i % 2 ? (float)INFINITY : -(float)INFINITY;
    }
}

r2nn_status bench_measure_blocks(bool quick, bench_figures *figures, r2nn_error *error) {
  const char *preset = "digits";
  uint32_t n_blocks = quick ? 3000 : 45000;
  r2nn_model *model = NULL;
  r2nn_engine *engine = NULL;
  double *took = malloc(n_blocks * sizeof *took);
  float *values = NULL;
  r2nn_status status = took ? model_file_read(preset, &model, error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) {
    r2nn_engine_def def = r2nn_engine_def_default(model, BENCH_RATE_HZ);
    status = r2nn_engine_new(model, &def, &engine, error);
    values = malloc(sizeof *values * BENCH_BLOCK * model->n_channels);
    if (status == R2NN_OK && !values) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  for (uint32_t input = 0; status == R2NN_OK && input < BENCH_INPUTS; input++) {
    uint64_t state = 1;
    for (uint32_t block = 0; block < n_blocks; block++) {
      r2nn_decision decision;
      fill(input, block, values, (size_t)BENCH_BLOCK * model->n_channels, &state);
      double begun_us = now_us();
      r2nn_engine_run(engine, values, BENCH_BLOCK);
      while (r2nn_engine_poll(engine, &decision)) continue;
      took[block] = now_us() - begun_us;
      if (block % 1000 == 0) progress_show("blocks", (input + (double)block / n_blocks) / BENCH_INPUTS);
    }
    sort_values(took, n_blocks);
    figures->blocks[input] = (bench_blocks){.preset = preset,
                                            .input = inputs[input],
                                            .median_us = took[n_blocks / 2],
                                            .p99_us = took[n_blocks / 100 * 99],
                                            .p999_us = took[n_blocks / 1000 * 999],
                                            .worst_us = took[n_blocks - 1]};
  }
  progress_end();
  r2nn_engine_free(engine);
  r2nn_model_free(model);
  free(values);
  free(took);
  return status;
}
