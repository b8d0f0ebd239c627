/* Node laws, low-pass, control rate and common mode, each against its formula (system.md §4).
 *
 * ctest-labels: physics */
#include "networks.h"

/* What leaves the last stage, [n / every][n_outputs], seen through windows of one such frame; the caller frees it. */
static float *frames_of(const r2nn_model *model, double rate_hz, const float *in, uint32_t n, uint32_t every) {
  uint32_t width = model->head.n_features, count = 0;
  r2nn_readout readout = model->readout;
  readout.mode = R2NN_MODE_WINDOW;
  readout.energy = R2NN_ENERGY_MEAN;
  readout.scale = R2NN_SCALE_LINEAR;
  readout.window_s = every / rate_hz;
  r2nn_engine *engine = engine_with(model, rate_hz, &readout);
  float *frames = malloc((size_t)(n / every + 1) * width * sizeof *frames);
  for (uint32_t t = 0; t < n; t += every) {
    r2nn_decision decision;
    r2nn_engine_run(engine, in + (size_t)t * model->n_channels, n - t < every ? n - t : every);
    while (r2nn_engine_poll(engine, &decision)) memcpy(frames + (size_t)count++ * width, decision.features, width * sizeof *frames);
  }
  assert_int_equal(count, n / every);
  r2nn_engine_free(engine);
  return frames;
}

static float *constant(float value, uint32_t n) {
  float *in = malloc(n * sizeof *in);
  for (uint32_t t = 0; t < n; t++) in[t] = value;
  return in;
}

static double law_of(r2nn_law law, double v, double s, double b) {
  switch (law) {
  case R2NN_LAW_SQUARE:
    return v * v / s;
  case R2NN_LAW_RECTIFY:
    return fabs(v);
  case R2NN_LAW_LOG:
    return log(fabs(v) + s);
  case R2NN_LAW_AGC: /* of one output, constant since it began: its own peak */
    return v == 0 ? 0 : log1p(1 / s);
  case R2NN_LAW_SATURATE:
    return s * tanh(v / s);
  case R2NN_LAW_BANDPASS:
    return exp(-pow((v - b) / s, 2));
  case R2NN_LAW_IDENTITY:
  case R2NN_N_LAWS:
    break;
  }
  return v;
}

static void test_formulas(void **state) {
  (void)state;
  static const double values[] = {-3, -0.4, 0, 1e-3, 0.25, 1, 7};
  r2nn_model *model = follower(1e-7);
  r2nn_stage *stage = &model->stages[0];
  for (int law = 0; law < R2NN_N_LAWS; law++)
    for (int scaled = 0; scaled < 2; scaled++)
      for (int k = 0; k < 7; k++) {
        stage->law = (r2nn_law)law;
        stage->law_scale_v = scaled ? 0.3 : 1;
        stage->law_bias_v = scaled ? 0.2 : 0;
        float *in = constant((float)values[k], 100), *y = frames_of(checked(model), 8000, in, 100, 1);
        double wanted = law_of(stage->law, values[k], stage->law_scale_v, stage->law_bias_v);
        assert_near((double)y[99], wanted, 2e-4 * (1 + fabs(wanted)), r2nn_law_name(stage->law));
        free(in);
        free(y);
      }
  r2nn_model_free(model);
}

/* y[n] = 1 - e^(-(n+1)/(tau fs)); log comes after the low-pass. */
static void test_smoothing(void **state) {
  (void)state;
  enum { N = 1000 };
  r2nn_model *model = follower(1e-8);
  r2nn_stage *stage = &model->stages[0];
  float *in = constant(-1, N);
  stage->smooth_s = 0.02;
  stage->law = R2NN_LAW_RECTIFY;
  float *rectified = frames_of(model, 8000, in, N, 1);
  stage->law = R2NN_LAW_LOG;
  stage->law_scale_v = 0.01;
  float *logged = frames_of(model, 8000, in, N, 1);
  for (uint32_t t = 10; t < N; t++) {
    double wanted = 1 - exp(-(t + 1.0) / 160);
    assert_near((double)rectified[t], wanted, 1e-3, "the envelope");
    assert_near((double)logged[t], log((double)rectified[t] + 0.01), 1e-5, "its log");
  }
  free(rectified);
  free(logged);
  free(in);
  r2nn_model_free(model);
}

