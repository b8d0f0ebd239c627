/* What must hold for the engine because its circuits are physical: closed forms in time, reciprocity, superposition, passivity.
 *
 * ctest-labels: physics */
#include "networks.h"

/* Make every node an output. */
static void listen_everywhere(r2nn_model *model) {
  r2nn_stage *stage = &model->stages[0];
  free(stage->outputs);
  stage->outputs = malloc(stage->n_nodes * sizeof *stage->outputs);
  stage->n_outputs = stage->n_nodes;
  for (uint32_t i = 0; i < stage->n_nodes; i++) stage->outputs[i] = i;
  r2nn_head_free(&model->head);
  assert_int_equal(r2nn_head_init(&model->head, R2NN_HEAD_PERCEPTRON, stage->n_nodes, 0, 2, NULL), R2NN_OK);
  checked(model);
}

/* h(t) = B/(d wd) e^(-at) sin(wd t), a = w/2q, wd^2 = w^2 - a^2. */
static double ringing(double b, double d, double freq_hz, double q, double t) {
  double w = 2 * PI * freq_hz, a = w / (2 * q), wd = sqrt(w * w - a * a);
  return b / (d * wd) * exp(-a * t) * sin(wd * t);
}

static void test_impulse(void **state) {
  (void)state;
  enum { N = 20000 };
  double rate = 48000, freq = 200, qualities[] = {0.6, 10, 800};
  for (int k = 0; k < 3; k++) {
    r2nn_model *model = resonator(freq, qualities[k], 0.1);
    double d = model->stages[0].nodes[0].d, peak = 1e-5 / d / (2 * PI * freq) / rate;
    float *out = impulse_response(model, rate, 0, N);
    for (uint32_t t = 0; t < N; t++)
      assert_near((double)out[t], ringing(1e-5, d, freq, qualities[k], t / rate) / rate, 1e-3 * peak, "the impulse response");
    free(out);
    r2nn_model_free(model);
  }
}

/* v = B/K (1 - e^(-at)(cos wd t + a/wd sin wd t)); a step between two samples lies in their middle. */
static void test_step(void **state) {
  (void)state;
  enum { N = 20000 };
  double rate = 48000, freq = 150, q = 12, w = 2 * PI * freq, a = w / (2 * q), wd = sqrt(w * w - a * a);
  r2nn_model *model = resonator(freq, q, 0.25);
  float *in = malloc(N * sizeof *in);
  for (uint32_t t = 0; t < N; t++) in[t] = 2;
  float *out = voltages(model, rate, in, N);
  for (uint32_t t = 0; t < N; t++) {
    double at = (t + 0.5) / rate;
    assert_near((double)out[t], 0.5 * (1 - exp(-a * at) * (cos(wd * at) + a / wd * sin(wd * at))), 1e-3, "the step response");
  }
  free(in);
  free(out);
  r2nn_model_free(model);
}

/* Two equal nodes split into an even mode at sqrt(K/d) and an odd one at sqrt((K + 2g)/d), and the ringing wanders between them. */
static void test_beat(void **state) {
  (void)state;
  enum { N = 40000 };
  double rate = 48000, k = 1e-4, g = 2e-6, b = 1e-6, freq = 250, q = 150, d = k / pow(2 * PI * freq, 2);
  r2nn_model *model = new_model(1, 2, 1, 1, 2);
  r2nn_stage *stage = &model->stages[0];
  stage->couplings[0] = (r2nn_coupling){1, 0, g};
  stage->inputs[0] = (r2nn_input){.g = b};
  stage->nodes[0] = (r2nn_node){.d = d, .c = k / (2 * PI * freq * q), .g = k - b};
  stage->nodes[1] = (r2nn_node){.d = d, .c = k / (2 * PI * freq * q), .g = k};
  checked(model);
  double odd = freq * sqrt(1 + 2 * g / k), odd_q = q * sqrt(1 + 2 * g / k), peak = b / (d * 2 * PI * freq) / rate;
  float *out = impulse_response(model, rate, 0, N);
  uint32_t silent = 0, turn = (uint32_t)(rate / (odd - freq) / 2); /* after half a beat all has gone to the other node */
  double here = 0, there = 0;
  for (uint32_t t = 0; t < N; t++) {
    double even_v = ringing(b, d, freq, q, t / rate) / rate, odd_v = ringing(b, d, odd, odd_q, t / rate) / rate;
    assert_near((double)out[2 * t], (even_v + odd_v) / 2, 1e-3 * peak, "the struck node");
    assert_near((double)out[2 * t + 1], (even_v - odd_v) / 2, 1e-3 * peak, "the other node");
    if (t + 100 > turn && t < turn + 100) here += pow((double)out[2 * t], 2), there += pow((double)out[2 * t + 1], 2), silent++;
  }
  assert_int_equal(silent, 199);
  assert_true(here < 0.02 * there);
  free(out);
  r2nn_model_free(model);
}

