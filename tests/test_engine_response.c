/* The streaming engine's measured response against the circuit's own transfer (system.md §3): rates from 20 Hz to 384 kHz, Q from
 * 0.5 to 1000, 1 to 256 nodes.
 *
 * ctest-labels: physics
 * ctest-timeout: 180 */
#include "core/modes.h"
#include "core/topology.h"
#include "networks.h"

#include <complex.h>
#include <fftw3.h>

/* What was measured, and what the engine says of itself; dB. */
typedef struct errors {
  double measured, stated;
} errors;

/* Frames after which modes of this quality and frequency (in shares of the rate) have fallen by 78 dB; a power of two. */
static uint32_t ring_frames(double share, double q) {
  uint32_t n = 4096;
  while (n < 9 * q / (PI * share)) n *= 2;
  return n;
}

/* The bins to look at: evenly spaced ones and those at the poles. */
static uint32_t choose_bins(const r2nn_model *model, double rate, uint32_t n, uint32_t *bins, uint32_t most) {
  uint32_t n_even = model->stages[0].n_nodes < 64 ? 200 : 40, top = (uint32_t)(0.4 * n), count = 0, n_poles;
  double *re, *im;
  assert_int_equal(r2nn_stage_poles(&model->stages[0], &n_poles, &re, &im, NULL), R2NN_OK);
  for (uint32_t k = 0; k <= n_even; k++) bins[count++] = (uint32_t)((uint64_t)top * k / n_even);
  uint32_t step = n_poles > 40 ? n_poles / 40 : 1;
  for (uint32_t k = 0; k < n_poles && count < most; k += step)
    if (im[k] / (2 * PI) < 0.4 * rate) bins[count++] = (uint32_t)lround(im[k] / (2 * PI) / rate * n);
  free(re);
  free(im);
  return count;
}

/* The worst |H_engine - H| over 0 .. 0.4 fs, relative to the peak there of that output and channel, from n frames of impulse
 * response. */
static errors measure(const r2nn_model *model, double rate, uint32_t n) {
  enum { MOST = 512 };
  uint32_t bins[MOST], n_bins = choose_bins(model, rate, n, bins, MOST), m = model->stages[0].n_outputs,
                       n_channels = model->n_channels;
  r2nn_engine *engine = new_engine(model, rate);
  uint32_t latency = r2nn_engine_latency(engine);
  double *x = fftw_alloc_real(n), worst = 0, *re = malloc(m * n_channels * sizeof *re), *im = malloc(m * n_channels * sizeof *im);
  fftw_complex *spectrum = fftw_alloc_complex((size_t)n / 2 + 1);
  fftw_plan plan = fftw_plan_dft_r2c_1d((int)n, x, spectrum, FFTW_ESTIMATE);
  double complex *wanted = malloc((size_t)n_bins * m * n_channels * sizeof *wanted);
  for (uint32_t k = 0; k < n_bins; k++) {
    assert_int_equal(r2nn_stage_response(&model->stages[0], n_channels, bins[k] * rate / n, re, im, NULL, NULL), R2NN_OK);
    for (uint32_t i = 0; i < m * n_channels; i++) wanted[k * m * n_channels + i] = CMPLX(re[i], im[i]);
  }
  for (uint32_t c = 0; c < n_channels; c++) {
    float *out = impulse_response(model, rate, c, n);
    for (uint32_t o = 0; o < m; o++) {
      double peak = 0, most = 0;
      for (uint32_t t = 0; t < n; t++) x[t] = (double)out[(size_t)t * m + o];
      fftw_execute(plan);
      for (uint32_t k = 0; k < n_bins; k++) {
        double complex h = wanted[(k * m + o) * n_channels + c], late = cexp(CMPLX(0, 2 * PI * latency * bins[k] / n));
        most = fmax(most, cabs(spectrum[bins[k]] * late - h));
        peak = fmax(peak, cabs(h));
      }
      worst = fmax(worst, most / peak);
    }
    free(out);
  }
  errors found = {20 * log10(worst), r2nn_engine_response_error_db(engine, 0)};
  r2nn_engine_free(engine);
  free(re);
  free(im);
  free(wanted);
  fftw_free(x);
  fftw_free(spectrum);
  fftw_destroy_plan(plan);
  return found;
}

/* Within the bound, and the engine knows; returns what was measured. Frees the model. */
static double judge(r2nn_model *model, double rate, uint32_t n, double bound, const char *what) {
  errors e = measure(model, rate, n);
  if (!(e.measured <= bound)) fail_msg("%s, %g Hz: %.1f dB, stated %.1f dB", what, rate, e.measured, e.stated);
  if (!(fabs(e.measured - e.stated) < 3 || (e.measured < -65 && e.stated < -65)))
    fail_msg("%s, %g Hz: stated %.1f dB, measured %.1f dB", what, rate, e.stated, e.measured);
  r2nn_model_free(model);
  return e.measured;
}

