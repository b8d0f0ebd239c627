/* Spectral training: spectra against closed forms, the solver against algebra and LAPACK, gradients against differences. */
/* ctest-labels: physics threads */
#include "train/spectral.h"
#include "unit.h"

#include <complex.h>
#include <lapacke.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
#define J  ((double complex)I)

/* The values of both on failure. */
#define CLOSE(a, b, tolerance) assert_true(close_to(a, b, tolerance))

static bool close_to(double a, double b, double tolerance) {
  if (fabs(a - b) <= tolerance) return true;
  print_message("%.17g and %.17g differ by %.3g, more than %.3g\n", a, b, fabs(a - b), tolerance);
  return false;
}

/* ---- random numbers and circuits ---- */

static uint64_t seed_state;

/* Uniform in 0..1 (splitmix64). */
static double uniform(void) {
  uint64_t z = (seed_state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static double between(double low, double high) {
  return low + (high - low) * uniform();
}

static uint32_t below(uint32_t n) {
  return (uint32_t)(uniform() * n);
}

/* A stage with room for everything; the counts are set as elements are added. */
static r2nn_stage stage_new(uint32_t n_nodes) {
  uint32_t n = n_nodes;
  r2nn_stage stage = {.n_nodes = n};
  stage.nodes = calloc(n, sizeof *stage.nodes);
  stage.couplings = calloc((size_t)n * n, sizeof *stage.couplings);
  stage.inputs = calloc(4 * (size_t)n, sizeof *stage.inputs);
  stage.outputs = calloc(n, sizeof *stage.outputs);
  assert_true(stage.nodes && stage.couplings && stage.inputs && stage.outputs);
  return stage;
}

static void stage_free(r2nn_stage *stage) {
  free(stage->nodes);
  free(stage->couplings);
  free(stage->inputs);
  free(stage->outputs);
}

static void couple(r2nn_stage *stage, uint32_t a, uint32_t b, double g) {
  stage->couplings[stage->n_couplings++] = (r2nn_coupling){a, b, g};
}

static void drive(r2nn_stage *stage, uint32_t node, uint32_t channel, double g) {
  stage->inputs[stage->n_inputs++] = (r2nn_input){node, channel, g};
}

/* A resonator of stiffness k (S) with nothing else on it. */
static r2nn_node resonator(double k, double f0_hz, double q) {
  double d = k / pow(2 * PI * f0_hz, 2);
  return (r2nn_node){d, sqrt(k * d) / q, k};
}

/* Signed couplings, made up for by ground conductance: K stays diagonally dominant. Every third node is RC when mixed. */
static void randomise(r2nn_stage *stage, bool mixed) {
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

static void add_outputs(r2nn_stage *stage, uint32_t n) {
  for (uint32_t o = 0; o < n; o++)
    stage->outputs[stage->n_outputs++] = (stage->n_nodes - 1 - o * 2 % stage->n_nodes) % stage->n_nodes;
}

static r2nn_stage full_stage(uint32_t n, uint32_t n_channels, uint32_t n_outputs) {
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
static r2nn_stage grid_stage(uint32_t rows, uint32_t columns, uint32_t n_channels) {
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
static r2nn_stage sparse_stage(uint32_t n, double probability, uint32_t n_channels) {
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

static r2nn_spectra *spectra_empty(uint32_t n_clips, uint32_t n_channels, uint32_t n_bins) {
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
static r2nn_spectra *spectra_probe(uint32_t n_channels, uint32_t n_bins) {
  uint32_t n = n_bins * n_channels * n_channels;
  r2nn_spectra *spectra = spectra_empty(n, n_channels, n_bins);
  for (uint32_t i = 0; i < n; i++) spectra->packed[(size_t)i * n + i] = 1;
  return spectra;
}

/* What any clips could have: S = sum of three x x^H a bin. */
static r2nn_spectra *spectra_random(uint32_t n_clips, uint32_t n_channels, uint32_t n_bins) {
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

static r2nn_spectral *spectral_new(const r2nn_stage *stage, uint32_t n_channels, const double *freq_hz, uint32_t n_bins,
                                   const r2nn_workers *workers) {
  r2nn_spectral *spectral;
  r2nn_error error;
  assert_int_equal(r2nn_spectral_new(stage, n_channels, freq_hz, n_bins, workers, &spectral, &error), R2NN_OK);
  return spectral;
}

/* Energies [n_clips][n_outputs] of the spectra, malloc'ed. */
static double *energies_of(const r2nn_stage *stage, const double *freq_hz, const r2nn_spectra *spectra) {
  r2nn_spectral *spectral = spectral_new(stage, spectra->n_channels, freq_hz, spectra->n_bins, NULL);
  double *energies = calloc((size_t)spectra->n_clips * stage->n_outputs, sizeof *energies);
  assert_non_null(energies);
  r2nn_spectral_forward(spectral, stage);
  r2nn_spectral_energies(spectral, spectra, energies);
  r2nn_spectral_free(spectral);
  return energies;
}

/* |h|^2 [n_bins][n_outputs] of a stage with one channel. */
static double *power_response(const r2nn_stage *stage, const double *freq_hz, uint32_t n_bins) {
  r2nn_spectra *probe = spectra_probe(1, n_bins);
  double *power = energies_of(stage, freq_hz, probe);
  r2nn_spectra_free(probe);
  return power;
}

/* ---- the solver ---- */

static void one_resonator_meets_its_closed_form(void **state) {
  (void)state;
  enum { N = 203 };
  double freq_hz[N];
  r2nn_spectral_grid(N, 100, 2000, freq_hz);
  r2nn_stage stage = stage_new(1);
  stage.nodes[0] = resonator(1e-4, 440, 30);
  drive(&stage, 0, 0, 2e-5);
  stage.n_outputs = 1;
  double *power = power_response(&stage, freq_hz, N);
  for (uint32_t i = 0; i < N; i++) {
    double w = 2 * PI * freq_hz[i], re = 1.2e-4 - w * w * stage.nodes[0].d, im = w * stage.nodes[0].c;
    double expected = 2e-5 * 2e-5 / (re * re + im * im);
    CLOSE(power[i], expected, 1e-12 * expected);
  }
  free(power);
  stage_free(&stage);
}

static void two_coupled_resonators_split(void **state) {
  (void)state;
  enum { N = 4001 };
  /* k, G and the drive so weak that it loads nothing: peaks at sqrt(k/d) (in phase) and sqrt((k + 2G)/d) (against each other). */
  r2nn_stage stage = stage_new(2);
  double k = 1e-4, coupling = 3e-5, f_low = 300, f_high = f_low * sqrt((k + 2 * coupling) / k);
  stage.nodes[0] = stage.nodes[1] = resonator(k, f_low, 400);
  couple(&stage, 0, 1, coupling);
  drive(&stage, 0, 0, 1e-10);
  stage.outputs[1] = 1;
  stage.n_outputs = 2;
  double *freq_hz = calloc(N, sizeof *freq_hz);
  assert_non_null(freq_hz);
  for (uint32_t i = 0; i < N; i++) freq_hz[i] = 200 + 0.05 * i;
  double *power = power_response(&stage, freq_hz, N);
  for (uint32_t o = 0; o < 2; o++) {
    double peaks[2];
    uint32_t n_peaks = 0;
    for (uint32_t i = 1; i + 1 < N; i++) {
      if (power[2 * i + o] < power[2 * i - 2 + o] || power[2 * i + o] < power[2 * i + 2 + o]) continue;
      assert_true(n_peaks < 2);
      peaks[n_peaks++] = freq_hz[i];
    }
    assert_int_equal(n_peaks, 2);
    CLOSE(peaks[0], f_low, 0.06);
    CLOSE(peaks[1], f_high, 0.06);
  }
  free(power);
  free(freq_hz);
  stage_free(&stage);
}

static void transfers_are_reciprocal(void **state) {
  (void)state;
  enum { N = 64 };
  seed_state = 3;
  double freq_hz[N];
  r2nn_spectral_grid(N, 100, 3000, freq_hz);
  r2nn_stage stage = full_stage(9, 0, 0);
  drive(&stage, 2, 0, 2e-5);
  drive(&stage, 7, 1, 5e-5);
  stage.outputs[0] = 2;
  stage.outputs[1] = 7;
  stage.n_outputs = 2;
  r2nn_spectra *probe = spectra_probe(2, N);
  double *energies = energies_of(&stage, freq_hz, probe);
  for (uint32_t i = 0; i < N; i++) {
    /* Output 1 from channel 0 and output 0 from channel 1, a volt each through its own input conductance. */
    double forth = energies[(4 * i + 0) * 2 + 1] / (2e-5 * 2e-5), back = energies[(4 * i + 3) * 2 + 0] / (5e-5 * 5e-5);
    CLOSE(forth, back, 1e-11 * back);
  }
  free(energies);
  r2nn_spectra_free(probe);
  stage_free(&stage);
}

/* h [n_nodes][n_channels] at one frequency by LAPACK. */
static void dense_response(const r2nn_stage *stage, uint32_t n_channels, double freq_hz, double complex *h) {
  uint32_t n = stage->n_nodes;
  double w = 2 * PI * freq_hz;
  double complex *a = calloc((size_t)n * n, sizeof *a);
  lapack_int *pivots = calloc(n, sizeof *pivots);
  assert_true(a && pivots);
  memset(h, 0, (size_t)n * n_channels * sizeof *h);
  for (uint32_t i = 0; i < n; i++) a[i * n + i] = stage->nodes[i].g - w * w * stage->nodes[i].d + J * (w * stage->nodes[i].c);
  for (uint32_t e = 0; e < stage->n_couplings; e++) {
    const r2nn_coupling *coupling = &stage->couplings[e];
    a[coupling->a * n + coupling->a] += coupling->g;
    a[coupling->b * n + coupling->b] += coupling->g;
    a[coupling->a * n + coupling->b] -= coupling->g;
    a[coupling->b * n + coupling->a] -= coupling->g;
  }
  for (uint32_t e = 0; e < stage->n_inputs; e++) {
    a[stage->inputs[e].node * n + stage->inputs[e].node] += stage->inputs[e].g;
    h[stage->inputs[e].node * n_channels + stage->inputs[e].channel] += stage->inputs[e].g;
  }
  assert_int_equal(
      LAPACKE_zgesv(LAPACK_ROW_MAJOR, (lapack_int)n, (lapack_int)n_channels, a, (lapack_int)n, pivots, h, (lapack_int)n_channels),
      0);
  free(a);
  free(pivots);
}

/* Every output, bin and pair of channels, relative to the largest of the output and pair. */
static void check_against_lapack(r2nn_stage *stage, uint32_t n_channels) {
  enum { N = 21 }; /* not a multiple of the lanes */
  uint32_t m = n_channels, n_outputs = stage->n_outputs;
  double freq_hz[N];
  r2nn_spectral_grid(N, 100, 3000, freq_hz);
  r2nn_spectra *probe = spectra_probe(m, N);
  double *energies = energies_of(stage, freq_hz, probe);
  double complex *h = calloc((size_t)stage->n_nodes * m, sizeof *h);
  assert_non_null(h);
  for (uint32_t i = 0; i < N; i++) {
    dense_response(stage, m, freq_hz[i], h);
    for (uint32_t o = 0; o < n_outputs; o++)
      for (uint32_t a = 0; a < m; a++)
        for (uint32_t b = a; b < m; b++) {
          const double complex *row = h + stage->outputs[o] * m;
          double complex expected = row[a] * conj(row[b]);
          double scale = 1e-9 * cabs(expected) + 1e-200;
          CLOSE(energies[((i * m + a) * m + b) * n_outputs + o], (a == b ? 1 : 2) * creal(expected), scale);
          if (a != b) CLOSE(energies[((i * m + b) * m + a) * n_outputs + o], -2 * cimag(expected), scale);
        }
  }
  free(h);
  free(energies);
  r2nn_spectra_free(probe);
  stage_free(stage);
}

static void full_networks_meet_lapack(void **state) {
  (void)state;
  seed_state = 11;
  const uint32_t sizes[] = {1, 2, 3, 4, 5, 8, 17, 32, 61};
  for (uint32_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    r2nn_stage stage = full_stage(sizes[i], 1, 1 + sizes[i] / 3);
    check_against_lapack(&stage, 1);
  }
}

static void grids_with_several_channels_meet_lapack(void **state) {
  (void)state;
  seed_state = 12;
  for (uint32_t n_channels = 1; n_channels <= 5; n_channels++) {
    r2nn_stage stage = grid_stage(n_channels, 5, n_channels);
    check_against_lapack(&stage, n_channels);
  }
}

static void any_structure_meets_lapack(void **state) {
  (void)state;
  seed_state = 13;
  for (uint32_t trial = 0; trial < 200; trial++) {
    uint32_t n = 1 + below(24), n_channels = 1 + below(3);
    r2nn_stage stage = sparse_stage(n, uniform() * uniform() * 0.6, n_channels);
    check_against_lapack(&stage, n_channels);
  }
}

/* ---- gradients ---- */

typedef struct problem {
  r2nn_stage *stage;
  const r2nn_spectra *spectra;
  r2nn_spectral *spectral;
  double *weights, *energies; /* [n_clips][n_outputs] */
} problem;

static double loss_of(problem *p) {
  r2nn_spectral_forward(p->spectral, p->stage);
  r2nn_spectral_energies(p->spectral, p->spectra, p->energies);
  double loss = 0;
  for (size_t i = 0; i < (size_t)p->spectra->n_clips * p->stage->n_outputs; i++) loss += p->weights[i] * p->energies[i];
  return loss;
}

/* Richardson's central difference of the loss with respect to *value, in steps relative to scale. */
static double difference(problem *p, double *value, double scale) {
  double at = *value, slope[2];
  for (uint32_t i = 0; i < 2; i++) {
    double step = scale * (i ? 2e-4 : 1e-4);
    *value = at + step;
    double up = loss_of(p);
    *value = at - step;
    slope[i] = (up - loss_of(p)) / (2 * step);
  }
  *value = at;
  return (4 * slope[0] - slope[1]) / 3;
}

/* One kind of element: the largest error of its gradient relative to its largest value. */
static void check_kind(problem *p, const char *kind, void *values, size_t stride, uint32_t n, double scale,
                       const double *gradient) {
  double error = 0, size = 0;
  for (uint32_t i = 0; i < n; i++) {
    double expected = difference(p, (double *)(void *)((char *)values + i * stride), scale);
    error = fmax(error, fabs(gradient[i] - expected));
    size = fmax(size, fabs(expected));
  }
  if (error > 1e-7 * size) print_message("gradient of %s: relative error %.3g\n", kind, error / size);
  assert_true(size > 0 && error <= 1e-7 * size);
}

static r2nn_stage_gradient gradient_new(const r2nn_stage *stage) {
  size_t n = stage->n_nodes, couplings = stage->n_couplings;
  double *values = calloc(3 * n + couplings + stage->n_inputs, sizeof *values);
  assert_non_null(values);
  return (r2nn_stage_gradient){values, values + n, values + 2 * n, values + 3 * n, values + 3 * n + couplings};
}

static void check_gradients(r2nn_stage *stage, uint32_t n_channels) {
  enum { N_BINS = 35, N_CLIPS = 6 };
  double freq_hz[N_BINS];
  r2nn_spectral_grid(N_BINS, 100, 2500, freq_hz);
  r2nn_spectra *spectra = spectra_random(N_CLIPS, n_channels, N_BINS);
  size_t n = (size_t)N_CLIPS * stage->n_outputs;
  problem p = {stage, spectra, spectral_new(stage, n_channels, freq_hz, N_BINS, NULL), calloc(n, sizeof(double)),
               calloc(n, sizeof(double))};
  assert_true(p.weights && p.energies);
  for (size_t i = 0; i < n; i++) p.weights[i] = between(-1, 1);
  r2nn_stage_gradient gradient = gradient_new(stage);
  r2nn_spectral_forward(p.spectral, stage);
  r2nn_spectral_backward(p.spectral, stage, spectra, p.weights, &gradient);

  double d = 0, c = 0;
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    d = fmax(d, stage->nodes[i].d);
    c = fmax(c, stage->nodes[i].c);
  }
  /* d and c of the nodes differ widely: steps that suit the smallest. */
  check_kind(&p, "d", &stage->nodes[0].d, sizeof *stage->nodes, stage->n_nodes, d * 1e-3, gradient.d);
  check_kind(&p, "c", &stage->nodes[0].c, sizeof *stage->nodes, stage->n_nodes, c * 1e-2, gradient.c);
  check_kind(&p, "g", &stage->nodes[0].g, sizeof *stage->nodes, stage->n_nodes, 1e-4, gradient.g);
  if (stage->n_couplings)
    check_kind(&p, "couplings", &stage->couplings[0].g, sizeof *stage->couplings, stage->n_couplings, 1e-4, gradient.couplings);
  check_kind(&p, "inputs", &stage->inputs[0].g, sizeof *stage->inputs, stage->n_inputs, 1e-4, gradient.inputs);

  free(gradient.d);
  free(p.weights);
  free(p.energies);
  r2nn_spectral_free(p.spectral);
  r2nn_spectra_free(spectra);
  stage_free(stage);
}

static void gradients_of_a_full_network_meet_differences(void **state) {
  (void)state;
  seed_state = 21;
  r2nn_stage stage = full_stage(11, 1, 4);
  check_gradients(&stage, 1);
}

static void gradients_of_a_grid_meet_differences(void **state) {
  (void)state;
  seed_state = 22;
  r2nn_stage stage = grid_stage(4, 4, 1);
  check_gradients(&stage, 1);
}

static void gradients_of_several_channels_meet_differences(void **state) {
  (void)state;
  seed_state = 23;
  r2nn_stage full = full_stage(8, 3, 3), grid = grid_stage(3, 3, 5);
  check_gradients(&full, 3);
  check_gradients(&grid, 5);
}

static void gradients_of_a_bank_meet_differences(void **state) {
  (void)state;
  seed_state = 24;
  r2nn_stage stage = stage_new(6);
  for (uint32_t i = 0; i < 6; i++) drive(&stage, i, 0, 0);
  add_outputs(&stage, 3);
  randomise(&stage, true);
  check_gradients(&stage, 1);
}

/* So large a problem keeps no factors: its gradient is the sum of those of its halves, which do. */
static void a_large_problem_factors_again(void **state) {
  (void)state;
  enum { N_BINS = 8192, HALF = N_BINS / 2 };
  seed_state = 25;
  r2nn_stage stage = full_stage(64, 1, 2);
  r2nn_spectra *whole = spectra_random(1, 1, N_BINS);
  const double weights[2] = {1, -0.5};
  r2nn_spectral_grid(N_BINS, 100, 4000, whole->freq_hz);
  size_t n_sums = 3 * 64 + stage.n_couplings + stage.n_inputs;
  r2nn_stage_gradient gradients[3];
  for (uint32_t i = 0; i < 3; i++) {
    r2nn_spectra part = *whole;
    if (i < 2) {
      part.n_bins = HALF;
      part.freq_hz += i * HALF;
      part.packed += i * HALF;
    }
    r2nn_spectral *spectral = spectral_new(&stage, 1, part.freq_hz, part.n_bins, NULL);
    gradients[i] = gradient_new(&stage);
    r2nn_spectral_forward(spectral, &stage);
    r2nn_spectral_backward(spectral, &stage, &part, weights, &gradients[i]);
    r2nn_spectral_free(spectral);
  }
  for (size_t i = 0; i < n_sums; i++) {
    double low = gradients[0].d[i], high = gradients[1].d[i];
    CLOSE(gradients[2].d[i], low + high, 1e-10 * (fabs(low) + fabs(high)));
  }
  for (uint32_t i = 0; i < 3; i++) free(gradients[i].d);
  r2nn_spectra_free(whole);
  stage_free(&stage);
}

static void too_many_cross_spectra_are_refused(void **state) {
  (void)state;
  r2nn_stage stage = full_stage(2, 1, 1);
  double freq_hz = 0;
  r2nn_spectral *spectral;
  r2nn_error error;
  assert_int_equal(r2nn_spectral_new(&stage, 256, &freq_hz, 1u << 20, NULL, &spectral, &error), R2NN_BAD_ARGUMENT);
  assert_null(spectral);
  stage_free(&stage);
}

/* ---- spectra of clips ---- */

static r2nn_clip clip_of(float *samples, uint64_t n_frames, double rate_hz) {
  return (r2nn_clip){.samples = samples, .n_frames = n_frames, .rate_hz = rate_hz};
}

static r2nn_spectra *spectra_of(const r2nn_clip *clips, uint32_t n_clips, uint32_t n_channels, const double *freq_hz,
                                uint32_t n_bins, double highpass_hz, const r2nn_workers *workers) {
  const r2nn_clip *list[16];
  for (uint32_t i = 0; i < n_clips; i++) list[i] = &clips[i];
  r2nn_spectra *spectra;
  r2nn_error error;
  assert_int_equal(r2nn_spectra_new(list, n_clips, n_channels, freq_hz, n_bins, highpass_hz, 1, workers, &spectra, &error),
                   R2NN_OK);
  return spectra;
}

static void the_grid_is_linear_then_logarithmic(void **state) {
  (void)state;
  double freq_hz[1000];
  r2nn_spectral_grid(1000, 50, 8000, freq_hz);
  assert_true(freq_hz[0] == 0 && freq_hz[999] == 8000);
  for (uint32_t i = 1; i < 1000; i++) assert_true(freq_hz[i] > freq_hz[i - 1]);
  double low = freq_hz[2] / freq_hz[1], high = (freq_hz[999] / freq_hz[998]) / (freq_hz[900] / freq_hz[899]);
  CLOSE(low, 2, 1e-3);
  CLOSE(high, 1, 1e-3);
}

/* The sum over a grid that reaches Nyquist is the energy T sum x^2, whatever the length, rate or grid. */
static void spectra_keep_the_energy(void **state) {
  (void)state;
  seed_state = 31;
  const uint64_t lengths[] = {1, 2, 3, 100, 1001, 4096, 7919};
  const double rates[] = {20, 8000, 44100, 384000};
  float *samples = calloc(7919, sizeof *samples);
  assert_non_null(samples);
  for (uint32_t i = 0; i < 7919; i++) samples[i] = (float)between(-1, 1);
  for (uint32_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
    for (uint32_t r = 0; r < sizeof rates / sizeof *rates; r++) {
      double freq_hz[257], expected = 0, sum = 0;
      r2nn_spectral_grid(257, rates[r] / 16, rates[r] / 2, freq_hz);
      r2nn_clip clip = clip_of(samples, lengths[l], rates[r]);
      r2nn_spectra *spectra = spectra_of(&clip, 1, 1, freq_hz, 257, 0, NULL);
      for (uint64_t t = 0; t < lengths[l]; t++) expected += (double)samples[t] * (double)samples[t] / rates[r];
      for (uint32_t i = 0; i < 257; i++) sum += spectra->packed[i];
      CLOSE(sum, expected, 1e-9 * expected);
      CLOSE(spectra->duration_s[0], (double)lengths[l] / rates[r], 1e-12 * spectra->duration_s[0]);
      r2nn_spectra_free(spectra);
    }
  free(samples);
}

/* Channel 1 is channel 0 a quarter period later: S_01 = X_0 conj(X_1) points along +j, by the closed form of two decaying waves. */
static void cross_spectra_carry_the_phase(void **state) {
  (void)state;
  enum { N = 6000, BINS = 401 };
  const double rate_hz = 8000, f_hz = 1000, alpha = 20;
  float *samples = calloc(2 * N, sizeof *samples);
  assert_non_null(samples);
  for (uint32_t t = 0; t < N; t++) {
    double decay = exp(-alpha * t / rate_hz), phase = 2 * PI * f_hz * t / rate_hz;
    samples[2 * t] = (float)(decay * cos(phase));
    samples[2 * t + 1] = (float)(decay * sin(phase));
  }
  double freq_hz[BINS], aa = 0, bb = 0, re = 0, im = 0, dot = 0;
  r2nn_spectral_grid(BINS, 2000, 4000, freq_hz);
  r2nn_clip clip = clip_of(samples, N, rate_hz);
  r2nn_spectra *spectra = spectra_of(&clip, 1, 2, freq_hz, BINS, 0, NULL);
  for (uint32_t i = 0; i < BINS; i++) {
    aa += spectra->packed[4 * i];
    re += spectra->packed[4 * i + 1];
    im += spectra->packed[4 * i + 2];
    bb += spectra->packed[4 * i + 3];
  }
  for (uint32_t t = 0; t < N; t++) dot += (double)samples[2 * t] * (double)samples[2 * t + 1] / rate_hz;
  CLOSE(re, dot, 1e-9 * aa);
  CLOSE(im, 1 / (4 * alpha), 0.01 / (4 * alpha));
  CLOSE(aa, bb, 0.05 * aa);
  r2nn_spectra_free(spectra);
  free(samples);
}

/* An impulse of area T into a resonator: energy T^2 B^2 / (2 C K), the integral of |H|^2 over all frequencies. */
static void an_impulse_leaves_the_resonators_energy(void **state) {
  (void)state;
  enum { BINS = 2048 };
  float samples[4] = {1, 0, 0, 0};
  double freq_hz[BINS];
  r2nn_spectral_grid(BINS, 400, 24000, freq_hz);
  r2nn_clip clip = clip_of(samples, 4, 48000);
  r2nn_spectra *spectra = spectra_of(&clip, 1, 1, freq_hz, BINS, 0, NULL);
  r2nn_stage stage = stage_new(1);
  stage.nodes[0] = resonator(1e-4, 300, 5);
  drive(&stage, 0, 0, 1e-5);
  stage.n_outputs = 1;
  double *energy = energies_of(&stage, freq_hz, spectra);
  double expected = 1e-5 * 1e-5 / (2 * stage.nodes[0].c * 1.1e-4) / (48000.0 * 48000.0);
  CLOSE(*energy, expected, 1e-3 * expected);
  free(energy);
  r2nn_spectra_free(spectra);
  stage_free(&stage);
}

/* AC coupling takes a constant away without a step, and weakens a tone by (1 + (fc/f)^2)^-1/2. */
static void coupling_removes_the_mean(void **state) {
  (void)state;
  enum { N = 16000, BINS = 301 };
  const double rate_hz = 8000;
  static float constant[N], tone[N];
  for (uint32_t t = 0; t < N; t++) {
    constant[t] = 0.75f;
    tone[t] = (float)(0.5 + sin(2 * PI * 50 * t / rate_hz));
  }
  double freq_hz[BINS], energy[3] = {0};
  r2nn_spectral_grid(BINS, 2000, 4000, freq_hz);
  r2nn_clip clips[2] = {clip_of(constant, N, rate_hz), clip_of(tone, N, rate_hz)};
  r2nn_spectra *spectra = spectra_of(clips, 2, 1, freq_hz, BINS, 50, NULL);
  for (uint32_t i = 0; i < BINS; i++) {
    energy[0] += spectra->packed[i];
    energy[1] += spectra->packed[BINS + i];
  }
  CLOSE(energy[0], 0, 1e-20);
  CLOSE(energy[1], 0.5 * 0.5 * N / rate_hz, 0.005 * N / rate_hz);
  r2nn_spectra_free(spectra);
}

static void a_clip_beyond_any_transform_is_refused(void **state) {
  (void)state;
  float sample = 0;
  double freq_hz[2] = {0, 100};
  r2nn_clip clip = clip_of(&sample, (uint64_t)1 << 40, 8000);
  const r2nn_clip *list = &clip;
  r2nn_spectra *spectra;
  r2nn_error error;
  assert_int_equal(r2nn_spectra_new(&list, 1, 1, freq_hz, 2, 0, 1, NULL, &spectra, &error), R2NN_BAD_DATA);
  assert_non_null(strstr(error.text, "recording 1 is too long"));
  assert_null(spectra);
}

/* ---- threads ---- */

typedef struct task_list {
  uint32_t n_tasks, next;
  void (*task)(void *argument, uint32_t index);
  void *argument;
} task_list;

static void *work(void *context) {
  task_list *list = context;
  for (uint32_t i; (i = __atomic_fetch_add(&list->next, 1, __ATOMIC_RELAXED)) < list->n_tasks;) list->task(list->argument, i);
  return NULL;
}

/* As many threads as context says, each taking the next task that is free. */
static void run_threads(void *context, uint32_t n_tasks, void (*task)(void *argument, uint32_t index), void *argument) {
  uint32_t n_threads = *(const uint32_t *)context;
  pthread_t threads[8];
  task_list list = {n_tasks, 0, task, argument};
  for (uint32_t i = 0; i < n_threads; i++) assert_int_equal(pthread_create(&threads[i], NULL, work, &list), 0);
  for (uint32_t i = 0; i < n_threads; i++) pthread_join(threads[i], NULL);
}

static void threads_change_no_bit(void **state) {
  (void)state;
  enum { BINS = 301, CLIPS = 9, FRAMES = 2000, CHANNELS = 2 };
  seed_state = 41;
  float *samples = calloc(CLIPS * FRAMES * CHANNELS, sizeof *samples);
  assert_non_null(samples);
  for (uint32_t i = 0; i < CLIPS * FRAMES * CHANNELS; i++) samples[i] = (float)between(-1, 1);
  r2nn_clip clips[CLIPS];
  for (uint32_t i = 0; i < CLIPS; i++) clips[i] = clip_of(samples + i * FRAMES * CHANNELS, FRAMES - 100 * i, 8000);
  double freq_hz[BINS];
  r2nn_spectral_grid(BINS, 200, 4000, freq_hz);
  r2nn_stage stage = full_stage(12, CHANNELS, 3);
  size_t n_sums = 3 * 12 + stage.n_couplings + stage.n_inputs, n = CLIPS * 3;
  double *first = NULL;
  for (uint32_t n_threads = 0; n_threads <= 8; n_threads = n_threads ? 2 * n_threads : 1) {
    r2nn_workers workers = {run_threads, &n_threads}, *lent = n_threads ? &workers : NULL;
    r2nn_spectra *spectra = spectra_of(clips, CLIPS, CHANNELS, freq_hz, BINS, 20, lent);
    r2nn_spectral *spectral = spectral_new(&stage, CHANNELS, freq_hz, BINS, lent);
    r2nn_stage_gradient gradient = gradient_new(&stage);
    double *energies = calloc(n, sizeof *energies);
    assert_non_null(energies);
    r2nn_spectral_forward(spectral, &stage);
    r2nn_spectral_energies(spectral, spectra, energies);
    r2nn_spectral_backward(spectral, &stage, spectra, energies, &gradient);
    double *all = calloc(n + n_sums, sizeof *all);
    assert_non_null(all);
    memcpy(all, energies, n * sizeof *all);
    memcpy(all + n, gradient.d, n_sums * sizeof *all);
    if (first) assert_memory_equal(all, first, (n + n_sums) * sizeof *all);
    if (first)
      free(all);
    else
      first = all;
    free(energies);
    free(gradient.d);
    r2nn_spectral_free(spectral);
    r2nn_spectra_free(spectra);
  }
  free(first);
  free(samples);
  stage_free(&stage);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_resonator_meets_its_closed_form),
      cmocka_unit_test(two_coupled_resonators_split),
      cmocka_unit_test(transfers_are_reciprocal),
      cmocka_unit_test(full_networks_meet_lapack),
      cmocka_unit_test(grids_with_several_channels_meet_lapack),
      cmocka_unit_test(any_structure_meets_lapack),
      cmocka_unit_test(gradients_of_a_full_network_meet_differences),
      cmocka_unit_test(gradients_of_a_grid_meet_differences),
      cmocka_unit_test(gradients_of_several_channels_meet_differences),
      cmocka_unit_test(gradients_of_a_bank_meet_differences),
      cmocka_unit_test(a_large_problem_factors_again),
      cmocka_unit_test(too_many_cross_spectra_are_refused),
      cmocka_unit_test(the_grid_is_linear_then_logarithmic),
      cmocka_unit_test(spectra_keep_the_energy),
      cmocka_unit_test(cross_spectra_carry_the_phase),
      cmocka_unit_test(an_impulse_leaves_the_resonators_energy),
      cmocka_unit_test(coupling_removes_the_mean),
      cmocka_unit_test(a_clip_beyond_any_transform_is_refused),
      cmocka_unit_test(threads_change_no_bit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
