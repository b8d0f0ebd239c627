/* What r2nn bench measures, and how it is shown. */
#ifndef HOSTS_BENCH_FIGURES_H
#define HOSTS_BENCH_FIGURES_H

#include "r2nn/base.h"

#include <stdio.h>

#define BENCH_RATE_HZ 48000.0
enum { BENCH_KERNELS = 3, BENCH_OUTPUTS = 10 };
static const uint32_t bench_nodes[BENCH_KERNELS] = {16, 64, 256};

typedef struct bench_kernel {
  double ns; /* a sample */
  double share_of_peak;
  double ratio_to_sgemv; /* how many times as long the dense update takes */
} bench_kernel;

typedef struct bench_preset {
  char *name; /* owned */
  uint32_t n_channels;
  double ns;      /* a sample of all channels; 0 = not measured */
  double make_ms; /* to make an engine of the model at that rate: what a change of models or of the rate takes */
} bench_preset;

typedef struct bench_figures {
  double peak_gflops;
  bench_kernel kernels[BENCH_KERNELS];
  double max_nodes;      /* in real time, reckoned from a few of the largest networks side by side */
  bench_preset *presets; /* [n_presets], owned */
  uint32_t n_presets;
} bench_figures;

/* Measure it all, alternating; quick takes less time and gives rougher figures. Presets that cannot be read are told and counted in
 * n_failed. Free it with bench_free() whatever happens. Main thread. */
r2nn_status bench_measure(bool quick, bench_figures *self, uint32_t *n_failed, r2nn_error *error);
void bench_free(bench_figures *self);

void bench_text(FILE *to, const bench_figures *self);
void bench_json(FILE *to, const bench_figures *self);

#endif
