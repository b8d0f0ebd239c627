/* How long single blocks take by the clock: the same stream is heard several times, and of each block the quickest counts, so that
 * what the machine does beside it falls out and what the program does stays. */
#include "bench/figures.h"
#include "bench/noise.h"
#include "model_file.h"
#include "progress.h"
#include "r2nn/player.h"
#include "sort.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

enum { PASSES = 7, BLOCKS_OF_A_MODEL = 75, NEW_MODELS = 3 };

static double now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return 1e6 * (double)now.tv_sec + 1e-3 * (double)now.tv_nsec;
}

static const char *const inputs[BENCH_INPUTS] = {"bursts of noise", "numbers near nothing", "what is no number",
                                                 "a new model every 0.1 s"};

/* A block of that input; bursts are half a second long. */
static void fill(uint32_t input, uint32_t block, float *values, size_t n, uint64_t *state) {
  noise_fill(values, n, state);
  bool is_loud = block * BENCH_BLOCK / 24000 % 2 == 0;
  for (size_t i = 0; i < n; i++) switch (input) {
    case 1:
      values[i] *= 1e-38f;
      break;
    case 2:
      values[i] = i % 3 ? (float)NAN : i % 2 ? (float)INFINITY : -(float)INFINITY;
      break;
    default:
      values[i] *= is_loud ? 1 : 1e-4f;
    }
}

/* A player with two programs of one model that take turns, as a live host has it. */
typedef struct band {
  r2nn_player player;
  r2nn_program programs[2];
  void *memory; /* of the exchange */
  float *values;
  uint64_t n_news;
} band;

static void count(void *context, const r2nn_news *news) {
  (void)news;
  ((band *)context)->n_news++;
}

static r2nn_status band_begin(band *self, const r2nn_model *model, r2nn_error *error) {
  r2nn_engine_def def = r2nn_engine_def_default(model, BENCH_RATE_HZ);
  r2nn_status status = R2NN_OK;
  *self = (band){.memory = malloc(r2nn_exchange_size()), .values = malloc(sizeof *self->values * BENCH_BLOCK * model->n_channels)};
  if (!self->memory || !self->values) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (int i = 0; status == R2NN_OK && i < 2; i++) status = r2nn_program_init(&self->programs[i], model, &def, false, error);
  if (status != R2NN_OK) return status;
  self->player =
      (r2nn_player){.program = &self->programs[0], .programs = r2nn_exchange_init(self->memory), .hear = count, .context = self};
  return R2NN_OK;
}

static void band_end(band *self) {
  for (int i = 0; i < 2; i++) r2nn_program_end(&self->programs[i]);
  free(self->memory);
  free(self->values);
}

/* As a host's main thread does beside it: the program that is not playing comes next. */
static void offer_other(band *self) {
  r2nn_exchange_collect(self->player.programs);
  r2nn_program *other = self->player.program == &self->programs[0] ? &self->programs[1] : &self->programs[0];
  if (!self->player.next) r2nn_exchange_offer(self->player.programs, other);
}

/* One block; how long it took. */
static double play_block(band *self, uint32_t n_channels) {
  double begun_us = now_us();
  for (uint32_t done = 0; done < BENCH_BLOCK;) {
    uint32_t n = r2nn_player_piece(&self->player, BENCH_BLOCK - done, true, false);
    r2nn_player_run(&self->player, self->values + (size_t)done * n_channels, n);
    done += n;
  }
  return now_us() - begun_us;
}

static r2nn_status measure(const r2nn_model *model, uint32_t input, uint32_t n_blocks, double *took, r2nn_error *error) {
  band with;
  r2nn_status status = R2NN_OK;
  for (uint32_t pass = 0; status == R2NN_OK && pass < PASSES; pass++) {
    uint64_t state = 1;
    status = band_begin(&with, model, error);
    for (uint32_t block = 0; status == R2NN_OK && block < n_blocks; block++) {
      if (input == NEW_MODELS && block % BLOCKS_OF_A_MODEL == 0) offer_other(&with);
      fill(input, block, with.values, (size_t)BENCH_BLOCK * model->n_channels, &state);
      double us = play_block(&with, model->n_channels);
      took[block] = pass ? fmin(took[block], us) : us;
    }
    band_end(&with);
    progress_show("blocks", (input + (pass + 1.0) / PASSES) / BENCH_INPUTS);
  }
  return status;
}

r2nn_status bench_measure_blocks(bool quick, bench_figures *figures, r2nn_error *error) {
  const char *preset = "digits";
  uint32_t n_blocks = quick ? 3000 : 30000;
  r2nn_model *model = NULL;
  double *took = malloc(n_blocks * sizeof *took);
  r2nn_status status = took ? model_file_read(preset, &model, error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t input = 0; status == R2NN_OK && input < BENCH_INPUTS; input++) {
    status = measure(model, input, n_blocks, took, error);
    if (status != R2NN_OK) break;
    sort_values(took, n_blocks);
    figures->blocks[input] = (bench_blocks){.preset = preset,
                                            .input = inputs[input],
                                            .median_us = took[n_blocks / 2],
                                            .p99_us = took[n_blocks / 100 * 99],
                                            .p999_us = took[n_blocks / 1000 * 999],
                                            .worst_us = took[n_blocks - 1]};
  }
  progress_end();
  r2nn_model_free(model);
  free(took);
  return status;
}