/* Ten seconds at 384 kHz: 1 - keep is 2.6e-7, four roundings of a float. */
static void test_slow_smoothing(void **state) {
  (void)state;
  enum { N = 384000 };
  r2nn_model *model = follower(1e-8);
  model->stages[0].smooth_s = 10;
  float *in = constant(1, N), *y = frames_of(model, 384000, in, N, N / 8);
  for (uint32_t k = 0; k < 8; k++) {
    double from = k / 80., to = (k + 1) / 80., wanted = 1 - (exp(-from) - exp(-to)) / (to - from);
    assert_near((double)y[k], wanted, 1e-3 * wanted, "a slow envelope");
  }
  free(in);
  free(y);
  r2nn_model_free(model);
}

/* One frame out for round(rate/rate_hz) in: the last of them. */
static void test_control_rate(void **state) {
  (void)state;
  enum { N = 4000 };
  r2nn_model *model = follower(1e-8);
  float *in = malloc(N * sizeof *in);
  for (uint32_t t = 0; t < N; t++) in[t] = (float)t;
  for (int k = 0; k < 4; k++) {
    uint32_t every = (uint32_t[]){40, 27, 1, 1}[k];
    model->stages[0].rate_hz = (double[]){200, 300, 8000, 1e6}[k];
    float *y = frames_of(model, 8000, in, N, every);
    for (uint32_t i = 0; i < N / every; i++) assert_near((double)y[i], i * every + every - 1., 0.5, "a control frame");
    free(y);
  }
  free(in);
  r2nn_model_free(model);
}

static void test_common_mode(void **state) {
  (void)state;
  enum { N = 500 };
  r2nn_model *model = network(3, 2, 100, 2000, 3, 0.5, false, 2);
  float *in = new_noise(2 * N, 5), *plain = frames_of(model, 8000, in, N, 1);
  model->stages[0].suppress_common = true;
  float *suppressed = frames_of(model, 8000, in, N, 1);
  for (uint32_t t = 0; t < N; t++) {
    double mean = ((double)plain[3 * t] + (double)plain[3 * t + 1] + (double)plain[3 * t + 2]) / 3;
    for (uint32_t i = 0; i < 3; i++)
      assert_near((double)suppressed[3 * t + i], (double)plain[3 * t + i] - mean, 1e-6, "a difference");
  }
  free(in);
  free(plain);
  free(suppressed);
  r2nn_model_free(model);
}

/* ln(1 + e/(s P)) with P the largest mean so far, leaking: against the same made by hand; a silent frame is 0, and at another level
 * everything stays as it is. */
static void test_agc(void **state) {
  (void)state;
  enum { N = 4000, WIDTH = 3 };
  r2nn_model *model = network(WIDTH, 1, 100, 2000, 3, 0.5, false, 2);
  r2nn_stage *stage = &model->stages[0];
  float *in = new_noise(N, 6);
  for (uint32_t t = 0; t < N; t++) in[t] *= t < 1000 ? 0.1f : t < 2000 ? 1 : t < 3000 ? 0.003f : 0;
  stage->law = R2NN_LAW_RECTIFY;
  stage->smooth_s = 0.002;
  float *envelopes = frames_of(model, 8000, in, N, 1);
  stage->law = R2NN_LAW_AGC;
  stage->law_scale_v = 0.01;
  float *y = frames_of(model, 8000, in, N, 1);
  for (uint32_t t = 0; t < N; t++) in[t] *= 1e-3f;
  float *quiet = frames_of(model, 8000, in, N, 1);
  double peak = 0;
  for (uint32_t t = 0; t < N; t++) {
    double mean = 0;
    for (uint32_t o = 0; o < WIDTH; o++) mean += (double)envelopes[WIDTH * t + o] / WIDTH;
    peak = fmax(fmax(peak * exp(-1 / (R2NN_AGC_HOLD_S * 8000)), mean), R2NN_AGC_LEAST_V);
    for (uint32_t o = 0; o < WIDTH; o++) {
      double wanted = log1p((double)envelopes[WIDTH * t + o] / (0.01 * peak));
      assert_near((double)y[WIDTH * t + o], wanted, 1e-3, "a compressed envelope");
      if (t > 10) assert_near((double)quiet[WIDTH * t + o], wanted, 2e-3, "60 dB lower");
    }
  }
  for (uint32_t o = 0; o < WIDTH; o++) assert_near((double)y[WIDTH * (N - 1) + o], 0, 1e-3, "silence");
  free(in);
  free(envelopes);
  free(y);
  free(quiet);
  r2nn_model_free(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_formulas),     cmocka_unit_test(test_smoothing),   cmocka_unit_test(test_slow_smoothing),
      cmocka_unit_test(test_control_rate), cmocka_unit_test(test_common_mode), cmocka_unit_test(test_agc),
  };
  return cmocka_run_group_tests_name("engine laws", tests, NULL, NULL);
}
