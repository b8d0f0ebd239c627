/* The streaming engine against the circuit's own transfer, at every rate, quality and block size. */
#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fftw3.h>

#include "r2nn/engine.h"
#include "unit.h"

#define PI 3.14159265358979323846

static double uniform(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return (double)(*seed >> 11) / 9007199254740992.0;
}

static r2nn_model *new_model(uint32_t n_channels, uint32_t n_nodes, uint32_t n_couplings, uint32_t n_inputs, uint32_t n_outputs) {
  r2nn_model *model = r2nn_model_new(n_channels, 2, 1);
  assert_non_null(model);
  r2nn_error error;
  model->classes[0] = strdup("a");
  model->classes[1] = strdup("b");
  model->remove_mean = false;
  model->readout.mode = R2NN_MODE_FILE;
  assert_int_equal(r2nn_stage_init(&model->stages[0], n_nodes, n_couplings, n_inputs, n_outputs, &error), R2NN_OK);
  assert_int_equal(r2nn_head_init(&model->head, R2NN_HEAD_PERCEPTRON, n_outputs, 0, 2, &error), R2NN_OK);
  return model;
}

/* n resonators between fmin and fmax of quality q, all coupled (each pair with a random signed conductance) or not at all; every node
 * has an input from channel 0; at most four outputs. Diagonally dominant, so stable. */
static r2nn_model *network(uint32_t n, double fmin, double fmax, double q, double coupling, uint64_t seed) {
  uint32_t n_couplings = coupling > 0 ? n * (n - 1) / 2 : 0, n_outputs = n < 4 ? n : 4;
  r2nn_model *model = new_model(1, n, n_couplings, n, n_outputs);
  r2nn_stage *stage = &model->stages[0];
  double *self = calloc(n, sizeof *self), *sum = calloc(n, sizeof *sum);
  for (uint32_t i = 0, k = 0; i < n && n_couplings; i++)
    for (uint32_t j = i + 1; j < n; j++, k++) {
      double g = coupling * 1e-4 / n * (2 * uniform(&seed) - 1);
      stage->couplings[k] = (r2nn_coupling){i, j, g};
      self[i] += fabs(g), self[j] += fabs(g);
      sum[i] += g, sum[j] += g;
    }
  for (uint32_t i = 0; i < n; i++) {
    double b = 1e-5 * (0.2 + uniform(&seed)), total = 1e-4 + self[i] + b;
    double w = 2 * PI * fmin * pow(fmax / fmin, n > 1 ? (double)i / (n - 1) : 1);
    stage->inputs[i] = (r2nn_input){i, 0, b};
    stage->nodes[i] = (r2nn_node){.d = total / (w * w), .c = total / (w * q), .g = total - b - sum[i]};
  }
  for (uint32_t o = 0; o < n_outputs; o++) stage->outputs[o] = n_outputs > 1 ? o * (n - 1) / (n_outputs - 1) : 0;
  free(self);
  free(sum);
  r2nn_error error = {0};
  if (r2nn_model_check(model, &error) != R2NN_OK) fail_msg("%s", error.text);
  return model;
}

