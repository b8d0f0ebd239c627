/* Energies, windows, the fixed level gate, heads and decisions against plain double computations (system.md §4).
 *
 * ctest-labels: physics */
#include "networks.h"

#define RATE 8000.0

/* The readout of a mode with the defaults, energies as squares and features as they are. */
static r2nn_readout readout_of(r2nn_mode mode, double window_s, double hop_s) {
  return (r2nn_readout){.mode = mode,
                        .scale = R2NN_SCALE_LINEAR,
                        .floor = 1e-12,
                        .window_s = window_s,
                        .hop_s = hop_s,
                        .gate_db = -40,
                        .hysteresis_db = 6,
                        .hang_s = 0.15,
                        .min_s = 0.03};
}

/* Run the n frames of in, a multiple of 100, and take the decisions, features and energies [most][n_features]; their number. */
static uint32_t decisions_of(r2nn_engine *engine, const float *in, uint32_t n, uint32_t n_channels, uint32_t n_features,
                             bool finish, uint32_t most, r2nn_decision *decisions, float *features, double *energies) {
  uint32_t count = 0;
  for (uint32_t at = 0; at <= n; at += 100) {
    if (at < n) r2nn_engine_run(engine, in + (size_t)at * n_channels, 100);
    if (at == n && finish) r2nn_engine_finish(engine);
    while (count < most && r2nn_engine_poll(engine, &decisions[count])) {
      const r2nn_decision *decision = &decisions[count];
      assert_near((double)decision->scores[0] + (double)decision->scores[1], 1, 1e-6, "the sum of the scores");
      if (features) memcpy(features + (size_t)count * n_features, decision->features, n_features * sizeof *features);
      if (energies) memcpy(energies + (size_t)count * n_features, decision->energies, n_features * sizeof *energies);
      count++;
    }
  }
  assert_int_equal(r2nn_engine_faults(engine, true), 0);
  return count;
}

/* integral of f(v) dt from frame start to end. */
static double integral(const float *v, uint32_t width, uint32_t i, r2nn_energy energy, uint64_t start, uint64_t end) {
  double sum = 0;
  for (uint64_t t = start; t < end; t++) {
    double x = (double)v[t * width + i];
    sum += (energy == R2NN_ENERGY_SQUARE ? x * x : energy == R2NN_ENERGY_RECTIFY ? fabs(x) : x) / RATE;
  }
  return sum;
}

static void test_energies(void **state) {
  (void)state;
  enum { N = 8000 };
  r2nn_model *model = network(4, 2, 100, 3000, 10, 0.5, true, 1);
  float *in = new_noise(2 * N, 3), *v = voltages(model, RATE, in, N), features[64 * 4];
  double energies[64 * 4];
  r2nn_decision decisions[64];
  for (int energy = 0; energy < R2NN_N_ENERGIES; energy++)
    for (int kind = 0; kind < 4; kind++) {
      r2nn_readout readout = readout_of(kind == 0 ? R2NN_MODE_FILE : R2NN_MODE_WINDOW, 0.24,
                                        kind == 1   ? 0
                                        : kind == 2 ? 0.08
                                                    : 0.24);
      readout.energy = (r2nn_energy)energy;
      readout.scale = kind == 3 ? R2NN_SCALE_LOG : R2NN_SCALE_LINEAR;
      r2nn_engine *engine = engine_with(model, RATE, &readout);
      uint32_t n = decisions_of(engine, in, N, 2, 4, true, 64, decisions, features, energies);
      /* 8000 frames: 4 windows of 1920 and a rest of 320, too short; or one every 640 from 1920 on */
      assert_int_equal(n, kind == 0 ? 1 : kind == 2 ? 10 : 4);
      for (uint32_t k = 0; k < n; k++) {
        uint64_t hop = kind == 2 ? 640 : 1920;
        assert_int_equal(decisions[k].start, k * hop);
        assert_int_equal(decisions[k].end, kind == 0 ? N : k * hop + 1920);
        double duration = (double)(decisions[k].end - decisions[k].start) / RATE;
        for (uint32_t i = 0; i < 4; i++) {
          double wanted = integral(v, 4, i, readout.energy, decisions[k].start, decisions[k].end), power = wanted / duration;
          assert_near(energies[4 * k + i], wanted, 1e-10, "an energy");
          if (kind == 3) power = log(fmax(power, 0) + 1e-12);
          assert_near((double)features[4 * k + i], power, 1e-6 * (1 + fabs(power)), "a feature");
        }
        double level = fmax(integral(in, 2, 0, R2NN_ENERGY_SQUARE, decisions[k].start, decisions[k].end),
                            integral(in, 2, 1, R2NN_ENERGY_SQUARE, decisions[k].start, decisions[k].end));
        assert_near((double)decisions[k].level_db, 10 * log10(level / duration), 1e-3, "the level");
      }
      r2nn_engine_free(engine);
    }
  free(in);
  free(v);
  r2nn_model_free(model);
}