static r2nn_part_kind kind_of(const r2nn_model *model) {
  r2nn_modes *modes;
  assert_int_equal(r2nn_modes_new(&model->stages[0], model->n_channels, false, &modes, NULL), R2NN_OK);
  r2nn_part_kind kind = modes->parts[0].kind;
  r2nn_modes_free(modes);
  return kind;
}

/* Modes below 0.05 fs: -50 dB; below 0.25 fs: -45 dB. */
static void test_banks(void **state) {
  (void)state;
  static const double rates[] = {20, 384000, 100, 8000, 48000}, qualities[] = {0.5, 0.7, 5, 100, 1000};
  static const uint32_t sizes[] = {1, 2, 7, 24};
  double worst[2] = {-300, -300};
  for (size_t r = 0; r < (is_reduced() ? 2 : 5); r++)
    for (size_t q = 0; q < 5; q++)
      for (size_t s = 0; s < 4; s++)
        for (int high = 0; high < 2; high++) {
          double top = high ? 0.249 : 0.049, low = fmin(top, fmax(0.004, qualities[q] * 2e-5));
          r2nn_model *model = network(sizes[s], 1, low * rates[r], top * rates[r], qualities[q], 0, s == 2, 1 + s);
          double e = judge(model, rates[r], ring_frames(low, qualities[q]), high ? -45 : -50, "a bank");
          worst[high] = fmax(worst[high], e);
        }
  printf("  banks: worst %.1f dB below 0.05 fs, %.1f dB below 0.25 fs\n", worst[0], worst[1]);
}

/* The same for coupled networks with RC nodes and up to three input channels; coupling moves modes, so they stay clear of the edge.
 */
static void test_coupled(void **state) {
  (void)state;
  static const uint32_t sizes[] = {2, 5, 16, 64, 256};
  static const double qualities[] = {0.5, 3, 30, 1000};
  double worst[2] = {-300, -300};
  for (size_t s = 0; s < (is_reduced() ? 3 : 5); s++)
    for (size_t q = 0; q < 4; q++)
      for (int high = 0; high < 2; high++) {
        double rate = q % 2 ? 48000 : 200, top = high ? 0.2 : 0.045, low = fmax(0.01, qualities[q] * 2e-5);
        r2nn_model *model = network(sizes[s], 1 + s % 3, low * rate, top * rate, qualities[q], 0.5, q % 2, 7 + s);
        double e = judge(model, rate, ring_frames(low / 2, qualities[q]), high ? -45 : -50, "a coupled network");
        worst[high] = fmax(worst[high], e);
      }
  printf("  coupled: worst %.1f dB below 0.05 fs, %.1f dB below 0.25 fs\n", worst[0], worst[1]);
}

/* The paper's metacircuit: local resonators in a lattice, corners shorted, modes up to top_hz. */
static r2nn_model *grid(uint32_t n_channels, double top_hz, double q, uint64_t seed) {
  r2nn_model *model = r2nn_model_new(n_channels, 3, 1);
  r2nn_stage *stage = &model->stages[0];
  uint32_t corners[4];
  for (uint32_t k = 0; k < 3; k++) model->classes[k] = strdup((char[2]){(char)('a' + k), 0});
  model->remove_mean = false;
  model->readout.mode = R2NN_MODE_FILE;
  assert_int_equal(r2nn_topology_grid(stage, 5, 5, n_channels, NULL), R2NN_OK);
  assert_int_equal(r2nn_head_init(&model->head, R2NN_HEAD_PERCEPTRON, 3, 0, 3, NULL), R2NN_OK);
  for (uint32_t i = 0; i < stage->n_couplings; i++) stage->couplings[i].g = 1e-5 * (0.3 + uniform(&seed));
  for (uint32_t i = 0; i < stage->n_inputs; i++) stage->inputs[i].g = 1e-5;
  if (n_channels > 1) stage->inputs[1].node = 12;
  r2nn_topology_corners(5, 5, corners);
  for (int i = 0; i < 4; i++) r2nn_topology_ground(stage, corners[i]);
  double w = 2 * PI * top_hz / sqrt(1.9); /* outer nodes swing against each other above their own frequency */
  for (uint32_t i = 0; i < 50; i++) {
    double held = i < 25 ? 5e-5 : 1e-5;
    stage->nodes[i].d = held / (w * w) * (i < 25 ? 1 : 1 + 8 * uniform(&seed));
    stage->nodes[i].c = sqrt(held * stage->nodes[i].d) / q;
  }
  return checked(model);
}