/* Without input, E = (v'Kv + v''Dv')/2 only falls. */
static void test_passive(void **state) {
  (void)state;
  enum { N = 6000, DRIVEN = 1000, EVERY = 60 };
  double rate = 48000;
  for (uint64_t seed = 1; seed < 4; seed++) {
    r2nn_model *model = network(8, 1, 150, 450, 12, 0.8, false, seed);
    listen_everywhere(model);
    const r2nn_stage *stage = &model->stages[0];
    float *in = new_noise(N, seed);
    memset(in + DRIVEN, 0, (N - DRIVEN) * sizeof *in);
    float *out = voltages(model, rate, in, N);
    double before = INFINITY, first = 0;
    for (uint32_t t = DRIVEN + 1; t + 1 < N; t += EVERY) {
      const float *v = out + (size_t)t * 8;
      double energy = 0;
      for (uint32_t i = 0; i < 8; i++) {
        double slope = ((double)v[8 + i] - (double)v[(int)i - 8]) * rate / 2;
        energy += r2nn_stage_self(stage, i) * pow((double)v[i], 2) + stage->nodes[i].d * slope * slope;
      }
      for (uint32_t k = 0; k < stage->n_couplings; k++)
        energy -= 2 * stage->couplings[k].g * (double)v[stage->couplings[k].a] * (double)v[stage->couplings[k].b];
      assert_true(energy > 0 && energy < before);
      if (first == 0) first = energy;
      before = energy;
    }
    assert_true(before < 1e-3 * first);
    free(in);
    free(out);
    r2nn_model_free(model);
  }
}

/* What node b hears of a is what a hears of b. */
static void test_reciprocity(void **state) {
  (void)state;
  enum { N = 8000 };
  r2nn_model *model = network(9, 2, 100, 3000, 15, 0.7, true, 6);
  r2nn_stage *stage = &model->stages[0];
  for (uint32_t i = 0; i < stage->n_inputs; i++) { /* the two ends alone are driven */
    stage->nodes[stage->inputs[i].node].g += stage->inputs[i].g;
    stage->inputs[i].g = 0;
  }
  for (int i = 0; i < 2; i++) {
    stage->inputs[i ? 17 : 0].g = 1e-5;
    stage->nodes[i ? 8 : 0].g -= 1e-5;
  }
  checked(model);
  float *first = impulse_response(model, 16000, 0, N), *second = impulse_response(model, 16000, 1, N);
  double peak = 0;
  for (uint32_t t = 0; t < N; t++) peak = fmax(peak, fabs((double)first[4 * t + 3]));
  assert_true(peak > 0);
  for (uint32_t t = 0; t < N; t++) assert_near((double)first[4 * t + 3], (double)second[4 * t], 1e-4 * peak, "the way back");
  free(first);
  free(second);
  r2nn_model_free(model);
}

static void test_linear(void **state) {
  (void)state;
  enum { N = 5000, LATE = 777 };
  r2nn_model *model = network(12, 2, 50, 3900, 20, 0.5, true, 8); /* with latency and modes in double */
  float *x = new_noise(2 * N, 1), *y = new_noise(2 * N, 2), *sum = malloc(2 * N * sizeof *sum), *late = calloc(2 * N, sizeof *late);
  for (uint32_t i = 0; i < 2 * N; i++) sum[i] = 0.75f * x[i] - 3 * y[i];
  memcpy(late + 2 * LATE, x, 2 * (N - LATE) * sizeof *x);
  float *of_x = voltages(model, 8000, x, N), *of_y = voltages(model, 8000, y, N), *of_sum = voltages(model, 8000, sum, N),
        *of_late = voltages(model, 8000, late, N);
  for (uint32_t i = 0; i < 4 * N; i++)
    assert_near((double)of_sum[i], 0.75 * (double)of_x[i] - 3 * (double)of_y[i], 1e-5, "the sum's response");
  for (uint32_t i = 0; i < 4 * LATE; i++) assert_true(of_late[i] == 0);
  assert_memory_equal(of_late + 4 * LATE, of_x, 4 * (N - LATE) * sizeof *of_x); /* to the bit */
  free(x), free(y), free(sum), free(late);
  free(of_x), free(of_y), free(of_sum), free(of_late);
  r2nn_model_free(model);
}

