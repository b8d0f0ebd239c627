/* The gradient of spectral training against central differences, for every kind of element and structure.
 * ctest-labels: physics */
#include "differences.h"
#include "spectral.h"

typedef struct problem {
  r2nn_stage *stage;
  const r2nn_spectra *spectra;
  r2nn_spectral *spectral;
  double *weights, *energies; /* [n_clips][n_outputs] */
} problem;

static double loss_of(void *context) {
  problem *p = context;
  r2nn_spectral_forward(p->spectral, p->stage);
  r2nn_spectral_energies(p->spectral, p->spectra, p->energies);
  double loss = 0;
  for (size_t i = 0; i < (size_t)p->spectra->n_clips * p->stage->n_outputs; i++) loss += p->weights[i] * p->energies[i];
  return loss;
}

/* One kind of element: the largest error of its gradient relative to its largest value. */
static void check_kind(problem *p, const char *kind, void *values, size_t stride, uint32_t n, double scale,
                       const double *gradient) {
  double error = 0, size = 0;
  for (uint32_t i = 0; i < n; i++) {
    double expected = difference(loss_of, p, (double *)(void *)((char *)values + i * stride), 1e-4 * scale);
    error = fmax(error, fabs(gradient[i] - expected));
    size = fmax(size, fabs(expected));
  }
  if (error > 1e-7 * size) print_message("gradient of %s: relative error %.3g\n", kind, error / size);
  assert_true(size > 0 && error <= 1e-7 * size);
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

  r2nn_stage_gradient_free(&gradient);
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
  size_t n_sums = r2nn_stage_gradient_size(&stage);
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
  for (uint32_t i = 0; i < 3; i++) r2nn_stage_gradient_free(&gradients[i]);
  r2nn_spectra_free(whole);
  stage_free(&stage);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gradients_of_a_full_network_meet_differences),
      cmocka_unit_test(gradients_of_a_grid_meet_differences),
      cmocka_unit_test(gradients_of_several_channels_meet_differences),
      cmocka_unit_test(gradients_of_a_bank_meet_differences),
      cmocka_unit_test(a_large_problem_factors_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