static void test_grid(void **state) {
  (void)state;
  static const double tops[] = {0.05, 0.24, 0.45}, bounds[] = {-50, -45, -45};
  for (int k = 0; k < 3; k++) {
    double rate = k == 1 ? 48000 : 8000, low = tops[k] / 40;
    double e = judge(grid(1 + k % 2, tops[k] * rate, 10, 3), rate, ring_frames(low, 10), bounds[k], "a grid");
    printf("  grid with modes up to %.2f fs: %.1f dB\n", tops[k], e);
  }
}

/* A model trained at a high rate is run at a low one: what lies above the Nyquist rate keeps its skirt in the band and folds
 * nothing. */
static void test_above_nyquist(void **state) {
  (void)state;
  double worst = -300;
  for (int coupled = 0; coupled < 2; coupled++)
    for (int q = 0; q < 3; q++) {
      static const double qualities[] = {0.7, 20, 500};
      r2nn_model *model = network(12, 1, 300, 7000, qualities[q], coupled * 0.3, false, 5);
      worst = fmax(worst, judge(model, 8000, ring_frames(300. / 8000, qualities[q]), -45, "modes up to 7 kHz"));
    }
  /* all of them above: only skirts are left */
  worst = fmax(worst, judge(network(5, 2, 5000, 7000, 200, 0.1, false, 5), 8000, 4096, -45, "modes from 5 kHz"));
  printf("  modes up to 7 kHz at 8 kHz: worst %.1f dB\n", worst);
}

/* What is much faster than the rate: RC nodes that settle within a sample, nodes damped far beyond critical. */
static void test_fast(void **state) {
  (void)state;
  static const double taus[] = {1e-12, 1e-9, 1e-7, 1e-5, 1e-3};
  for (int k = 0; k < 5; k++)
    for (int r = 0; r < 3; r++) judge(follower(taus[k]), (double[]){20, 8000, 384000}[r], 1u << 15, -45, "an RC node");
  for (int k = 0; k < 4; k++)
    judge(resonator(300, (double[]){0.001, 0.01, 0.1, 0.5}[k], 0.5), 8000, 1u << 18, -45, "an overdamped node");
}

/* What is much slower: 2 Hz at 48 kHz turns 2.6e-4 rad a sample. */
static void test_slow(void **state) {
  (void)state;
  double rate = is_reduced() ? 8000 : 48000, share = 2 / rate;
  double e = judge(network(3, 1, 2, 200, 8, 0.4, false, 9), rate, ring_frames(share / 1.5, 8), -50, "slow modes");
  e = fmax(e, judge(resonator(2, 0.5, 1), rate, ring_frames(share, 0.5), -50, "one slow node"));
  printf("  2 Hz at %g Hz: worst %.1f dB\n", rate, e);
}

/* Two coupled resonators whose two modes are one: (s^2 + (2a+e)s + m+ae) (s^2 + (2a-e)s + m-ae) - h^2 is the square of s^2 + 2as +
 * w^2 when m = w^2 + e^2/2 and h = e sqrt(w^2 - a^2 + e^2/4). */
static r2nn_model *exceptional(double freq_hz, double q) {
  r2nn_model *model = new_model(1, 2, 1, 1, 2);
  r2nn_stage *stage = &model->stages[0];
  double w = 2 * PI * freq_hz, d = 1e-4 / (w * w), a = w / (2 * q), e = 0.8 * a, m = w * w + e * e / 2;
  double g = d * e * sqrt(w * w - a * a + e * e / 4), input = 1e-5;
  stage->couplings[0] = (r2nn_coupling){0, 1, g};
  stage->inputs[0] = (r2nn_input){.g = input};
  stage->nodes[0] = (r2nn_node){.d = d, .c = d * (2 * a + e), .g = d * (m + a * e) - g - input};
  stage->nodes[1] = (r2nn_node){.d = d, .c = d * (2 * a - e), .g = d * (m - a * e) - g};
  return checked(model);
}

/* Equal nodes at critical damping one after the other, hardly coupled: as many poles at one place as there are states. */
static r2nn_model *critical_chain(uint32_t n, double freq_hz) {
  r2nn_model *model = new_model(1, n, n - 1, 1, 2);
  r2nn_stage *stage = &model->stages[0];
  stage->inputs[0] = (r2nn_input){.g = 1e-5};
  for (uint32_t i = 0; i + 1 < n; i++) stage->couplings[i] = (r2nn_coupling){i, i + 1, 1e-9};
  for (uint32_t i = 0; i < n; i++) stage->nodes[i].g += 1e-4 - r2nn_stage_self(stage, i);
  for (uint32_t i = 0; i < n; i++) tune_node(stage, i, freq_hz, 0.5);
  return checked(model);
}

