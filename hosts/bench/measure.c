/* Times engines, the dense update and the processor in turns, so that what else the machine does falls on all alike. */
#include "bench/dense.h"
#include "bench/figures.h"
#include "bench/network.h"
#include "bench/peak.h"
#include "model_file.h"
#include "progress.h"
#include "say.h"
#include "sort.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

enum {
  BLOCK = 64, /* frames an engine gets at a time */
  MAX_ROUNDS = 11,
  MAKE_ROUNDS = 3,
  SIDE_BY_SIDE = 8, /* networks of the largest kernel: more than the second-level cache holds */
  PEAK_ROUNDS = 20000
};

/* Something that is timed. */
typedef struct item {
  r2nn_engine *engines[SIDE_BY_SIDE]; /* [n_engines], owned, run block by block in turns */
  uint32_t n_engines, n_channels;
  dense dense;           /* or this, if there are no engines */
  double ns[MAX_ROUNDS]; /* a sample of all engines */
} item;

typedef struct bench {
  uint32_t n_rounds, n_frames;
  float *noise; /* [n_frames * n_channels of the widest] */
  item *items;  /* kernels and their dense updates in pairs, the ones side by side, the presets */
  uint32_t n_items;
  double peak[2][MAX_ROUNDS]; /* operations a nanosecond, narrow and wide */
} bench;

/* Seconds that this thread has worked: what other programs take meanwhile does not count. */
static double worked_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double median(const double *values, uint32_t n) {
  double sorted[MAX_ROUNDS];
  for (uint32_t i = 0; i < n; i++) sorted[i] = values[i];
  sort_values(sorted, n);
  return sorted[n / 2];
}

static void run_item(const bench *self, item *with, uint32_t round) {
  r2nn_decision decision;
  uint32_t n_frames = with->n_engines ? self->n_frames : self->n_frames / 4;
  double begun_s = worked_s();
  if (!with->n_engines) dense_run(&with->dense, self->noise, n_frames);
  for (uint32_t at = 0; with->n_engines && at < n_frames; at += BLOCK)
    for (uint32_t i = 0; i < with->n_engines; i++) {
      r2nn_engine_run(with->engines[i], self->noise + (size_t)at * with->n_channels, BLOCK);
      while (r2nn_engine_poll(with->engines[i], &decision)) continue;
    }
  with->ns[round] = 1e9 * (worked_s() - begun_s) / n_frames;
}

static void run_all(bench *self) {
  for (uint32_t round = 0; round <= self->n_rounds; round++) {
    uint32_t slot = round ? round - 1 : 0; /* the first warms up */
    for (int wide = 0; wide < 2; wide++) {
      double begun_s = worked_s(), n_operations = peak_run(PEAK_ROUNDS, wide);
      self->peak[wide][slot] = 1e-9 * n_operations / (worked_s() - begun_s);
    }
    for (uint32_t i = 0; i < self->n_items; i++)
      if (self->items[i].n_engines || self->items[i].dense.n) run_item(self, &self->items[i], slot);
    progress_show("measuring", (round + 1.0) / (self->n_rounds + 1));
  }
  progress_end();
}

static r2nn_status add_engines(item *to, const r2nn_model *model, uint32_t n, r2nn_error *error) {
  r2nn_engine_def def = r2nn_engine_def_default(model, BENCH_RATE_HZ);
  r2nn_status status = R2NN_OK;
  to->n_channels = model->n_channels;
  while (status == R2NN_OK && to->n_engines < n) {
    status = r2nn_engine_new(model, &def, &to->engines[to->n_engines], error);
    if (status == R2NN_OK) to->n_engines++;
  }
  return status;
}

static r2nn_status add_kernels(bench *self, bool quick, r2nn_error *error) {
  r2nn_status status = R2NN_OK;
  for (uint32_t k = 0; status == R2NN_OK && k < BENCH_KERNELS; k++) {
    progress_show("building networks", (double)k / (BENCH_KERNELS + 1));
    r2nn_model *model = network_full(bench_nodes[k], BENCH_OUTPUTS, error);
    status = model ? add_engines(&self->items[2 * k], model, 1, error) : R2NN_NO_MEMORY;
    if (status == R2NN_OK && !dense_begin(&self->items[2 * k + 1].dense, bench_nodes[k]))
      status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
    if (status == R2NN_OK && k + 1 == BENCH_KERNELS)
      status = add_engines(&self->items[2 * BENCH_KERNELS], model, quick ? 2 : SIDE_BY_SIDE, error);
    r2nn_model_free(model);
  }
  progress_end();
  return status;
}

