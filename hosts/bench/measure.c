/* Times engines, simpler ways and the processor in turns, so that what else the machine does falls on all alike. */
#include "bench/clock.h"
#include "bench/figures.h"
#include "bench/network.h"
#include "bench/noise.h"
#include "bench/peak.h"
#include "model_file.h"
#include "progress.h"
#include "say.h"
#include "sort.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_ROUNDS = 11, MAKE_ROUNDS = 3, MOST_BESIDE = 64, PEAK_ROUNDS = 20000 };

/* What is measured: total nodes, outputs of a network; in networks of one size where that would take too long to make. */
static const struct {
  uint32_t n_nodes, n_outputs;
  bool is_large;
} kernels[BENCH_KERNELS] = {{16, BENCH_OUTPUTS, false},
                            {64, BENCH_OUTPUTS, false},
                            {256, BENCH_OUTPUTS, false},
                            {1024, BENCH_OUTPUTS, true},
                            {4096, BENCH_OUTPUTS, true},
                            {16384, BENCH_OUTPUTS, true},
                            {64, 64, false},
                            {256, 256, false}};
enum { COMPARED = 1, LARGEST = 5 }; /* the kernel that other ways are compared with; the one that real time is reckoned from */

/* Something that is timed: engines, run block by block in turns, or another way. */
typedef struct item {
  r2nn_engine *engines[MOST_BESIDE]; /* [n_engines], owned */
  uint32_t n_engines, n_channels;
  naive way;             /* n 0: none */
  double ns[MAX_ROUNDS]; /* a sample of all engines */
} item;

typedef struct bench {
  uint32_t n_rounds, n_frames;
  float *noise; /* [n_frames * n_channels of the widest] */
  item *items;  /* kernels, ways, presets at 48 kHz and at their own rates */
  uint32_t n_items;
  double peak[2][MAX_ROUNDS]; /* operations a nanosecond, narrow and wide */
} bench;

static item *way_of(const bench *self, uint32_t kind) {
  return &self->items[BENCH_KERNELS + kind];
}

static item *preset_of(const bench *self, uint32_t preset, bool own_rate) {
  return &self->items[BENCH_KERNELS + N_NAIVES + 2 * preset + own_rate];
}

static double median(const double *values, uint32_t n) {
  double sorted[MAX_ROUNDS];
  for (uint32_t i = 0; i < n; i++) sorted[i] = values[i];
  sort_values(sorted, n);
  return sorted[n / 2];
}

static void run_item(const bench *self, item *with, uint32_t round) {
  r2nn_decision decision;
  /* Few blocks of what takes long. */
  uint32_t n_frames = self->n_frames /
                      (with->way.n           ? 4
                       : with->n_engines > 8 ? with->n_engines / 2
                                             : 1) /
                      BENCH_BLOCK * BENCH_BLOCK;
  double begun_s = worked_s();
  if (with->way.n) naive_run(&with->way, self->noise, n_frames);
  for (uint32_t at = 0; with->n_engines && at < n_frames; at += BENCH_BLOCK)
    for (uint32_t i = 0; i < with->n_engines; i++) {
      r2nn_engine_run(with->engines[i], self->noise + (size_t)at * with->n_channels, BENCH_BLOCK);
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
      if (self->items[i].n_engines || self->items[i].way.n) run_item(self, &self->items[i], slot);
    progress_show("measuring", (round + 1.0) / (self->n_rounds + 1));
  }
  progress_end();
}

static r2nn_status add_engines(item *to, const r2nn_model *model, double rate_hz, const r2nn_plan *plan, uint32_t n,
                               r2nn_error *error) {
  r2nn_engine_def def = r2nn_engine_def_default(model, rate_hz);
  r2nn_status status = R2NN_OK;
  def.plan = plan;
  to->n_channels = model->n_channels;
  while (status == R2NN_OK && to->n_engines < n) {
    status = r2nn_engine_new(model, &def, &to->engines[to->n_engines], error);
    if (status == R2NN_OK) to->n_engines++;
  }
  return status;
}

