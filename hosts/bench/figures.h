/* What r2nn bench measures, and how it is shown. */
#ifndef HOSTS_BENCH_FIGURES_H
#define HOSTS_BENCH_FIGURES_H

#include "bench/naive.h"
#include "r2nn/model.h"

#include <stdbool.h>
#include <stdio.h>

#define BENCH_RATE_HZ 48000.0
enum { BENCH_BLOCK = 64, BENCH_OUTPUTS = 10, BENCH_KERNELS = 8, BENCH_FILES = 4, BENCH_INPUTS = 4, BENCH_FILE_S = 120 };

/* A full network, or as many of that size side by side. */
typedef struct bench_kernel {
  uint32_t n_nodes, n_outputs, n_beside; /* of one; how many */
  double ns;                             /* a sample of all of them */
  double share_of_peak, share_of_widest; /* of the multiply-adds of AVX2's 8 lanes, and of the widest there are */
} bench_kernel;

typedef struct bench_preset {
  char *name; /* owned */
  uint32_t n_channels;
  double ns;             /* a sample of all channels at 48 kHz; 0 = not measured */
  double own_hz, own_ns; /* the rate it was trained at, and the same there */
  double make_ms;        /* to make an engine at 48 kHz: what a change of models or of the rate takes */
} bench_preset;

/* A sound file of BENCH_FILE_S seconds, decided second by second. */
typedef struct bench_file {
  double rate_hz;
  const char *format; /* "WAV" or "FLAC" */
  double times_real;  /* seconds of sound a second of processor time; 0 = not measured */
} bench_file;

/* A whole clip of a second at 16 kHz, from its file, us of processor time a clip. */
typedef struct bench_clips {
  double read_us, spectrum_us, run_us; /* read and transformed once; decided by its spectrum; run through the network */
  double ratio;                        /* by its spectrum against read and transformed */
} bench_clips;

/* How long blocks of BENCH_BLOCK frames took by the clock, us, the quickest of several times for each. */
typedef struct bench_blocks {
  const char *preset, *input;
  double median_us, p99_us, p999_us, worst_us;
} bench_blocks;

typedef struct bench_figures {
  double peak_gflops, widest_gflops;
  bench_kernel kernels[BENCH_KERNELS];
  double naive_ratio[N_NAIVES]; /* how many times as long as 64 nodes with 10 outputs that way takes */
  double max_nodes;             /* in real time at 48 kHz, from the largest kernel */
  bench_preset *presets;        /* [n_presets], owned */
  uint32_t n_presets;
  bench_file files[BENCH_FILES];
  bench_clips clips;
  bench_blocks blocks[BENCH_INPUTS];
  double epoch_ms; /* of training */
} bench_figures;

/* Measure it all, alternating; quick takes less time and gives rougher figures, the largest of
 * smaller networks side by side. Presets that cannot be read are told and counted in n_failed. Free it with bench_free() whatever
 * happens. Main thread. */
r2nn_status bench_measure(bool quick, bench_figures *self, uint32_t *n_failed, r2nn_error *error);
void bench_free(bench_figures *self);

/* The parts of it that are measured for themselves. */
r2nn_status bench_measure_files(bool quick, bench_figures *self, r2nn_error *error);
r2nn_status bench_measure_blocks(bool quick, bench_figures *self, r2nn_error *error);
r2nn_status bench_measure_epoch(bool quick, bench_figures *self, r2nn_error *error);

/* Clips in an existing folder, which it leaves as it was. */
r2nn_status bench_measure_clips(const r2nn_model *model, const char *folder, bool quick, bench_clips *self, r2nn_error *error);

/* A sound file of noise; format: "WAV" or "FLAC". */
r2nn_status bench_write_noise(const char *path, const char *format, double rate_hz, uint32_t seconds, r2nn_error *error);

void bench_text(FILE *to, const bench_figures *self);
void bench_json(FILE *to, const bench_figures *self);

#endif
