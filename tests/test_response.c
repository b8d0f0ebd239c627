/* The transfer by direct solution against closed forms: resonator, RC node, local resonator; and what holds for every network. */
#include "core/topology.h"
#include "r2nn/model.h"
#include "unit.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TWO_PI 6.283185307179586

static void assert_close(double complex value, double complex wanted, double tolerance) {
  if (cabs(value - wanted) <= tolerance * cabs(wanted)) return;
  fail_msg("is %.15g %+.15gj, wanted %.15g %+.15gj", creal(value), cimag(value), creal(wanted), cimag(wanted));
}

static r2nn_stage new_stage(uint32_t n_nodes, uint32_t n_couplings, uint32_t n_inputs, uint32_t n_outputs) {
  r2nn_stage stage = {.topology = ""};
  assert_int_equal(r2nn_stage_init(&stage, n_nodes, n_couplings, n_inputs, n_outputs, NULL), R2NN_OK);
  for (uint32_t i = 0; i < n_outputs; i++) stage.outputs[i] = i;
  return stage;
}

/* H of one output from one channel, with the driving-point conductances if asked for. */
static double complex transfer(const r2nn_stage *stage, uint32_t n_channels, double freq_hz, uint32_t output, uint32_t channel,
                               double *driving) {
  size_t n = (size_t)stage->n_outputs * n_channels;
  double *re = malloc(n * sizeof *re), *im = malloc(n * sizeof *im);
  r2nn_error error = {""};
  if (r2nn_stage_response(stage, n_channels, freq_hz, re, im, driving, &error) != R2NN_OK) fail_msg("%s", error.text);
  double complex h = CMPLX(re[output * n_channels + channel], im[output * n_channels + channel]);
  free(re);
  free(im);
  return h;
}

/* H = B / (K - w^2 D + jwC), K = g + B; the source gives I = B (u - v). */
static void test_resonator(void **state) {
  (void)state;
  r2nn_stage s = new_stage(1, 0, 1, 1);
  s.nodes[0] = (r2nn_node){.d = 2.5e-12, .c = 1e-9, .g = 1e-4};
  s.inputs[0] = (r2nn_input){.g = 1e-5};
  double k = 1.1e-4, f0 = sqrt(k / 2.5e-12) / TWO_PI, driving = 0;
  for (double f = 0; f < 10 * f0; f += f0 / 16) {
    double w = TWO_PI * f;
    double complex wanted = 1e-5 / CMPLX(k - w * w * 2.5e-12, w * 1e-9);
    assert_close(transfer(&s, 1, f, 0, 0, &driving), wanted, 1e-13);
    assert_close(driving, 1e-5 * (1 - creal(wanted)), 1e-12);
  }
  /* at f0 the gain is Q B / K */
  assert_close(transfer(&s, 1, f0, 0, 0, NULL), CMPLX(0, -1e-5 / k * sqrt(k * 2.5e-12) / 1e-9), 1e-12);
  r2nn_stage_free(&s);
}

/* d = 0: H = B / (K + jwC), -3 dB and -45 degrees at K / (2 pi C). */
static void test_rc(void **state) {
  (void)state;
  r2nn_stage s = new_stage(1, 0, 1, 1);
  s.nodes[0] = (r2nn_node){.c = 1e-6};
  s.inputs[0] = (r2nn_input){.g = 1e-4};
  double corner = 1e-4 / 1e-6 / TWO_PI;
  assert_close(transfer(&s, 1, 0, 0, 0, NULL), 1, 1e-15);
  assert_close(transfer(&s, 1, corner, 0, 0, NULL), 1 / CMPLX(1, 1), 1e-14);
  assert_close(transfer(&s, 1, 1e4 * corner, 0, 0, NULL), 1 / CMPLX(1, 1e4), 1e-14);
  r2nn_stage_free(&s);
}

/* An outer node with D_c, an inner one with D_n on G_n = w0^2 D_n: the branch's admittance at the outer node is
 * -w^2 D_n w0^2 / (w0^2 - w^2), and the effective mass D_c + D_n w0^2 / (w0^2 - w^2) is negative exactly in the stop band between
 * w0 and w0 sqrt(1 + D_n/D_c) (system.md §1). */