static void test_defective(void **state) {
  (void)state;
  for (int k = 0; k < 4; k++) {
    double freq = (double[]){100, 1000, 3000, 6000}[k], q = (double[]){2, 20, 10, 8}[k], rate = 8000;
    r2nn_model *model = exceptional(freq, q);
    assert_int_equal(kind_of(model), R2NN_PART_DENSE);
    double e =
        judge(model, rate, ring_frames(freq / rate, 4 * q), freq < 0.05 * rate ? -50 : -45, "a pair at its exceptional point");
    printf("  two modes in one, dense, at %g fs: %.1f dB\n", freq / rate, e);
  }
  for (int k = 0; k < 2; k++) {
    r2nn_model *chain = critical_chain(6, 1000);
    assert_int_equal(kind_of(chain), R2NN_PART_DENSE);
    double e = judge(chain, k ? 2500 : 48000, 1u << 14, k ? -45 : -50, "a chain at critical damping");
    printf("  12 poles at one place, dense: %.1f dB\n", e);
  }
}

/* An output that hears nothing by symmetry is neither worth double precision nor latency, and does not spoil what the engine
 * states. */
static void test_silent_output(void **state) {
  (void)state;
  r2nn_model *model = new_model(2, 3, 2, 3, 3);
  r2nn_stage *stage = &model->stages[0];
  stage->couplings[0] = (r2nn_coupling){0, 1, 1.13e-5};
  stage->couplings[1] = (r2nn_coupling){1, 2, 1.13e-5};
  stage->inputs[0] = (r2nn_input){0, 0, 1e-5};
  stage->inputs[1] = (r2nn_input){2, 0, -1e-5}; /* node 1 hears both as nothing */
  stage->inputs[2] = (r2nn_input){1, 1, 1e-5};
  for (uint32_t i = 0; i < 3; i++) stage->nodes[i].g = i == 2 ? 12e-5 : 10e-5;
  for (uint32_t i = 0; i < 3; i++) tune_node(stage, i, 713, 20);
  stage->nodes[1].d *= 1.37;
  checked(model);
  assert_int_equal(kind_of(model), R2NN_PART_MODAL);
  r2nn_engine *engine = new_engine(model, 8000);
  assert_true(r2nn_engine_response_error_db(engine, 0) < -50);
  assert_int_equal(r2nn_engine_latency(engine), 0);
  r2nn_engine_free(engine);
  r2nn_model_free(model);
}

/* Only ratios of conductances matter: a circuit scaled to any impedance sounds the same. */
static void test_impedance(void **state) {
  (void)state;
  enum { N = 2000 };
  r2nn_model *model = network(6, 1, 100, 1500, 30, 0.5, true, 4);
  r2nn_stage *stage = &model->stages[0];
  float *wanted = impulse_response(model, 8000, 0, N);
  for (int k = 0; k < 4; k++) {
    r2nn_model *scaled = r2nn_model_copy(model);
    double by = (double[]){1e-80, 1e-12, 1e12, 1e80}[k], most = 0;
    for (uint32_t i = 0; i < stage->n_nodes; i++)
      scaled->stages[0].nodes[i] = (r2nn_node){by * stage->nodes[i].d, by * stage->nodes[i].c, by * stage->nodes[i].g};
    for (uint32_t i = 0; i < stage->n_couplings; i++) scaled->stages[0].couplings[i].g *= by;
    for (uint32_t i = 0; i < stage->n_inputs; i++) scaled->stages[0].inputs[i].g *= by;
    float *out = impulse_response(checked(scaled), 8000, 0, N);
    for (uint32_t t = 0; t < N * stage->n_outputs; t++) most = fmax(most, fabs((double)wanted[t]));
    for (uint32_t t = 0; t < N * stage->n_outputs; t++)
      assert_near((double)out[t], (double)wanted[t], 1e-4 * most, "a scaled circuit");
    free(out);
    r2nn_model_free(scaled);
  }
  free(wanted);
  r2nn_model_free(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_banks),     cmocka_unit_test(test_coupled),       cmocka_unit_test(test_grid),
      cmocka_unit_test(test_fast),      cmocka_unit_test(test_above_nyquist), cmocka_unit_test(test_slow),
      cmocka_unit_test(test_defective), cmocka_unit_test(test_silent_output), cmocka_unit_test(test_impedance),
  };
  return cmocka_run_group_tests_name("engine response", tests, NULL, NULL);
}