/* At rest K v = B u. */
static void test_rest(void **state) {
  (void)state;
  enum { N = 40000 };
  double rates[] = {100, 8000, 384000};
  for (int r = 0; r < 3; r++) {
    double rate = rates[r], re[8], im[8];
    r2nn_model *model = network(10, 2, 0.004 * rate, 0.2 * rate, 4, 0.6, true, 3);
    float *in = malloc(2 * N * sizeof *in);
    for (uint32_t t = 0; t < N; t++) in[2 * t] = 1, in[2 * t + 1] = -2;
    float *out = voltages(model, rate, in, N);
    assert_int_equal(r2nn_stage_response(&model->stages[0], 2, 0, re, im, NULL, NULL), R2NN_OK);
    for (uint32_t o = 0; o < 4; o++) {
      double wanted = re[2 * o] - 2 * re[2 * o + 1];
      assert_near((double)out[4 * (N - 1) + o], wanted, 2e-3 * (fabs(re[2 * o]) + 2 * fabs(re[2 * o + 1])), "the voltage at rest");
    }
    free(in);
    free(out);
    r2nn_model_free(model);
  }
  /* a divider: 1e-5 S from 3 V, 3e-5 S to ground; through 2e-5 S to a node with 2e-5 S: v0 (4 + 2) - 2 v1 = 3, v1 4 = 2 v0 */
  r2nn_model *model = new_model(1, 2, 1, 1, 2);
  model->stages[0].couplings[0] = (r2nn_coupling){0, 1, 2e-5};
  model->stages[0].inputs[0] = (r2nn_input){.g = 1e-5};
  model->stages[0].nodes[0] = (r2nn_node){.c = 1e-7, .g = 3e-5};
  model->stages[0].nodes[1] = (r2nn_node){.c = 1e-8, .g = 2e-5};
  float *in = malloc(4000 * sizeof *in);
  for (uint32_t t = 0; t < 4000; t++) in[t] = 3;
  float *out = voltages(checked(model), 8000, in, 4000);
  assert_near((double)out[7998], 0.6, 1e-3, "the first node");
  assert_near((double)out[7999], 0.3, 5e-4, "the second node");
  free(in);
  free(out);
  r2nn_model_free(model);
}

/* The poles of a stage, and that there are n of them. */
static void assert_poles(const r2nn_model *model, uint32_t n, const double *re, const double *im) {
  uint32_t count;
  double *is_re, *is_im;
  assert_int_equal(r2nn_stage_poles(&model->stages[0], &count, &is_re, &is_im, NULL), R2NN_OK);
  assert_int_equal(count, n);
  for (uint32_t k = 0; k < n; k++) {
    double size = hypot(re[k], im[k]);
    assert_near(is_re[k], re[k], 1e-7 * size, "Re s");
    assert_near(is_im[k], im[k], 1e-7 * size, "Im s");
  }
  free(is_re);
  free(is_im);
}

static void test_poles(void **state) {
  (void)state;
  double w = 2 * PI * 440, wide = w * sqrt(1.5);
  r2nn_model *model = resonator(440, 25, 0.1);
  assert_poles(model, 1, (double[]){-w / 50}, (double[]){w * sqrt(1 - 1 / 2500.)});
  r2nn_model_free(model);
  model = resonator(440, 0.2, 0.1); /* two real ones: s/w = -2.5 +- sqrt(6.25 - 1) */
  assert_poles(model, 2, (double[]){w * (sqrt(5.25) - 2.5), -w * (sqrt(5.25) + 2.5)}, (double[]){0, 0});
  r2nn_model_free(model);
  model = follower(0.02);
  assert_poles(model, 1, (double[]){-50}, (double[]){0});
  r2nn_model_free(model);
  model = new_model(1, 2, 1, 1, 1); /* K = 1e-4, g = 2.5e-5 */
  model->stages[0].couplings[0] = (r2nn_coupling){0, 1, 2.5e-5};
  model->stages[0].inputs[0] = (r2nn_input){.g = 1e-5};
  for (int i = 0; i < 2; i++) model->stages[0].nodes[i] = (r2nn_node){1e-4 / (w * w), 1e-4 / (w * 10), i ? 1e-4 : 9e-5};
  assert_poles(checked(model), 2, (double[]){-w / 20, -w / 20},
               (double[]){sqrt(w * w - w * w / 400), sqrt(wide * wide - w * w / 400)});
  r2nn_model_free(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_impulse), cmocka_unit_test(test_step),        cmocka_unit_test(test_beat),
      cmocka_unit_test(test_passive), cmocka_unit_test(test_reciprocity), cmocka_unit_test(test_linear),
      cmocka_unit_test(test_rest),    cmocka_unit_test(test_poles),
  };
  return cmocka_run_group_tests_name("engine physics", tests, NULL, NULL);
}