static void test_local_resonator(void **state) {
  (void)state;
  const double d_c = 2e-12, d_n = 3e-12, f0 = 700, w0 = TWO_PI * f0, b = 1e-5, g = 5e-5;
  r2nn_stage s = new_stage(2, 1, 1, 2);
  s.nodes[0] = (r2nn_node){.d = d_c, .g = g};
  s.nodes[1] = (r2nn_node){.d = d_n};
  s.couplings[0] = (r2nn_coupling){.a = 0, .b = 1, .g = w0 * w0 * d_n};
  s.inputs[0] = (r2nn_input){.g = b};
  double top = f0 * sqrt(1 + d_n / d_c);
  uint32_t n_negative = 0;
  for (double f = 20.5; f < 3000; f += 7) {
    double w = TWO_PI * f, branch = -w * w * d_n * w0 * w0 / (w0 * w0 - w * w);
    double complex h = transfer(&s, 2, f, 0, 0, NULL);
    assert_close(h, b / (g + b - w * w * d_c + branch), 1e-9);
    /* the mass that the outer node's own voltage tells of: B u / v = K - w^2 m */
    double mass = (g + b - creal(b / h)) / (w * w);
    assert_close(mass, d_c + d_n * w0 * w0 / (w0 * w0 - w * w), 1e-8);
    assert_true((mass < 0) == (f > f0 && f < top));
    n_negative += mass < 0;
    /* the inner node follows below its resonance and opposes above it */
    assert_close(transfer(&s, 2, f, 1, 0, NULL) / h, w0 * w0 / (w0 * w0 - w * w), 1e-9);
  }
  assert_true(n_negative > 50);
  r2nn_stage_free(&s);
}

/* Nodes that one coupling splits: f = sqrt(k/d)/2pi and sqrt((k + 2g)/d)/2pi. */
static void test_split(void **state) {
  (void)state;
  r2nn_stage s = new_stage(2, 1, 1, 2);
  s.couplings[0] = (r2nn_coupling){.a = 1, .b = 0, .g = 2e-5};
  s.inputs[0] = (r2nn_input){.g = 1e-6};
  s.nodes[0] = (r2nn_node){.d = 1e-12, .c = 1e-11, .g = 1e-4 - 1e-6};
  s.nodes[1] = (r2nn_node){.d = 1e-12, .c = 1e-11, .g = 1e-4};
  for (double f = 100; f < 4000; f += 13) {
    double w = TWO_PI * f;
    double complex a = CMPLX(1e-4 - w * w * 1e-12, w * 1e-11), even = 0.5e-6 / a, odd = 0.5e-6 / (a + 4e-5);
    assert_close(transfer(&s, 1, f, 0, 0, NULL), even + odd, 1e-11);
    assert_close(transfer(&s, 1, f, 1, 0, NULL), even - odd, 1e-9);
  }
  r2nn_stage_free(&s);
}

/* Random passive networks: reciprocity at every frequency, and at 0 Hz an output is a weighted mean of its inputs and ground. */
static void test_passive(void **state) {
  (void)state;
  uint64_t seed = 3;
  for (uint32_t round = 0; round < 20; round++) {
    uint32_t n = 2 + round;
    r2nn_stage s = {.topology = ""};
    assert_int_equal(r2nn_topology_full(&s, n, 2, NULL), R2NN_OK);
    for (uint32_t i = 0; i < s.n_couplings; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      s.couplings[i].g = (double)(seed >> 40) * 1e-13;
    }
    for (uint32_t i = 0; i < n; i++) s.nodes[i] = (r2nn_node){.d = i % 3 ? 1e-12 * (i + 1) : 0, .c = 1e-10, .g = 1e-6 * i};
    s.inputs[0].g = 1e-5;         /* node 0, channel 0 */
    s.inputs[2 * n - 1].g = 1e-5; /* node n-1, channel 1 */
    for (double f = 0; f < 4000; f += 311) assert_close(transfer(&s, 2, f, n - 1, 0, NULL), transfer(&s, 2, f, 0, 1, NULL), 1e-9);
    double driving[64];
    for (uint32_t i = 0; i < n; i++) {
      double complex first = transfer(&s, 2, 0, i, 0, driving), second = transfer(&s, 2, 0, i, 1, NULL);
      assert_true(cimag(first) == 0 && creal(first) >= 0 && creal(second) >= 0 && creal(first + second) <= 1 + 1e-12);
    }
    assert_true(driving[0] > 0 && driving[0] < 1e-5); /* the source gives power */
    for (uint32_t i = 0; i < n; i++) s.nodes[i].g = 0;
    assert_close(transfer(&s, 2, 0, 0, 0, NULL) + transfer(&s, 2, 0, 0, 1, NULL), 1, 1e-9); /* no ground: the weights add up to 1 */
    r2nn_stage_free(&s);
  }
}