/* The loudest channel of a whole window, where each of its hops has another one. */
static void test_loudest(void **state) {
  (void)state;
  enum { N = 1600 };
  r2nn_model *model = network(2, 2, 100, 1000, 5, 0, false, 1);
  r2nn_readout readout = readout_of(R2NN_MODE_WINDOW, 0.2, 0.1);
  float *in = calloc(2 * N, sizeof *in);
  for (uint32_t t = 0; t < N; t++) in[2 * t + (t >= N / 2)] = 1;
  r2nn_engine *engine = engine_with(model, RATE, &readout);
  r2nn_decision decision;
  assert_int_equal(decisions_of(engine, in, N, 2, 2, false, 1, &decision, NULL, NULL), 1);
  assert_near((double)decision.level_db, 10 * log10(0.5), 1e-4, "the level");
  r2nn_engine_free(engine);
  free(in);
  r2nn_model_free(model);
}

/* A last window that is at least half full is decided; a shorter one is not. */
static void test_last_window(void **state) {
  (void)state;
  r2nn_model *model = follower(1e-6);
  float *in = new_noise(4000, 1);
  for (int hops = 1; hops <= 4; hops *= 4)
    for (uint32_t n = 100; n < 3000; n += 100) {
      r2nn_readout readout = readout_of(R2NN_MODE_WINDOW, 0.1, 0.1 / hops);
      r2nn_engine *engine = engine_with(model, RATE, &readout);
      r2nn_decision decisions[64];
      uint32_t hop = 800 / (uint32_t)hops, whole = n < 800 ? 0 : (n - 800) / hop + 1;
      uint32_t rest = hops == 1 ? n % 800 : n < 800 ? n : 0, count;
      bool more = 2 * rest >= 800;
      count = decisions_of(engine, in, n, 1, 1, true, 64, decisions, NULL, NULL);
      assert_int_equal(count, whole + more);
      if (more) {
        assert_int_equal(decisions[count - 1].end, n);
        assert_int_equal(decisions[count - 1].start, n - rest);
      }
      r2nn_engine_free(engine);
    }
  free(in);
  r2nn_model_free(model);
}

/* A leaky window tells the mean power from its first decision on (but for a latency of 8 frames), whatever the control rate, and
 * after a finish() too. */
static void test_leaky(void **state) {
  (void)state;
  enum { N = 16000 };
  for (int k = 0; k < 3; k++) {
    r2nn_model *model = follower(1e-6);
    model->stages[0].rate_hz = (double[]){0, 100, 25}[k];
    r2nn_readout readout = readout_of(R2NN_MODE_LEAKY, 0.2, 0.1);
    float *in = malloc(N * sizeof *in), features[64];
    for (uint32_t t = 0; t < N; t++) in[t] = 0.5f;
    r2nn_engine *engine = engine_with(checked(model), RATE, &readout);
    for (int again = 0; again < 2; again++) {
      r2nn_decision decisions[64];
      uint32_t n = decisions_of(engine, in, N, 1, 1, true, 64, decisions, features, NULL);
      assert_int_equal(n, 20);
      for (uint32_t i = 0; i < n; i++) {
        assert_near((double)features[i], 0.25, 3e-3, "the mean power");
        assert_near((double)decisions[i].level_db, 20 * log10(0.5), 1e-3, "the level");
      }
    }
    r2nn_engine_free(engine);
    free(in);
    r2nn_model_free(model);
  }
  /* and forgets with its time constant */
  r2nn_model *model = follower(1e-6);
  r2nn_readout readout = readout_of(R2NN_MODE_LEAKY, 0.2, 0.1);
  float *in = calloc(N, sizeof *in), features[64];
  for (uint32_t t = 0; t < N / 2; t++) in[t] = 1;
  r2nn_decision decisions[64];
  r2nn_engine *engine = engine_with(model, RATE, &readout);
  assert_int_equal(decisions_of(engine, in, N, 1, 1, true, 64, decisions, features, NULL), 20);
  for (uint32_t i = 10; i < 20; i++) assert_near((double)features[i], exp(-(i - 9.) / 2), 0.01, "what is left");
  r2nn_engine_free(engine);
  free(in);
  r2nn_model_free(model);
}

/* A 500 Hz tone of amplitude volts in frames from .. to-1. */
static void add_tone(float *in, uint32_t from, uint32_t to, double amplitude) {
  for (uint32_t t = from; t < to; t++) in[t] = (float)(amplitude * sin(2 * PI * 500 * (t - from) / RATE));
}

