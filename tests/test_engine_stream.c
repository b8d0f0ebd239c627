/* The engine as a stream: the same bits whatever the blocks, hostile input, faults, the caller's float mode, and what cannot be
 * made.
 *
 * ctest-labels: physics */
#include "networks.h"

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

enum { CHANNELS = 2, FEATURES = 4, FRAMES = 24000 };
#define RATE 8000.0

/* Three stages at falling rates, with laws that follow one another from first, low-passes and common-mode removal; modes in float
 * and double, a part that is dense, and latency. */
static r2nn_model *cascade(uint32_t first) {
  r2nn_model *model = r2nn_model_new(CHANNELS, 3, 3);
  uint64_t seed = 5;
  for (uint32_t s = 0; s < 3; s++) {
    double rate = (double[]){RATE, 1000, 200}[s];
    r2nn_model *source =
        network(s == 0 ? 40 : 5 + s, s == 0 ? CHANNELS : FEATURES, 0.002 * rate, 0.3 * rate, s == 2 ? 0.7 : 30, 0.5, true, s);
    model->stages[s] = source->stages[0];
    memset(source->stages, 0, sizeof *source->stages);
    r2nn_model_free(source);
    model->stages[s].law = (r2nn_law)((first + s) % R2NN_N_LAWS);
    model->stages[s].law_scale_v = 0.01;
    model->stages[s].smooth_s = s == 1 ? 0 : 0.02;
    model->stages[s].rate_hz = s == 0 ? 1000 : s == 1 ? 190 : 0;
    model->stages[s].suppress_common = s == 1;
  }
  for (uint32_t k = 0; k < 3; k++) model->classes[k] = strdup((char[2]){(char)('a' + k), 0});
  assert_int_equal(r2nn_head_init(&model->head, R2NN_HEAD_PERCEPTRON, FEATURES, 0, 3, NULL), R2NN_OK);
  for (uint32_t i = 0; i < 3 * FEATURES; i++) model->head.w1[i] = (float)(2 * uniform(&seed) - 1);
  model->readout.hang_s = 0.05;
  return checked(model);
}

/* Noise that comes and goes, with an offset and a few samples that are no numbers. */
static float *bursts(void) {
  float *in = new_noise(FRAMES * CHANNELS, 9);
  for (uint32_t t = 0; t < FRAMES; t++)
    for (uint32_t c = 0; c < CHANNELS; c++) {
      float *x = &in[t * CHANNELS + c];
      *x = (t / 2500 % 2 ? *x : 1e-4f * *x) + 0.25f;
      if (t % 7001 == 7000) *x = c ? NAN : INFINITY;
    }
  return in;
}

/* All that an engine gave. */
typedef struct record {
  float *nodes; /* [FRAMES][FEATURES] */
  uint32_t n;
  r2nn_decision decisions[512];
  float scores[512][3], features[512][FEATURES];
  double energies[512][FEATURES];
} record;

static void take_decisions(r2nn_engine *engine, record *made) {
  r2nn_decision decision;
  while (r2nn_engine_poll(engine, &decision)) {
    assert_true(made->n < 512);
    memcpy(made->scores[made->n], decision.scores, sizeof made->scores[0]);
    memcpy(made->features[made->n], decision.features, sizeof made->features[0]);
    memcpy(made->energies[made->n], decision.energies, sizeof made->energies[0]);
    decision.scores = decision.features = NULL;
    decision.energies = NULL;
    made->decisions[made->n++] = decision;
  }
}