/* Several parts and channels: each part hears its own links alone, and a part without a link is silent. */
static void test_parts(void **state) {
  (void)state;
  r2nn_stage s = new_stage(5, 2, 4, 5);
  for (uint32_t i = 0; i < 5; i++) s.nodes[i] = (r2nn_node){.c = 1, .g = 1};
  s.couplings[0] = (r2nn_coupling){.a = 4, .b = 1, .g = 2};
  s.couplings[1] = (r2nn_coupling){.a = 0, .b = 3, .g = 1};
  s.inputs[0] = (r2nn_input){.node = 2, .channel = 2, .g = 1};
  s.inputs[1] = (r2nn_input){.node = 2, .channel = 0, .g = 2};
  s.inputs[2] = (r2nn_input){.node = 1, .channel = 0, .g = 1};
  s.inputs[3] = (r2nn_input){.node = 4, .channel = 2, .g = 1};
  double re[15], im[15], driving[4];
  memset(re, 0xff, sizeof re);
  assert_int_equal(r2nn_stage_response(&s, 3, 0, re, im, driving, NULL), R2NN_OK);
  /* node 2: (u2 + 2 u0) / 4; nodes 1, 4: [4 -2; -2 4] v = (u0, u2) */
  const double wanted[15] = {0, 0, 0, 1.0 / 3, 0, 1.0 / 6, 0.5, 0, 0.25, 0, 0, 0, 1.0 / 6, 0, 1.0 / 3};
  for (uint32_t i = 0; i < 15; i++) assert_true(fabs(re[i] - wanted[i]) < 1e-15 && im[i] == 0);
  const double wanted_driving[4] = {0.75, 1, 2.0 / 3, 2.0 / 3};
  for (uint32_t i = 0; i < 4; i++) assert_true(fabs(driving[i] - wanted_driving[i]) < 1e-15);
  r2nn_stage_free(&s);
}

static void test_refusals(void **state) {
  (void)state;
  r2nn_stage s = new_stage(1, 0, 1, 1);
  s.nodes[0] = (r2nn_node){.d = 1};
  s.inputs[0] = (r2nn_input){.channel = 0, .g = TWO_PI * TWO_PI};
  double re, im;
  r2nn_error error = {""};
  assert_int_equal(r2nn_stage_response(&s, 1, -1, &re, &im, NULL, &error), R2NN_BAD_ARGUMENT);
  assert_int_equal(r2nn_stage_response(&s, 1, (double)NAN, &re, &im, NULL, &error), R2NN_BAD_ARGUMENT);
  assert_int_equal(r2nn_stage_response(&s, 0, 1, &re, &im, NULL, &error), R2NN_BAD_ARGUMENT);
  assert_int_equal(r2nn_stage_response(&s, 1, 1, &re, &im, NULL, &error), R2NN_UNSTABLE);
  assert_string_equal(error.text, "nodes[0]: no finite response at 1 Hz");
  r2nn_stage_free(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_resonator), cmocka_unit_test(test_rc),      cmocka_unit_test(test_local_resonator),
      cmocka_unit_test(test_split),     cmocka_unit_test(test_passive), cmocka_unit_test(test_parts),
      cmocka_unit_test(test_refusals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