/* The worst |H_engine - H| / peak over 0..0.4 fs in dB, from the engine's measured impulse response. */
static double measured_error_db(const r2nn_model *model, double rate, uint32_t n) {
  r2nn_error error = {0};
  r2nn_engine_def def = r2nn_engine_def_default(model, rate);
  r2nn_engine *engine;
  if (r2nn_engine_new(model, &def, &engine, &error) != R2NN_OK) fail_msg("%s", error.text);
  uint32_t m = model->stages[0].n_outputs;
  float *in = calloc(n, sizeof *in), *out = malloc((size_t)n * m * sizeof *out);
  double *x = fftw_alloc_real(n);
  fftw_complex *X = fftw_alloc_complex(n / 2 + 1);
  fftw_plan plan = fftw_plan_dft_r2c_1d((int)n, x, X, FFTW_ESTIMATE);
  in[0] = 1;
  r2nn_engine_run_nodes(engine, in, out, n);
  double *re = malloc(m * sizeof *re), *im = malloc(m * sizeof *im), worst = 0;
  double late = 2 * PI * r2nn_engine_latency(engine) / n;
  uint32_t bins = (uint32_t)(0.4 * n), step = bins / 400;
  double *peak = calloc(m, sizeof *peak), *err = calloc(m, sizeof *err);
  for (uint32_t o = 0; o < m; o++) {
    for (uint32_t t = 0; t < n; t++) x[t] = (double)out[(size_t)t * m + o];
    fftw_execute(plan);
    for (uint32_t k = 0; k < bins; k += step) {
      assert_int_equal(r2nn_stage_response(&model->stages[0], 1, k * rate / n, re, im, NULL, &error), R2NN_OK);
      err[o] = fmax(err[o], cabs(X[k] * cexp(CMPLX(0, late * k)) - CMPLX(re[o], im[o])));
      peak[o] = fmax(peak[o], hypot(re[o], im[o]));
    }
    worst = fmax(worst, err[o] / peak[o]);
  }
  double stated = r2nn_engine_response_error_db(engine, 0);
  if (getenv("R2NN_VERBOSE")) printf("  n %u rate %g latency %u: measured %.1f dB, stated %.1f dB\n", model->stages[0].n_nodes, rate, r2nn_engine_latency(engine), 20 * log10(worst), stated);
  free(in);
  free(out);
  free(re);
  free(im);
  free(peak);
  free(err);
  fftw_free(x);
  fftw_free(X);
  fftw_destroy_plan(plan);
  r2nn_engine_free(engine);
  return 20 * log10(worst);
}

/* system.md §3: modes below 0.05 fs (Q >= 0.5): -50 dB; below 0.25 fs: -45 dB. */
static void test_response_bounds(void **state) {
  (void)state;
  static const double rates[] = {20, 100, 8000, 48000, 384000}, qualities[] = {0.5, 0.7, 5, 100, 1000};
  static const uint32_t sizes[] = {1, 2, 7, 24};
  double worst_low = -300, worst_high = -300;
  for (size_t r = 0; r < 5; r++)
    for (size_t q = 0; q < 5; q++)
      for (size_t s = 0; s < 4; s++)
        for (int high = 0; high < 2; high++) {
          double top = high ? 0.249 : 0.049;
          r2nn_model *model = network(sizes[s], sizes[s] == 1 ? top * rates[r] : 0.004 * rates[r], top / sqrt(1.0) * rates[r] * 0.97,
                                      qualities[q], 0, 1 + s);
          double e = measured_error_db(model, rates[r], qualities[q] > 500 ? 1u << 20 : 1u << 17);
          if (high)
            worst_high = fmax(worst_high, e);
          else
            worst_low = fmax(worst_low, e);
          if (e > (high ? -45 : -50)) fail_msg("n %u q %g rate %g top %g: %.1f dB", sizes[s], qualities[q], rates[r], top, e);
          r2nn_model_free(model);
        }
  printf("  banks: worst %.1f dB below 0.05 fs, %.1f dB below 0.25 fs\n", worst_low, worst_high);
}

/* The same for coupled networks up to 256 nodes. */
static void test_response_coupled(void **state) {
  (void)state;
  static const uint32_t sizes[] = {2, 5, 16, 64, 256};
  static const double qualities[] = {0.5, 3, 30, 1000};
  double worst_low = -300, worst_high = -300;
  for (size_t s = 0; s < 5; s++)
    for (size_t q = 0; q < 4; q++)
      for (int high = 0; high < 2; high++) {
        double rate = q % 2 ? 48000 : 200, top = high ? 0.2 : 0.045; /* coupling moves modes: stay clear of the edge */
        r2nn_model *model = network(sizes[s], 0.01 * rate, top * rate, qualities[q], 0.5, 7 + s);
        double e = measured_error_db(model, rate, qualities[q] > 500 ? 1u << 19 : 1u << 16);
        if (high)
          worst_high = fmax(worst_high, e);
        else
          worst_low = fmax(worst_low, e);
        if (e > (high ? -45 : -50)) fail_msg("n %u q %g rate %g: %.1f dB", sizes[s], qualities[q], rate, e);
        r2nn_model_free(model);
      }
  printf("  coupled: worst %.1f dB below 0.05 fs, %.1f dB below 0.25 fs\n", worst_low, worst_high);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_response_bounds),
      cmocka_unit_test(test_response_coupled),
  };
  return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