/* Run everything in blocks of block frames, or of random ones if 0; drain, finish. */
static record *run_all(r2nn_engine *engine, const float *in, uint32_t block, uint64_t seed) {
  record *made = calloc(1, sizeof *made);
  made->nodes = malloc((size_t)FRAMES * FEATURES * sizeof *made->nodes);
  for (uint32_t at = 0; at < FRAMES;) {
    uint32_t n = block ? block : (uint32_t)(300 * pow(uniform(&seed), 3));
    if (n > FRAMES - at) n = FRAMES - at;
    r2nn_engine_run_nodes(engine, in + (size_t)at * CHANNELS, made->nodes + (size_t)at * FEATURES, n);
    at += n;
    take_decisions(engine, made);
  }
  for (uint32_t left = 3000; left;) {
    uint32_t n = block && block < left ? block : left;
    r2nn_engine_drain(engine, n);
    left -= n;
  }
  r2nn_engine_finish(engine);
  take_decisions(engine, made);
  assert_int_equal(r2nn_engine_faults(engine, true), R2NN_FAULT_INPUT);
  return made;
}

static void record_free(record *made) {
  free(made->nodes);
  free(made);
}

static void assert_same(const record *a, const record *b) {
  assert_memory_equal(a->nodes, b->nodes, (size_t)FRAMES * FEATURES * sizeof *a->nodes);
  assert_int_equal(a->n, b->n);
  for (uint32_t k = 0; k < a->n; k++) {
    const r2nn_decision *x = &a->decisions[k], *y = &b->decisions[k];
    assert_true(x->start == y->start && x->end == y->end && x->class_index == y->class_index && x->best_index == y->best_index);
    assert_true(x->score == y->score && x->margin == y->margin && x->level_db == y->level_db);
  }
  assert_memory_equal(a->scores, b->scores, sizeof a->scores);
  assert_memory_equal(a->features, b->features, sizeof a->features);
  assert_memory_equal(a->energies, b->energies, sizeof a->energies);
}

static void test_blocks(void **state) {
  (void)state;
  float *in = bursts();
  static const uint32_t blocks[] = {1, 7, 64, 4096, 0, 0};
  for (uint32_t kind = 0; kind < 5; kind++)
    for (uint32_t law = kind % 2; law < R2NN_N_LAWS; law += 2) {
      r2nn_model *model = cascade(law);
      r2nn_readout readout = model->readout;
      readout.mode = kind == 4 ? R2NN_MODE_WINDOW : (r2nn_mode)kind;
      readout.window_s = 0.11;
      readout.hop_s = kind == 4 ? 0.05 : kind == R2NN_MODE_LEAKY ? 0.03 : 0;
      r2nn_engine *engine = engine_with(model, RATE, &readout);
      record *whole = run_all(engine, in, FRAMES / 16, 0);
      assert_true(whole->n >= (kind == R2NN_MODE_FILE ? 1 : 4));
      for (int k = 0; k < 6; k++) { /* and reset is as good as new */
        r2nn_engine *fresh = k % 2 ? engine_with(model, RATE, &readout) : NULL;
        if (!fresh) r2nn_engine_reset(engine);
        record *made = run_all(fresh ? fresh : engine, in, blocks[k], (uint64_t)k);
        assert_same(whole, made);
        record_free(made);
        r2nn_engine_free(fresh);
      }
      record_free(whole);
      r2nn_engine_free(engine);
      r2nn_model_free(model);
    }
  free(in);
}

/* The decision of a file, all finite, and the faults it raised. */
static uint32_t hostile_run(const r2nn_model *model, const float *in, uint32_t n) {
  r2nn_engine *engine = new_engine(model, RATE);
  uint32_t width = model->stages[0].n_outputs;
  float *out = malloc((size_t)n * width * sizeof *out);
  r2nn_engine_run_nodes(engine, in, out, n);
  r2nn_engine_finish(engine);
  for (uint32_t i = 0; i < n * width; i++) assert_true(isfinite(out[i]));
  r2nn_decision decision;
  while (r2nn_engine_poll(engine, &decision)) {
    assert_true(isfinite(decision.level_db) && isfinite(decision.margin) && decision.score >= 0 && decision.score <= 1);
    for (uint32_t i = 0; i < model->head.n_features; i++)
      assert_true(isfinite(decision.features[i]) && isfinite(decision.energies[i]));
  }
  uint32_t faults = r2nn_engine_faults(engine, true);
  assert_int_equal(r2nn_engine_faults(engine, false), 0);
  r2nn_engine_free(engine);
  free(out);
  return faults;
}