static r2nn_status add_large(bench *self, uint32_t n_beside_nodes, bench_figures *figures, r2nn_error *error) {
  r2nn_plan *plan = NULL;
  r2nn_model *model = network_full_behind(n_beside_nodes, BENCH_OUTPUTS, error);
  r2nn_status status = model ? r2nn_plan_new(model, BENCH_RATE_HZ, &plan, error) : R2NN_NO_MEMORY;
  for (uint32_t k = 0; status == R2NN_OK && k < BENCH_KERNELS; k++) {
    if (!kernels[k].is_large) continue;
    uint32_t n = kernels[k].n_nodes / n_beside_nodes;
    figures->kernels[k] = (bench_kernel){.n_nodes = n_beside_nodes, .n_outputs = BENCH_OUTPUTS, .n_beside = n};
    status = add_engines(&self->items[k], model, BENCH_RATE_HZ, plan, n, error);
  }
  r2nn_plan_free(plan);
  r2nn_model_free(model);
  return status;
}

static r2nn_status add_kernels(bench *self, bool quick, bench_figures *figures, r2nn_error *error) {
  r2nn_status status = R2NN_OK;
  for (uint32_t k = 0; status == R2NN_OK && k < BENCH_KERNELS; k++) {
    progress_show("building networks", (double)k / (BENCH_KERNELS + 1));
    if (kernels[k].is_large) continue;
    figures->kernels[k] = (bench_kernel){.n_nodes = kernels[k].n_nodes, .n_outputs = kernels[k].n_outputs, .n_beside = 1};
    r2nn_model *model = network_full(kernels[k].n_nodes, kernels[k].n_outputs, error);
    status = model ? add_engines(&self->items[k], model, BENCH_RATE_HZ, NULL, 1, error) : R2NN_NO_MEMORY;
    r2nn_model_free(model);
  }
  if (status == R2NN_OK) status = add_large(self, quick ? 256 : 1024, figures, error);
  for (uint32_t kind = 0; status == R2NN_OK && kind < N_NAIVES; kind++)
    if (!naive_begin(&way_of(self, kind)->way, (naive_kind)kind, kernels[COMPARED].n_nodes, kernels[COMPARED].n_outputs))
      status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  progress_end();
  return status;
}

/* Engines of a preset at 48 kHz, the last of a few that are made, of which the quickest counts, and at its own rate. */
static r2nn_status add_preset(bench *self, uint32_t preset, const r2nn_model *model, bench_preset *figures, r2nn_error *error) {
  item *to = preset_of(self, preset, false);
  r2nn_status status = R2NN_OK;
  figures->n_channels = model->n_channels;
  figures->own_hz = model->trained_rate_hz > 0 ? model->trained_rate_hz : BENCH_RATE_HZ;
  figures->make_ms = (double)INFINITY;
  for (int i = 0; i < MAKE_ROUNDS && status == R2NN_OK; i++) {
    if (i) r2nn_engine_free(to->engines[--to->n_engines]);
    double begun_s = worked_s();
    status = add_engines(to, model, BENCH_RATE_HZ, NULL, 1, error);
    figures->make_ms = fmin(figures->make_ms, 1e3 * (worked_s() - begun_s));
  }
  if (status == R2NN_OK) status = add_engines(preset_of(self, preset, true), model, figures->own_hz, NULL, 1, error);
  return status;
}

