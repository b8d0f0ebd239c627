/* The solver of spectral training against closed forms, algebra and LAPACK.
 * ctest-labels: physics */
#include "spectral.h"

#include <lapacke.h>

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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_resonator_meets_its_closed_form),
      cmocka_unit_test(two_coupled_resonators_split),
      cmocka_unit_test(transfers_are_reciprocal),
      cmocka_unit_test(full_networks_meet_lapack),
      cmocka_unit_test(grids_with_several_channels_meet_lapack),
      cmocka_unit_test(any_structure_meets_lapack),
      cmocka_unit_test(too_many_cross_spectra_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