static void test_hostile(void **state) {
  (void)state;
  enum { N = 4000 };
  static const struct {
    float value;
    uint32_t faults;
  } cases[] = {{NAN, R2NN_FAULT_INPUT},
               {INFINITY, R2NN_FAULT_INPUT},
               {-INFINITY, R2NN_FAULT_INPUT},
               {1e38f, R2NN_FAULT_INPUT},
               {-1e7f, R2NN_FAULT_INPUT},
               {1e6f, 0},
               {1e-42f, 0},
               {0, 0}};
  float *in = malloc(N * CHANNELS * sizeof *in);
  for (uint32_t law = 0; law < R2NN_N_LAWS; law++)
    for (int scale = 0; scale < 3; scale++)
      for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        r2nn_model *model = cascade(law);
        for (uint32_t s = 0; s < 3; s++) {
          model->stages[s].law_scale_v = (double[]){1, 1e-30, 1e-300}[scale];
          if (law == R2NN_LAW_SQUARE) model->stages[s].law = R2NN_LAW_SQUARE;
        }
        model->remove_mean = scale == 1;
        model->readout.mode = R2NN_MODE_FILE;
        model->readout.scale = scale ? R2NN_SCALE_LINEAR : R2NN_SCALE_LOG;
        model->readout.floor = scale ? 1e-12 : 1e-310;
        for (uint32_t i = 0; i < N * CHANNELS; i++) in[i] = i % 5 < 3 ? cases[k].value : -cases[k].value;
        assert_int_equal(hostile_run(checked(model), in, N), cases[k].faults);
        r2nn_model_free(model);
      }
  free(in);
}

/* A sample that is no number is a 0, and nothing more comes of it. */
static void test_recovery(void **state) {
  (void)state;
  enum { N = 3000 };
  r2nn_model *model = network(12, 1, 50, 3900, 20, 0.5, true, 8);
  float *dirty = new_noise(N, 1), *clean = malloc(N * sizeof *clean);
  for (uint32_t t = 0; t < N; t++) {
    if (t % 97 == 13) dirty[t] = t % 2 ? NAN : -INFINITY;
    clean[t] = isfinite(dirty[t]) ? dirty[t] : 0;
  }
  float *of_dirty = voltages(model, RATE, dirty, N), *of_clean = voltages(model, RATE, clean, N);
  assert_memory_equal(of_dirty, of_clean, N * 4 * sizeof *of_clean);
  assert_int_equal(hostile_run(model, dirty, 13), 0);
  assert_int_equal(hostile_run(model, dirty, 14), R2NN_FAULT_INPUT);
  free(dirty), free(clean), free(of_dirty), free(of_clean);
  r2nn_model_free(model);
}

/* After a burst, silence for long: exact zeros in the end, no denormal numbers on the way, and the caller's float mode as it was.
 */
static void test_silence(void **state) {
  (void)state;
  enum { N = 160000 };
  r2nn_model *model = network(12, 1, 200, 3900, 20, 0.5, true, 8);
  float *in = calloc(N, sizeof *in);
  in[0] = 1;
#if defined(__SSE__)
  unsigned modes[] = {_mm_getcsr(), _mm_getcsr() | 0x8040u, _mm_getcsr() ^ 0x2000u};
  unsigned mine = _mm_getcsr();
  r2nn_engine *engine = new_engine(model, RATE);
  for (int k = 0; k < 3; k++) {
    _mm_setcsr(modes[k]);
    r2nn_engine_run(engine, in, 100);
    assert_int_equal(_mm_getcsr() & ~0x3fu, modes[k] & ~0x3fu);
    r2nn_engine_drain(engine, 100);
    assert_int_equal(_mm_getcsr() & ~0x3fu, modes[k] & ~0x3fu);
  }
  _mm_setcsr(mine);
  r2nn_engine_free(engine);
#endif
  float *out = voltages(model, RATE, in, N);
  for (uint32_t i = 0; i < N * 4; i++) assert_true(out[i] == 0 || fabsf(out[i]) >= 1.17549435e-38f);
  for (uint32_t i = (N - 100) * 4; i < N * 4; i++) assert_true(out[i] == 0);
  free(in);
  free(out);
  r2nn_model_free(model);
}