/* An engine of a preset, the last of a few that are made; the quickest counts. */
static r2nn_status add_preset(item *to, const r2nn_model *model, double *make_ms, r2nn_error *error) {
  r2nn_status status = R2NN_OK;
  *make_ms = (double)INFINITY;
  for (int i = 0; i < MAKE_ROUNDS && status == R2NN_OK; i++) {
    if (i) r2nn_engine_free(to->engines[--to->n_engines]);
    double begun_s = worked_s();
    status = add_engines(to, model, 1, error);
    *make_ms = fmin(*make_ms, 1e3 * (worked_s() - begun_s));
  }
  return status;
}

/* Presets that cannot be used are told and left out. */
static void add_presets(bench *self, bench_figures *figures, uint32_t *n_failed) {
  for (uint32_t i = 0; i < figures->n_presets; i++) {
    r2nn_model *model = NULL;
    r2nn_error error = {""};
    r2nn_status status = model_file_read(figures->presets[i].name, &model, &error);
    if (status == R2NN_OK) {
      figures->presets[i].n_channels = model->n_channels;
      status = add_preset(&self->items[2 * BENCH_KERNELS + 1 + i], model, &figures->presets[i].make_ms, &error);
    }
    r2nn_model_free(model);
    if (status == R2NN_OK) continue;
    say_error("preset %s: %s", figures->presets[i].name, error.text);
    ++*n_failed;
  }
}

static bool list_presets(bench_figures *figures) {
  char **names = model_file_presets(&figures->n_presets);
  if (names) figures->presets = calloc(figures->n_presets + 1, sizeof *figures->presets);
  for (uint32_t i = 0; names && i < figures->n_presets; i++)
    if (figures->presets)
      figures->presets[i].name = names[i];
    else
      free(names[i]);
  free(names);
  return figures->presets != NULL;
}

/* Uniform noise of 0.1 V RMS for the widest item. */
static bool make_noise(bench *self) {
  uint32_t widest = 1;
  uint64_t state = 1;
  for (uint32_t i = 0; i < self->n_items; i++)
    if (self->items[i].n_channels > widest) widest = self->items[i].n_channels;
  self->noise = malloc(sizeof *self->noise * self->n_frames * widest);
  for (size_t i = 0; self->noise && i < (size_t)self->n_frames * widest; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    self->noise[i] = 0.1732f * ((float)(state >> 40) * 0x1p-23f - 1);
  }
  return self->noise != NULL;
}

static void evaluate_rounds(const bench *self, bench_figures *figures) {
  uint32_t n = self->n_rounds;
  const item *beside = &self->items[2 * BENCH_KERNELS];
  figures->peak_gflops = fmax(median(self->peak[0], n), median(self->peak[1], n));
  for (uint32_t k = 0; k < BENCH_KERNELS; k++) {
    bench_kernel *kernel = &figures->kernels[k];
    double ratios[MAX_ROUNDS];
    for (uint32_t i = 0; i < n; i++) ratios[i] = self->items[2 * k + 1].ns[i] / self->items[2 * k].ns[i];
    kernel->ns = median(self->items[2 * k].ns, n);
    kernel->share_of_peak = network_flops(bench_nodes[k], BENCH_OUTPUTS) / kernel->ns / figures->peak_gflops;
    kernel->ratio_to_sgemv = median(ratios, n);
  }
  double n_nodes = (double)beside->n_engines * bench_nodes[BENCH_KERNELS - 1];
  figures->max_nodes = floor(n_nodes * 1e9 / BENCH_RATE_HZ / median(beside->ns, n));
  for (uint32_t i = 0; i < figures->n_presets; i++) {
    const item *preset = &self->items[2 * BENCH_KERNELS + 1 + i];
    if (preset->n_engines) figures->presets[i].ns = median(preset->ns, n);
  }
}

r2nn_status bench_measure(bool quick, bench_figures *figures, uint32_t *n_failed, r2nn_error *error) {
  bench self = {.n_rounds = quick ? 3 : MAX_ROUNDS, .n_frames = quick ? 32 * BLOCK : 192 * BLOCK};
  *figures = (bench_figures){0};
  *n_failed = 0;
  r2nn_status status = list_presets(figures) ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self.n_items = 2 * BENCH_KERNELS + 1 + figures->n_presets;
  self.items = calloc(self.n_items, sizeof *self.items);
  if (status == R2NN_OK && !self.items) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = add_kernels(&self, quick, error);
  if (status == R2NN_OK) add_presets(&self, figures, n_failed);
  if (status == R2NN_OK && !make_noise(&self)) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) {
    run_all(&self);
    evaluate_rounds(&self, figures);
  }
  for (uint32_t i = 0; self.items && i < self.n_items; i++) {
    for (uint32_t k = 0; k < self.items[i].n_engines; k++) r2nn_engine_free(self.items[i].engines[k]);
    dense_free(&self.items[i].dense);
  }
  free(self.items);
  free(self.noise);
  return status;
}

void bench_free(bench_figures *self) {
  for (uint32_t i = 0; self->presets && i < self->n_presets; i++) free(self->presets[i].name);
  free(self->presets);
  *self = (bench_figures){0};
}