static void test_gate(void **state) {
  (void)state;
  enum { N = 40000 };
  r2nn_model *model = resonator(500, 5, 0.5);
  r2nn_readout readout = readout_of(R2NN_MODE_EVENT, 0, 0);
  r2nn_decision decisions[64];
  float *in = calloc(N, sizeof *in);
  double energies[64];
  add_tone(in, 2000, 6000, 0.5);     /* an event */
  add_tone(in, 6400, 8000, 0.5);     /* 50 ms later: the same one, by hang-over */
  add_tone(in, 12000, 12040, 0.5);   /* 5 ms, and 17 ms until the quick mean square has decayed: longer than min_s */
  add_tone(in, 16000, 20000, 0.012); /* -41.4 dB: below the gate */
  add_tone(in, 24000, 26000, 0.5);
  add_tone(in, 26000, 30000, 0.01); /* -43 dB: closed gates stay closed, but an open one stays open */
  add_tone(in, 38000, N, 0.5);      /* open at the end */
  readout.min_s = 0.01;
  r2nn_engine *engine = engine_with(model, RATE, &readout);
  uint32_t n = decisions_of(engine, in, N, 1, 1, true, 64, decisions, NULL, energies);
  assert_int_equal(n, 4);
  static const uint32_t starts[] = {2000, 12000, 24000, 38000}, ends[] = {8000, 12040, 30000, N};
  float *v = voltages(model, RATE, in, N);
  for (uint32_t k = 0; k < n; k++) {
    /* one minus e^-t over 10 ms of 0.125 reaches 1e-4 within two frames of a sine's rise; falls from 0.125 to 2.5e-5 in 8.5 of 16
     * frames */
    assert_true(decisions[k].start > starts[k] && decisions[k].start <= starts[k] + 12);
    double fall = k == 2 || k == 3 ? 20 : 150;
    assert_true(decisions[k].end >= ends[k] && decisions[k].end <= ends[k] + fall);
    double wanted = integral(v, 1, 0, R2NN_ENERGY_SQUARE, decisions[k].start, decisions[k].end); /* without the hang-over */
    assert_near(energies[k], wanted, 1e-9, "the event's energy");
  }
  assert_false(r2nn_engine_gate_open(engine));
  r2nn_engine_free(engine);
  readout.min_s = 0.2; /* now the short one is dropped */
  engine = engine_with(model, RATE, &readout);
  assert_int_equal(decisions_of(engine, in, N, 1, 1, true, 64, decisions, NULL, NULL), 3);
  r2nn_engine_free(engine);
  readout.gate_db = -45; /* and the soft one heard */
  engine = engine_with(model, RATE, &readout);
  assert_int_equal(decisions_of(engine, in, N, 1, 1, true, 64, decisions, NULL, NULL), 4);
  assert_true(decisions[1].start > 16000 && decisions[1].start < 16200);
  r2nn_engine_free(engine);
  free(in);
  free(v);
  r2nn_model_free(model);
}

/* A margin under the threshold is unknown, and one at it is not. */
static void test_unknown(void **state) {
  (void)state;
  r2nn_model *model = follower(1e-6);
  model->readout.scale = R2NN_SCALE_LINEAR;
  model->head.b1[0] = 0.5f; /* scores 0.62 and 0.38 */
  float in[100] = {0};
  for (int k = 0; k < 3; k++) {
    model->margin_threshold = (double[]){0.24, 0.25, 1}[k];
    r2nn_engine *engine = new_engine(checked(model), RATE);
    r2nn_decision decision;
    r2nn_engine_run(engine, in, 100);
    r2nn_engine_finish(engine);
    assert_true(r2nn_engine_poll(engine, &decision));
    assert_int_equal(decision.best_index, 0);
    assert_int_equal(decision.class_index, k == 0 ? 0 : -1);
    assert_near((double)decision.margin, tanh(0.25), 1e-6, "the margin");
    assert_near((double)decision.score, 1 / (1 + exp(-0.5)), 1e-6, "the score");
    r2nn_engine_free(engine);
  }
  r2nn_model_free(model);
}