/* Presets that cannot be used are told and left out. */
static void add_presets(bench *self, bench_figures *figures, uint32_t *n_failed) {
  for (uint32_t i = 0; i < figures->n_presets; i++) {
    r2nn_model *model = NULL;
    r2nn_error error = {""};
    r2nn_status status = model_file_read(figures->presets[i].name, &model, &error);
    if (status == R2NN_OK) status = add_preset(self, i, model, &figures->presets[i], &error);
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

/* Noise for the widest item. */
static bool make_noise(bench *self) {
  uint32_t widest = 1;
  uint64_t state = 1;
  for (uint32_t i = 0; i < self->n_items; i++)
    if (self->items[i].n_channels > widest) widest = self->items[i].n_channels;
  self->noise = malloc(sizeof *self->noise * self->n_frames * widest);
  if (self->noise) noise_fill(self->noise, (size_t)self->n_frames * widest, &state);
  return self->noise != NULL;
}

static void evaluate_rounds(const bench *self, bench_figures *figures) {
  uint32_t n = self->n_rounds;
  figures->peak_gflops = median(self->peak[0], n);
  figures->widest_gflops = fmax(figures->peak_gflops, median(self->peak[1], n));
  for (uint32_t k = 0; k < BENCH_KERNELS; k++) {
    bench_kernel *kernel = &figures->kernels[k];
    double shares[2][MAX_ROUNDS], work = kernel->n_beside * network_flops(kernel->n_nodes, kernel->n_outputs);
    for (uint32_t i = 0; i < n; i++) {
      double speed = work / self->items[k].ns[i];
      shares[0][i] = speed / self->peak[0][i];
      shares[1][i] = speed / fmax(self->peak[0][i], self->peak[1][i]);
    }
    kernel->ns = median(self->items[k].ns, n);
    kernel->share_of_peak = median(shares[0], n);
    kernel->share_of_widest = median(shares[1], n);
  }
  for (uint32_t kind = 0; kind < N_NAIVES; kind++) {
    double ratios[MAX_ROUNDS];
    for (uint32_t i = 0; i < n; i++) ratios[i] = way_of(self, kind)->ns[i] / self->items[COMPARED].ns[i];
    figures->naive_ratio[kind] = median(ratios, n);
  }
  figures->max_nodes = floor(kernels[LARGEST].n_nodes * 1e9 / BENCH_RATE_HZ / figures->kernels[LARGEST].ns);
  for (uint32_t i = 0; i < figures->n_presets; i++) {
    const item *at_48k = preset_of(self, i, false), *at_own = preset_of(self, i, true);
    if (at_48k->n_engines) figures->presets[i].ns = median(at_48k->ns, n);
    if (at_own->n_engines) figures->presets[i].own_ns = median(at_own->ns, n);
  }
}

r2nn_status bench_measure(bool quick, bench_figures *figures, uint32_t *n_failed, r2nn_error *error) {
  bench self = {.n_rounds = quick ? 3 : MAX_ROUNDS, .n_frames = (quick ? 32 : 192) * BENCH_BLOCK};
  *figures = (bench_figures){0};
  *n_failed = 0;
  r2nn_status status = list_presets(figures) ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self.n_items = BENCH_KERNELS + N_NAIVES + 2 * figures->n_presets;
  self.items = calloc(self.n_items, sizeof *self.items);
  if (status == R2NN_OK && !self.items) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = add_kernels(&self, quick, figures, error);
  if (status == R2NN_OK) add_presets(&self, figures, n_failed);
  if (status == R2NN_OK && !make_noise(&self)) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) {
    run_all(&self);
    evaluate_rounds(&self, figures);
  }
  for (uint32_t i = 0; self.items && i < self.n_items; i++) {
    for (uint32_t k = 0; k < self.items[i].n_engines; k++) r2nn_engine_free(self.items[i].engines[k]);
    naive_free(&self.items[i].way);
  }
  free(self.items);
  free(self.noise);
  if (status == R2NN_OK) status = bench_measure_files(quick, figures, error);
  if (status == R2NN_OK) status = bench_measure_blocks(quick, figures, error);
  if (status == R2NN_OK) status = bench_measure_epoch(quick, figures, error);
  return status;
}

void bench_free(bench_figures *self) {
  for (uint32_t i = 0; self->presets && i < self->n_presets; i++) free(self->presets[i].name);
  free(self->presets);
  *self = (bench_figures){0};
}