/* Decisions that nobody takes are lost, with a fault; blocks of max_frames and a poll after each lose none. */
static void test_overflow(void **state) {
  (void)state;
  enum { N = 60000 };
  r2nn_model *model = follower(1e-3);
  float *in = calloc(N, sizeof *in);
  for (int mode = 0; mode < 3; mode++) {
    r2nn_readout readout = model->readout;
    readout.mode = (r2nn_mode)mode;
    readout.window_s = readout.hop_s = 10 / RATE;
    readout.hang_s = 4 / RATE;
    readout.min_s = 0;
    readout.gate_db = -6;
    readout.above_db = 0; /* pulses that never end are noise otherwise */
    for (uint32_t t = 0; t < N && mode == R2NN_MODE_EVENT; t++) in[t] = t % 400 < 40 ? 1 : 0;
    r2nn_engine *engine = engine_with(model, RATE, &readout);
    r2nn_decision decision;
    uint32_t n = 0, most = r2nn_engine_max_frames(engine), wanted = mode == R2NN_MODE_EVENT ? 150 : N / 10;
    r2nn_engine_run(engine, in, 5); /* not in step with the hops */
    for (uint32_t at = 5; at < N; at += most) {
      r2nn_engine_run(engine, in + at, N - at < most ? N - at : most);
      while (r2nn_engine_poll(engine, &decision)) n++;
    }
    assert_int_equal(r2nn_engine_faults(engine, true), 0);
    assert_int_equal(n, wanted);
    r2nn_engine_reset(engine);
    r2nn_engine_run(engine, in, N);
    assert_int_equal(r2nn_engine_faults(engine, false), R2NN_FAULT_OVERFLOW);
    for (n = 0; r2nn_engine_poll(engine, &decision); n++) assert_true(decision.end <= 64 * (mode == R2NN_MODE_EVENT ? 400 : 10));
    assert_int_equal(n, R2NN_DECISION_QUEUE);
    r2nn_engine_free(engine);
  }
  free(in);
  r2nn_model_free(model);
}

/* A drained network rings out without a step, whatever offset the input had; its energies meet those of zeros after the coupling.
 */
static void test_drain(void **state) {
  (void)state;
  enum { N = 16000, TAIL = 4000 };
  r2nn_model *model = network(4, 1, 100, 2000, 30, 0.5, false, 1);
  float *in = malloc(N * sizeof *in), *zero = calloc(N + TAIL, sizeof *zero);
  for (uint32_t t = 0; t < N; t++) in[t] = 5 + (t < 100 ? (float)sin(t) : 0);
  model->remove_mean = true;
  model->readout.scale = R2NN_SCALE_LINEAR;
  double energies[2][4];
  for (int run = 0; run < 2; run++) { /* the first is drained, the second hears the offset taken away by hand */
    r2nn_engine *engine = new_engine(checked(model), RATE);
    r2nn_decision decision;
    for (uint32_t t = 0; t < N; t++) zero[t] = in[t] - 5;
    r2nn_engine_run(engine, run ? zero : in, N);
    if (run)
      r2nn_engine_run(engine, zero + N, TAIL);
    else
      r2nn_engine_drain(engine, TAIL);
    r2nn_engine_finish(engine);
    assert_true(r2nn_engine_poll(engine, &decision));
    assert_int_equal(decision.end, run ? N + TAIL : N);
    memcpy(energies[run], decision.energies, sizeof energies[run]);
    r2nn_engine_free(engine);
  }
  for (uint32_t i = 0; i < 4; i++) assert_near(energies[0][i], energies[1][i], 1e-3 * energies[1][i], "the energy rung out");
  free(in);
  free(zero);
  r2nn_model_free(model);
}

