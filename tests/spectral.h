/* Random circuits, spectra made by hand, and energies of the first for the second: what the tests of spectral training share. */
#ifndef R2NN_TESTS_SPECTRAL_H
#define R2NN_TESTS_SPECTRAL_H

#include "train/cascade.h"
#include "train/spectral.h"
#include "unit.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
#define J  ((double complex)I)

/* The values of both on failure. */
#define CLOSE(a, b, tolerance) assert_true(close_to(a, b, tolerance))

static inline bool close_to(double a, double b, double tolerance) {
  if (fabs(a - b) <= tolerance) return true;
  print_message("%.17g and %.17g differ by %.3g, more than %.3g\n", a, b, fabs(a - b), tolerance);
  return false;
}

/* ---- random numbers and circuits ---- */

static uint64_t seed_state;

/* Uniform in 0..1 (splitmix64). */
static inline double uniform(void) {
  uint64_t z = (seed_state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static inline double between(double low, double high) {
  return low + (high - low) * uniform();
}

static inline uint32_t below(uint32_t n) {
  return (uint32_t)(uniform() * n);
}

/* A stage with room for everything; the counts are set as elements are added. */
static inline r2nn_stage stage_new(uint32_t n_nodes) {
  uint32_t n = n_nodes;
  r2nn_stage stage = {.n_nodes = n};
  stage.nodes = calloc(n, sizeof *stage.nodes);
  stage.couplings = calloc((size_t)n * n, sizeof *stage.couplings);
  stage.inputs = calloc(4 * (size_t)n, sizeof *stage.inputs);
  stage.outputs = calloc(n, sizeof *stage.outputs);
  assert_true(stage.nodes && stage.couplings && stage.inputs && stage.outputs);
  return stage;
}

static inline void stage_free(r2nn_stage *stage) {
  free(stage->nodes);
  free(stage->couplings);
  free(stage->inputs);
  free(stage->outputs);
}

static inline void couple(r2nn_stage *stage, uint32_t a, uint32_t b, double g) {
  stage->couplings[stage->n_couplings++] = (r2nn_coupling){a, b, g};
}

static inline void drive(r2nn_stage *stage, uint32_t node, uint32_t channel, double g) {
  stage->inputs[stage->n_inputs++] = (r2nn_input){node, channel, g};
}

/* A resonator of stiffness k (S) with nothing else on it. */
static inline r2nn_node resonator(double k, double f0_hz, double q) {
  double d = k / pow(2 * PI * f0_hz, 2);
  return (r2nn_node){d, sqrt(k * d) / q, k};
}

/* Signed couplings, made up for by ground conductance: K stays diagonally dominant. Every third node is RC when mixed. */
static inline void randomise(r2nn_stage *stage, bool mixed) {
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    stage->nodes[i] = resonator(1e-4, between(50, 2000), between(2, 20));
    if (mixed && i % 3 == 2) stage->nodes[i] = (r2nn_node){0, 1e-4 / (2 * PI * between(20, 500)), 1e-4};
  }
  for (uint32_t e = 0; e < stage->n_couplings; e++) {
    r2nn_coupling *coupling = &stage->couplings[e];
    coupling->g = between(-1, 1.5) * 1e-4 / sqrt(stage->n_nodes);
    if (coupling->g > 0) continue;
    stage->nodes[coupling->a].g -= 2 * coupling->g;
    stage->nodes[coupling->b].g -= 2 * coupling->g;
  }
  for (uint32_t e = 0; e < stage->n_inputs; e++) stage->inputs[e].g = between(0.1, 1) * 1e-4;
}

static inline void add_outputs(r2nn_stage *stage, uint32_t n) {
  for (uint32_t o = 0; o < n; o++)
    stage->outputs[stage->n_outputs++] = (stage->n_nodes - 1 - o * 2 % stage->n_nodes) % stage->n_nodes;
}

static inline r2nn_stage full_stage(uint32_t n, uint32_t n_channels, uint32_t n_outputs) {
  r2nn_stage stage = stage_new(n);
  for (uint32_t a = 0; a < n; a++)
    for (uint32_t b = a + 1; b < n; b++) couple(&stage, a, b, 0);
  for (uint32_t c = 0; c < n_channels; c++) {
    drive(&stage, c % n, c, 0);
    if (n > 1) drive(&stage, (c + 1) % n, c, 0);
  }
  add_outputs(&stage, n_outputs);
  randomise(&stage, false);
  return stage;
}

/* rows x columns outer nodes, an inner node hung on each, a chain and a lone node beside them; RC nodes among all. */
static inline r2nn_stage grid_stage(uint32_t rows, uint32_t columns, uint32_t n_channels) {
  uint32_t n = rows * columns, extra = 5;
  r2nn_stage stage = stage_new(2 * n + extra);
  for (uint32_t i = 0; i < n; i++) {
    if (i % columns + 1 < columns) couple(&stage, i + 1, i, 0);
    if (i + columns < n) couple(&stage, i, i + columns, 0);
    couple(&stage, i, n + i, 0);
  }
  for (uint32_t i = 0; i + 2 < extra; i++) couple(&stage, 2 * n + i, 2 * n + i + 1, 0);
  for (uint32_t c = 0; c < n_channels; c++) drive(&stage, c, c, 0);
  drive(&stage, 2 * n, 0, 0);
  drive(&stage, 2 * n + extra - 1, n_channels - 1, 0);
  for (uint32_t o = 0; o < 2 * n + extra; o += 3) stage.outputs[stage.n_outputs++] = o;
  randomise(&stage, true);
  return stage;
}

/* Any structure at all: each pair coupled with the given probability. */
static inline r2nn_stage sparse_stage(uint32_t n, double probability, uint32_t n_channels) {
  r2nn_stage stage = stage_new(n);
  for (uint32_t a = 0; a < n; a++)
    for (uint32_t b = 0; b < a; b++)
      if (uniform() < probability) couple(&stage, a, b, 0);
  for (uint32_t c = 0; c < n_channels; c++) drive(&stage, below(n), c, 0);
  add_outputs(&stage, n);
  randomise(&stage, true);
  return stage;
}

/* ---- spectra by hand ---- */

static inline r2nn_spectra *spectra_empty(uint32_t n_clips, uint32_t n_channels, uint32_t n_bins) {
  r2nn_spectra *spectra = calloc(1, sizeof *spectra);
  assert_non_null(spectra);
  *spectra = (r2nn_spectra){n_clips, n_channels, n_bins, NULL, NULL, NULL};
  spectra->freq_hz = calloc(n_bins, sizeof(double));
  spectra->duration_s = calloc(n_clips, sizeof(double));
  spectra->packed = calloc((size_t)n_clips * n_bins * n_channels * n_channels, sizeof(double));
  assert_true(spectra->freq_hz && spectra->duration_s && spectra->packed);
  return spectra;
}

/* One clip for each packed value of each bin: the energies are then |h|^2 and the parts of h_a conj(h_b). */
static inline r2nn_spectra *spectra_probe(uint32_t n_channels, uint32_t n_bins) {
  uint32_t n = n_bins * n_channels * n_channels;
  r2nn_spectra *spectra = spectra_empty(n, n_channels, n_bins);
  for (uint32_t i = 0; i < n; i++) spectra->packed[(size_t)i * n + i] = 1;
  return spectra;
}

/* What any clips could have: S = sum of three x x^H a bin. */
static inline r2nn_spectra *spectra_random(uint32_t n_clips, uint32_t n_channels, uint32_t n_bins) {
  r2nn_spectra *spectra = spectra_empty(n_clips, n_channels, n_bins);
  uint32_t m = n_channels;
  for (size_t i = 0; i < (size_t)n_clips * n_bins; i++)
    for (uint32_t term = 0; term < 3; term++) {
      double complex x[8];
      for (uint32_t a = 0; a < m; a++) x[a] = between(-1, 1) + J * between(-1, 1);
      for (uint32_t a = 0; a < m; a++)
        for (uint32_t b = a; b < m; b++) {
          double complex s = x[a] * conj(x[b]);
          spectra->packed[i * m * m + a * m + b] += creal(s);
          if (a != b) spectra->packed[i * m * m + b * m + a] += cimag(s);
        }
    }
  return spectra;
}

static inline r2nn_spectral *spectral_new(const r2nn_stage *stage, uint32_t n_channels, const double *freq_hz, uint32_t n_bins,
                                          const r2nn_workers *workers) {
  r2nn_spectral *spectral;
  r2nn_error error;
  assert_int_equal(r2nn_spectral_new(stage, n_channels, freq_hz, n_bins, workers, &spectral, &error), R2NN_OK);
  return spectral;
}

/* Energies [n_clips][n_outputs] of the spectra, malloc'ed. */
static inline double *energies_of(const r2nn_stage *stage, const double *freq_hz, const r2nn_spectra *spectra) {
  r2nn_spectral *spectral = spectral_new(stage, spectra->n_channels, freq_hz, spectra->n_bins, NULL);
  double *energies = calloc((size_t)spectra->n_clips * stage->n_outputs, sizeof *energies);
  assert_non_null(energies);
  r2nn_spectral_forward(spectral, stage);
  r2nn_spectral_energies(spectral, spectra, energies);
  r2nn_spectral_free(spectral);
  return energies;
}

/* |h|^2 [n_bins][n_outputs] of a stage with one channel. */
static inline double *power_response(const r2nn_stage *stage, const double *freq_hz, uint32_t n_bins) {
  r2nn_spectra *probe = spectra_probe(1, n_bins);
  double *power = energies_of(stage, freq_hz, probe);
  r2nn_spectra_free(probe);
  return power;
}

static inline r2nn_stage_gradient gradient_new(const r2nn_stage *stage) {
  r2nn_stage_gradient gradient;
  assert_true(r2nn_stage_gradient_init(&gradient, stage));
  return gradient;
}

#endif