static void test_heads(void **state) {
  (void)state;
  enum { IN = 7, HIDDEN = 5, OUT = 4 };
  uint64_t seed = 2;
  for (int kind = 0; kind < R2NN_HEAD_NPML; kind++) /* the physical ones: test_heads.c */
    for (int round = 0; round < 20; round++) {
      uint32_t n = kind == R2NN_HEAD_ENERGY ? OUT : IN;
      float x[IN], scores[OUT], scratch[HIDDEN];
      double z[OUT], sum = 0, hidden[HIDDEN];
      r2nn_head head = {0};
      assert_int_equal(r2nn_head_init(&head, (r2nn_head_kind)kind, n, kind == R2NN_HEAD_MLP ? HIDDEN : 0, OUT, NULL), R2NN_OK);
      head.sharpness = 1.5;
      for (uint32_t i = 0; i < n; i++) x[i] = (float)(4 * uniform(&seed) - 2);
      uint32_t rows = kind == R2NN_HEAD_MLP ? HIDDEN : OUT;
      for (uint32_t i = 0; head.w1 && i < rows * n; i++) head.w1[i] = (float)(2 * uniform(&seed) - 1);
      uint32_t n_b1 = kind == R2NN_HEAD_CENTROID ? n : rows;
      for (uint32_t i = 0; head.b1 && i < n_b1; i++) head.b1[i] = (float)(0.5 + uniform(&seed));
      for (uint32_t i = 0; head.w2 && i < OUT * HIDDEN; i++) head.w2[i] = (float)(2 * uniform(&seed) - 1);
      for (uint32_t i = 0; head.b2 && i < OUT; i++) head.b2[i] = (float)uniform(&seed);
      for (uint32_t k = 0; kind == R2NN_HEAD_MLP && k < HIDDEN; k++) {
        hidden[k] = (double)head.b1[k];
        for (uint32_t i = 0; i < n; i++) hidden[k] += (double)head.w1[k * n + i] * (double)x[i];
        hidden[k] = tanh(hidden[k]);
      }
      for (uint32_t k = 0; k < OUT; k++) {
        z[k] = kind == R2NN_HEAD_ENERGY ? 1.5 * (double)x[k] : kind == R2NN_HEAD_PERCEPTRON ? (double)head.b1[k] : 0;
        for (uint32_t i = 0; i < n && kind == R2NN_HEAD_PERCEPTRON; i++) z[k] += (double)head.w1[k * n + i] * (double)x[i];
        for (uint32_t i = 0; i < n && kind == R2NN_HEAD_CENTROID; i++)
          z[k] -= 0.75 * pow(((double)x[i] - (double)head.w1[k * n + i]) / (double)head.b1[i], 2);
        if (kind == R2NN_HEAD_MLP) z[k] = (double)head.b2[k];
        for (uint32_t i = 0; i < HIDDEN && kind == R2NN_HEAD_MLP; i++) z[k] += (double)head.w2[k * HIDDEN + i] * hidden[i];
        sum += exp(z[k]);
      }
      r2nn_head_scores(&head, x, scores, scratch);
      for (uint32_t k = 0; k < OUT; k++)
        assert_near((double)scores[k], exp(z[k]) / sum, 2e-6, r2nn_head_name((r2nn_head_kind)kind));
      r2nn_head_free(&head);
    }
}

/* Log energies without their mean: from -40 to +20 dB the features stay and so does the decision. */
static void test_level(void **state) {
  (void)state;
  enum { N = 8000 };
  r2nn_model *model = network(4, 1, 100, 3000, 10, 0.5, true, 1);
  r2nn_readout readout = readout_of(R2NN_MODE_FILE, 0, 0);
  readout.scale = R2NN_SCALE_LOG;
  readout.suppress_common = true;
  uint64_t seed = 4;
  for (uint32_t i = 0; i < 8; i++) model->head.w1[i] = (float)(2 * uniform(&seed) - 1);
  float *noise = new_noise(N, 3), *in = malloc(N * sizeof *in), features[4], wanted[4], score = 0;
  r2nn_engine *engine = engine_with(model, RATE, &readout);
  for (int db = -40; db <= 20; db += 10) {
    r2nn_decision decision;
    for (uint32_t t = 0; t < N; t++) in[t] = noise[t] * (float)pow(10, db / 20.);
    r2nn_engine_reset(engine);
    assert_int_equal(decisions_of(engine, in, N, 1, 4, true, 1, &decision, features, NULL), 1);
    if (db == -40) memcpy(wanted, features, sizeof wanted), score = decision.score;
    for (uint32_t i = 0; i < 4; i++) assert_near((double)features[i], (double)wanted[i], 1e-3, "a feature at another level");
    assert_near((double)decision.score, (double)score, 1e-3, "the score at another level");
  }
  r2nn_engine_free(engine);
  free(noise);
  free(in);
  r2nn_model_free(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_energies), cmocka_unit_test(test_loudest), cmocka_unit_test(test_last_window),
      cmocka_unit_test(test_leaky),    cmocka_unit_test(test_gate),    cmocka_unit_test(test_unknown),
      cmocka_unit_test(test_heads),    cmocka_unit_test(test_level),
  };
  return cmocka_run_group_tests_name("readout", tests, NULL, NULL);
}