/* The tail is that of the slowest mode, also where eigenvectors are nearly defective: e^(-t w/2q) at -60 dB. */
static void test_tail(void **state) {
  (void)state;
  static const double qualities[] = {50, 0.5};
  for (int k = 0; k < 2; k++) {
    r2nn_model *model = resonator(100, qualities[k], 0.1);
    r2nn_engine *engine = new_engine(model, RATE);
    double frames = log(1000) * 2 * qualities[k] / (2 * PI * 100) * RATE;
    assert_near(r2nn_engine_tail(engine, 10), frames, 1e-6 * frames + 1, "the tail");
    assert_int_equal(r2nn_engine_tail(engine, 0.001), 8);
    r2nn_engine_free(engine);
    r2nn_model_free(model);
  }
}

static void refuse(const r2nn_model *model, double rate, const r2nn_readout *readout, r2nn_status wanted, const char *message) {
  r2nn_engine_def def = r2nn_engine_def_default(model, rate);
  r2nn_engine *engine = (r2nn_engine *)&def;
  r2nn_error error = {""};
  if (readout) def.readout = *readout;
  assert_int_equal(r2nn_engine_new(model, &def, &engine, &error), wanted);
  assert_null(engine);
  assert_string_equal(error.text, message);
}

static void test_refusals(void **state) {
  (void)state;
  r2nn_model *model = follower(1e-3);
  r2nn_readout readout = model->readout;
  refuse(model, 19.9, NULL, R2NN_BAD_ARGUMENT, "sample rate 19.9 Hz: must be 20 to 384000 Hz");
  refuse(model, 400000, NULL, R2NN_BAD_ARGUMENT, "sample rate 400000 Hz: must be 20 to 384000 Hz");
  refuse(model, (double)NAN, NULL, R2NN_BAD_ARGUMENT, "sample rate nan Hz: must be 20 to 384000 Hz");
  readout.mode = R2NN_MODE_WINDOW;
  refuse(model, 8000, &readout, R2NN_BAD_ARGUMENT, "window: must be above 0 and below 1e6 s, is 0");
  readout.mode = R2NN_MODE_LEAKY;
  readout.window_s = 1;
  readout.hop_s = 1e-4;
  refuse(model, 8000, &readout, R2NN_BAD_ARGUMENT,
         "hop: must be from a thousandth of the window to the window, is 0.0001 s of 1 s");
  r2nn_model_free(model);

  model = cascade(0);
  for (uint32_t i = 0; i < model->stages[1].n_nodes; i++) model->stages[1].nodes[i].c = 0;
  for (uint32_t i = 0; i < model->stages[1].n_nodes; i++) model->stages[1].nodes[i].d = i == 2 ? 1e-12 : 1e-10;
  r2nn_engine_def def = r2nn_engine_def_default(model, RATE);
  r2nn_engine *engine;
  r2nn_error error = {""};
  assert_int_equal(r2nn_engine_new(model, &def, &engine, &error), R2NN_UNSTABLE);
  assert_non_null(strstr(error.text, "stages[1].nodes["));
  assert_non_null(strstr(error.text, "Hz is undamped; give the node a capacitor"));
  model->stages[1].nodes[2].g = -1; /* a model that nobody checked */
  assert_int_equal(r2nn_engine_new(model, &def, &engine, &error), R2NN_UNSTABLE);
  assert_non_null(strstr(error.text, "stages[1].nodes[2]: its conductances must add up to more than 0 S"));
  r2nn_model_free(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_blocks),  cmocka_unit_test(test_hostile),  cmocka_unit_test(test_recovery),
      cmocka_unit_test(test_silence), cmocka_unit_test(test_overflow), cmocka_unit_test(test_drain),
      cmocka_unit_test(test_tail),    cmocka_unit_test(test_refusals),
  };
  return cmocka_run_group_tests_name("engine stream", tests, NULL, NULL);
}
