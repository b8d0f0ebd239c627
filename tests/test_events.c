/* Events: where the gate finds them in noise, what noise it lets pass, and what a decision depends on (system.md §4).
 *
 * ctest-labels: physics
 * ctest-timeout: 300 */
#include "sound.h"

enum { MOST = 256 };

/* The decisions of a stream. */
typedef struct events {
  uint32_t n;
  r2nn_decision of[MOST];
  double energies[MOST][4];
  float features[MOST][4];
} events;

static void take(r2nn_engine *engine, events *made) {
  r2nn_decision decision;
  while (r2nn_engine_poll(engine, &decision)) {
    assert_true(made->n < MOST);
    memcpy(made->energies[made->n], decision.energies, sizeof(double));
    memcpy(made->features[made->n], decision.features, sizeof(float));
    decision.energies = NULL;
    decision.features = decision.scores = NULL;
    made->of[made->n++] = decision;
  }
}

/* The decisions on in [n], in blocks of block frames; an event that is open at the end is decided then. */
static events *events_of(const r2nn_model *model, double rate, const r2nn_readout *readout, const float *in, size_t n,
                         uint32_t block) {
  events *made = calloc(1, sizeof *made);
  r2nn_engine *engine = engine_with(model, rate, readout);
  for (size_t at = 0; at < n; at += block) {
    r2nn_engine_run(engine, in + at, n - at < block ? (uint32_t)(n - at) : block);
    take(engine, made);
  }
  r2nn_engine_finish(engine);
  take(engine, made);
  r2nn_engine_free(engine);
  return made;
}

/* Raise x from from_s to to_s by db. */
static void raise(float *x, double rate, double from_s, double to_s, double db) {
  for (size_t t = (size_t)(from_s * rate); t < (size_t)(to_s * rate); t++) x[t] *= volts(db);
}

/* A follower that decides on events. */
static r2nn_model *listener(void) {
  r2nn_model *model = follower(1e-6);
  model->readout.mode = R2NN_MODE_EVENT;
  model->readout.scale = R2NN_SCALE_LINEAR;
  return model;
}

/* Two bursts, 35 dB above noise that is there from the first sample, and one that is there before any noise. At 20 Hz a level takes
 * 4 frames to be told, and a fall of 31 dB seven times as long. */
static void test_bursts(void **state) {
  (void)state;
  static const struct {
    double rate, unit_s, early_s, late_s;
  } cases[] = {{20, 20, 0.2, 2}, {8000, 1, 0.02, 0.02}, {48000, 1, 0.02, 0.02}, {384000, 1, 0.02, 0.02}};
  r2nn_model *model = listener();
  for (int k = 0; k < 4; k++)
    for (int first = 0; first < 2; first++) {
      double rate = cases[k].rate, s = cases[k].unit_s, noise_db = first ? -110 : -50;
      size_t n = (size_t)(3 * s * rate);
      float *in = new_gauss(n, rate, false, 3);
      scale(in, n, noise_db);
      double starts[] = {first ? 0 : 0.5 * s, 1.6 * s}, ends[] = {0.9 * s, 2.1 * s};
      for (int i = 0; i < 2; i++) raise(in, rate, starts[i], ends[i], -15 - noise_db);
      events *made = events_of(model, rate, NULL, in, n, 4096);
      assert_int_equal(made->n, 2);
      for (int i = 0; i < 2; i++) {
        assert_near((double)made->of[i].start / rate, starts[i], cases[k].early_s, "the start");
        assert_near((double)made->of[i].end / rate, ends[i], cases[k].late_s * (first ? 1.5 : 1), "the end");
        assert_near((double)made->of[i].level_db, -15, k ? 0.5 : 2, "the level");
      }
      free(made);
      free(in);
    }
  r2nn_model_free(model);
}

/* Noise that grows by 20 dB in 20 s, and falls again, is no event. */
static void test_slow_noise(void **state) {
  (void)state;
  static const double rates[] = {20, 8000, 48000};
  r2nn_model *model = listener();
  for (int k = 0; k < 3; k++) {
    size_t n = (size_t)(45 * rates[k]);
    float *in = new_gauss(n, rates[k], false, 4);
    for (size_t t = 0; t < n; t++) in[t] *= volts(-50 + fmax(0, 20 - fabs((double)t / rates[k] - 22)));
    events *made = events_of(model, rates[k], NULL, in, n, 4096);
    assert_int_equal(made->n, 0);
    free(made);
    free(in);
  }
  r2nn_model_free(model);
}

/* A stream that begins with noise above the gate: the sounds after it are events, with their ends, and the noise is none. A sound
 * from the first sample on ends a little late. */
static void test_beginning(void **state) {
  (void)state;
  static const double rates[] = {20, 8000, 48000}, unit_s[] = {20, 1, 1};
  r2nn_model *model = listener();
  model->readout.gate_db = -70;
  for (int k = 0; k < 3; k++)
    for (int first = 0; first < 2; first++) {
      double rate = rates[k], s = unit_s[k], late = k ? 0.02 : 2;
      size_t n = (size_t)(4 * s * rate);
      float *in = new_gauss(n, rate, false, 3);
      scale(in, n, -50);
      double starts[] = {first ? 0 : 0.5 * s, 1.6 * s, 2.8 * s}, ends[] = {0.9 * s, 2.1 * s, 3.3 * s};
      for (int i = 0; i < 3; i++) raise(in, rate, starts[i], ends[i], 30);
      events *made = events_of(model, rate, NULL, in, n, 4096);
      assert_int_equal(made->n, 3);
      for (uint32_t i = 0; i < made->n; i++) {
        assert_near((double)made->of[i].start / rate, starts[i], late, "a start");
        assert_near((double)made->of[i].end / rate, ends[i], i == 0 && first ? 0.4 * s : late, "an end");
      }
      free(made);
      free(in);
    }
  r2nn_model_free(model);
}

/* A machine switched on 20 dB above the floor is one event, which ends when the floor has risen by the 16 dB that are missing, by
 * 1 dB/s; noise of the level from the first sample on likewise; and then it is quiet. */
static void test_step(void **state) {
  (void)state;
  static const double rates[] = {20, 8000, 48000};
  r2nn_model *model = listener();
  for (int k = 0; k < 3; k++)
    for (double before_s = 0; before_s <= 5; before_s += 5) {
      size_t n = (size_t)(60 * rates[k]);
      float *in = new_gauss(n, rates[k], false, 5);
      scale(in, n, -50);
      raise(in, rates[k], before_s, 60, 20);
      events *made = events_of(model, rates[k], NULL, in, n, 4096);
      assert_int_equal(made->n, before_s > 0); /* what is there from the start is noise */
      if (made->n) assert_near((double)made->of[0].start / rates[k], before_s, k ? 0.02 : 0.5, "the start");
      if (made->n) assert_near((double)(made->of[0].end - made->of[0].start) / rates[k], 17, k ? 2.5 : 7, "how long it took");
      free(made);
      free(in);
    }
  /* with the fixed gate it never ends */
  model->readout.above_db = 0;
  float *in = new_gauss(480000, 8000, false, 5);
  scale(in, 480000, -30);
  events *made = events_of(model, 8000, NULL, in, 480000, 4096);
  assert_int_equal(made->n, 1);
  assert_int_equal(made->of[0].end, 480000);
  free(made);
  free(in);
  r2nn_model_free(model);
}

/* Ten minutes of noise, AC-coupled, at several levels: the one that is there from the first sample, and less than one a minute. */
static void test_false_alarms(void **state) {
  (void)state;
  static const double rates[] = {20, 100, 1000, 8000};
  r2nn_model *model = listener();
  model->readout.min_s = 0;
  model->remove_mean = true;
  for (int k = 0; k < (is_reduced() ? 2 : 4); k++)
    for (int pink = 0; pink < 2; pink++) {
      size_t n = (size_t)(600 * rates[k]);
      float *in = new_gauss(n, rates[k], pink, 6);
      scale(in, n, -60);
      for (int db = -60; db <= 0; db += 20) {
        events *made = events_of(model, rates[k], NULL, in, n, 4096);
        if (made->n >= 10) fail_msg("%u events in %s noise of %d dB at %g Hz", made->n, pink ? "pink" : "white", db, rates[k]);
        if (db == -60) assert_int_equal(made->n, 0);
        free(made);
        scale(in, n, 20);
      }
      free(in);
    }
  r2nn_model_free(model);
}

/* What rings in the hang-over leaves no trace: an event is the same to the bit for any hang-over that holds it together. */
static void test_hang(void **state) {
  (void)state;
  enum { N = 16000 };
  r2nn_model *model = resonator(300, 40, 0.5); /* rings for 0.3 s */
  model->readout.mode = R2NN_MODE_EVENT;
  float *in = new_gauss(N, 8000, false, 7);
  scale(in, N, -90);
  raise(in, 8000, 0.2, 0.5, 70);
  raise(in, 8000, 0.55, 0.8, 70); /* after 50 ms: the same event, with what rang in between */
  events *made[3];
  for (int k = 0; k < 3; k++) {
    r2nn_readout readout = model->readout;
    readout.hang_s = (double[]){0.1, 0.4, 0.01}[k];
    made[k] = events_of(model, 8000, &readout, in, N, 4096);
    assert_int_equal(made[k]->n, k == 2 ? 2 : 1);
  }
  const r2nn_decision *a = &made[0]->of[0], *b = &made[1]->of[0];
  assert_true(a->start == b->start && a->end == b->end && a->level_db == b->level_db && a->margin == b->margin);
  assert_true(made[0]->energies[0][0] == made[1]->energies[0][0] && made[0]->features[0][0] == made[1]->features[0][0]);
  assert_near((double)a->end / 8000, 0.8, 0.02, "the end");
  float *v = voltages(model, 8000, in, N);
  double wanted = 0;
  for (uint64_t t = a->start; t < a->end; t++) wanted += (double)v[t] * (double)v[t] / 8000;
  /* remove_mean is off in the resonator, so the nodes are those of a plain run */
  assert_near(made[0]->energies[0][0], wanted, 1e-9 * wanted, "the energy");
  for (int k = 0; k < 3; k++) free(made[k]);
  free(v);
  free(in);
  r2nn_model_free(model);
}

/* Decided once, at the very frame; at the end of an event that is shorter. */
static void test_decide(void **state) {
  (void)state;
  static const double rates[] = {20, 8000, 48000};
  r2nn_model *model = listener();
  for (int k = 0; k < 3; k++) {
    double rate = rates[k], s = k ? 1 : 40;
    size_t n = (size_t)(3 * s * rate);
    float *in = new_gauss(n, rate, false, 8);
    scale(in, n, -90);
    raise(in, rate, 0.2 * s, 0.9 * s, 70);
    raise(in, rate, 1.6 * s, 1.7 * s, 70);
    r2nn_readout readout = model->readout;
    readout.decide_s = 0.25 * s;
    events *made = events_of(model, rate, &readout, in, n, 33);
    assert_int_equal(made->n, 2);
    uint64_t decide = (uint64_t)(0.25 * s * rate), at = made->of[0].start + decide;
    assert_int_equal(made->of[0].end, at);
    assert_near((double)made->of[1].end / rate, 1.7 * s, k ? 0.02 : 3.5, "the end of the short one");
    r2nn_engine *engine = engine_with(model, rate, &readout);
    r2nn_decision decision;
    r2nn_engine_run(engine, in, (uint32_t)at - 1);
    assert_false(r2nn_engine_poll(engine, &decision));
    r2nn_engine_run(engine, in + at - 1, 1);
    assert_true(r2nn_engine_poll(engine, &decision));
    r2nn_engine_finish(engine);
    assert_false(r2nn_engine_poll(engine, &decision));
    r2nn_engine_free(engine);
    free(made);
    free(in);
  }
  r2nn_model_free(model);
}

/* Too short is nothing, too long is unknown; a decision in time does not know of it. */
static void test_lengths(void **state) {
  (void)state;
  enum { N = 24000 };
  r2nn_model *model = listener();
  float *in = new_gauss(N, 8000, false, 9);
  scale(in, N, -90);
  raise(in, 8000, 0.5, 0.51, 70);
  raise(in, 8000, 1, 1.2, 70);
  raise(in, 8000, 2, 2.5, 70);
  r2nn_readout readout = model->readout;
  static const uint32_t ns[] = {3, 2, 2, 1, 2};
  for (int k = 0; k < 5; k++) {
    readout.min_s = (double[]){0, 0.05, 0.05, 0.3, 0.05}[k];
    readout.max_s = (double[]){0, 0, 0.3, 0.6, 0.3}[k];
    readout.decide_s = k == 4 ? 0.02 : 0; /* not before min_s */
    events *made = events_of(model, 8000, &readout, in, N, 4096);
    assert_int_equal(made->n, ns[k]);
    const r2nn_decision *last = &made->of[made->n - 1];
    assert_int_equal(last->unknown, k == 2 ? R2NN_UNKNOWN_LENGTH : R2NN_UNKNOWN_NOT);
    assert_int_equal(last->class_index, k == 2 ? -1 : 0);
    assert_int_equal(last->best_index, 0);
    if (k == 4) assert_int_equal(last->end - last->start, 400);
    free(made);
  }
  free(in);
  r2nn_model_free(model);
}

/* The distance by its formula, its part in the decision, and its way through a file. */
static void test_novelty(void **state) {
  (void)state;
  enum { N = 8000 };
  r2nn_model *model = network(4, 1, 100, 3000, 10, 0.5, true, 1);
  r2nn_novelty *novelty = &model->novelty;
  assert_int_equal(r2nn_novelty_init(novelty, 4, 2, NULL), R2NN_OK);
  model->readout.mode = R2NN_MODE_WINDOW;
  model->readout.window_s = 1;
  uint64_t seed = 3;
  for (int i = 0; i < 8; i++) novelty->means[i] = (float)(-6 + 2 * uniform(&seed));
  for (int i = 0; i < 4; i++) novelty->spread[i] = (float)(0.5 + uniform(&seed));
  float *in = new_noise(N, 3), x[4];
  double least = HUGE_VAL;
  for (int k = 0; k < 4; k++) {
    r2nn_engine *engine;
    r2nn_decision decision;
    novelty->limit = k == 0 ? 0 : k == 1 ? least * 1.001 : least * 0.999;
    model->margin_threshold = k == 3;
    engine = new_engine(checked(model), 8000);
    r2nn_engine_run(engine, in, N);
    r2nn_engine_finish(engine);
    assert_true(r2nn_engine_poll(engine, &decision));
    memcpy(x, decision.features, sizeof x);
    for (int c = 0; c < 2 && k == 0; c++) {
      double sum = 0;
      for (int i = 0; i < 4; i++)
        sum += pow(((double)x[i] - (double)novelty->means[4 * c + i]) / (double)novelty->spread[i], 2) / 4;
      least = fmin(least, sqrt(sum));
    }
    assert_near((double)r2nn_novelty_distance(novelty, x), least, 1e-6 * least, "the distance");
    assert_near((double)decision.distance, k ? least : 0, 1e-6 * least, "the decision's distance");
    assert_int_equal(decision.class_index, k < 2 ? decision.best_index : -1);
    assert_int_equal(decision.unknown, k < 2 ? R2NN_UNKNOWN_NOT : R2NN_UNKNOWN_NOVELTY);
    r2nn_engine_free(engine);

    /* A file is known to be one of the classes: the distance is told, not judged. */
    r2nn_engine_def def = r2nn_engine_def_default(model, 8000);
    def.readout.mode = R2NN_MODE_FILE;
    assert_int_equal(r2nn_engine_new(model, &def, &engine, NULL), R2NN_OK);
    r2nn_engine_run(engine, in, N);
    r2nn_engine_finish(engine);
    assert_true(r2nn_engine_poll(engine, &decision));
    assert_near((double)decision.distance, k ? least : 0, 1e-4 * least, "a file's distance");
    assert_int_equal(decision.unknown, k < 3 ? R2NN_UNKNOWN_NOT : R2NN_UNKNOWN_MARGIN);
    r2nn_engine_free(engine);
  }
  x[0] = 3e38f, novelty->spread[0] = 1e-30f;
  assert_true(isfinite(r2nn_novelty_distance(novelty, x)));

  r2nn_error error = {""};
  novelty->n_classes = 1;
  assert_int_equal(r2nn_model_check(model, &error), R2NN_BAD_MODEL);
  assert_string_equal(error.text, "decision.novelty: is for 4 outputs and 1 classes, the model has 4 and 2");
  novelty->n_classes = 2;
  r2nn_novelty_free(novelty);
  novelty->limit = 1; /* a limit of nothing */
  assert_int_equal(r2nn_model_check(model, &error), R2NN_BAD_MODEL);
  assert_int_equal(r2nn_novelty_init(novelty, 0, 2, &error), R2NN_BAD_ARGUMENT);
  assert_int_equal(r2nn_novelty_init(novelty, 4, 2000, &error), R2NN_BAD_ARGUMENT);
  free(in);
  r2nn_model_free(model);
}

/* Envelopes of four resonators at rate_hz into four slow ones that ring for seconds. */
static r2nn_model *slow_cascade(double rate_hz) {
  r2nn_model *model = r2nn_model_new(1, 2, 2);
  for (uint32_t s = 0; s < 2; s++) {
    r2nn_model *source = s ? network(4, 4, 1, 8, 10, 0.3, false, 2) : network(4, 1, 200, 2000, 5, 0.3, false, 1);
    model->stages[s] = source->stages[0];
    memset(source->stages, 0, sizeof *source->stages);
    r2nn_model_free(source);
  }
  model->stages[0].law = R2NN_LAW_RECTIFY;
  model->stages[0].smooth_s = 0.005;
  model->stages[0].rate_hz = rate_hz;
  model->stages[1].law = R2NN_LAW_SQUARE;
  model->stages[1].law_scale_v = 0.01;
  model->classes[0] = strdup("a");
  model->classes[1] = strdup("b");
  assert_int_equal(r2nn_head_init(&model->head, R2NN_HEAD_PERCEPTRON, 4, 0, 2, NULL), R2NN_OK);
  for (int i = 0; i < 8; i++) model->head.w1[i] = i % 3 ? 1 : -1;
  model->readout.energy = R2NN_ENERGY_MEAN;
  model->readout.hang_s = 0.05;
  return checked(model);
}

/* The same burst, alone and soon or later after others, is decided alike, although the slow stage rings on. */
static void test_rest(void **state) {
  (void)state;
  enum { N = 48000, BURST = 2400 };
  r2nn_model *model = slow_cascade(2000);
  model->remove_mean = false; /* an offset that the burst leaves behind is none of the slow stage */
  float *burst = new_gauss(BURST, 8000, false, 10), *in = calloc(N, sizeof *in);
  static const uint32_t starts[] = {3000, 8000, 12001, 25013, 37000};
  events *alone = events_of(model, 8000, NULL, burst, BURST, 64);
  assert_int_equal(alone->n, 1);
  for (int k = 0; k < 5; k++)
    for (uint32_t t = 0; t < BURST; t++) in[starts[k] + t] = 0.3f * burst[t];
  events *made = events_of(model, 8000, NULL, in, N, 64);
  assert_int_equal(made->n, 5);
  for (int k = 1; k < 5; k++) {
    assert_near(made->energies[k][0], made->energies[0][0], 1e-4 * fabs(made->energies[0][0]), "the energy of a later burst");
    assert_near((double)made->of[k].score, (double)made->of[0].score, 1e-4, "the score of a later burst");
    assert_true(made->of[k].start - starts[k] <= 8);
  }
  assert_int_equal(made->of[0].best_index, alone->of[0].best_index);
  free(made);
  free(alone);
  free(burst);
  free(in);
  r2nn_model_free(model);
}

/* The same bits whatever the blocks. */
static void test_blocks(void **state) {
  (void)state;
  static const uint32_t blocks[] = {1, 7, 64};
  static const double rates[] = {20, 8000, 48000, 384000};
  for (int k = 0; k < (is_reduced() ? 2 : 4); k++)
    for (int decide = 0; decide < 2; decide++) {
      double rate = rates[k], s = k ? 1 : 40;
      r2nn_model *model = k ? slow_cascade(500) : listener();
      size_t n = (size_t)((k == 3 ? 1.5 : 3) * s * rate);
      float *in = new_gauss(n, rate, false, 11);
      scale(in, n, -55);
      for (double at = 0.1; at < (k == 3 ? 1.3 : 2.8); at += 0.4) raise(in, rate, at * s, (at + 0.2) * s, 20 + 20 * at / 3);
      for (size_t t = 77; t < n; t += 5003) in[t] = t % 2 ? NAN : INFINITY;
      r2nn_readout readout = model->readout;
      readout.hang_s = 0.02;
      readout.decide_s = decide ? 0.0501 * s : 0;
      events *whole = events_of(model, rate, &readout, in, n, 4096);
      assert_true(whole->n >= 3);
      for (int b = 0; b < 3; b++) {
        events *made = events_of(model, rate, &readout, in, n, blocks[b]);
        assert_int_equal(made->n, whole->n);
        for (uint32_t i = 0; i < whole->n; i++) {
          const r2nn_decision *x = &whole->of[i], *y = &made->of[i];
          assert_true(x->start == y->start && x->end == y->end && x->best_index == y->best_index && x->unknown == y->unknown);
          assert_true(x->score == y->score && x->level_db == y->level_db && isfinite(x->level_db));
        }
        assert_memory_equal(whole->energies, made->energies, sizeof made->energies);
        assert_memory_equal(whole->features, made->features, sizeof made->features);
        free(made);
      }
      free(whole);
      free(in);
      r2nn_model_free(model);
    }
}

/* Bursts of many lengths and levels: the same events at any gain that leaves them above the gate and the noise below it. */
static void test_level(void **state) {
  (void)state;
  enum { N = 80000 };
  r2nn_model *model = listener();
  model->readout.gate_db = -70;
  uint64_t seed = 12;
  float *in = new_gauss(N, 8000, false, 12), *scaled = malloc(N * sizeof *scaled);
  scale(in, N, -95);
  uint32_t n = 0;
  for (double at = 0.7; at < 9.5; n++) {
    double length = 0.08 + 0.4 * uniform(&seed);
    raise(in, 8000, at, fmin(at + length, 9.9), 60 + 15 * uniform(&seed));
    at += length + 0.25 + 0.3 * uniform(&seed);
  }
  events *wanted = events_of(model, 8000, NULL, in, N, 4096);
  assert_int_equal(wanted->n, n);
  for (int db = -30; db <= 20; db += 10) {
    memcpy(scaled, in, N * sizeof *scaled);
    scale(scaled, N, db);
    events *made = events_of(model, 8000, NULL, scaled, N, 4096);
    assert_int_equal(made->n, n);
    for (uint32_t i = 0; i < n; i++) {
      assert_near((double)made->of[i].start / 8000, (double)wanted->of[i].start / 8000, 0.005, "a start at another level");
      assert_near((double)made->of[i].end / 8000, (double)wanted->of[i].end / 8000, 0.03, "an end at another level");
      assert_near((double)made->of[i].level_db, (double)wanted->of[i].level_db + db, 0.5, "a level");
    }
    free(made);
  }
  free(wanted);
  free(scaled);
  free(in);
  r2nn_model_free(model);
}

/* Samples that are no numbers, at the rail, or of any size: decisions stay finite, and the gate finds its way back. */
static void test_hostile(void **state) {
  (void)state;
  enum { N = 80000 };
  static const float values[] = {NAN, INFINITY, -INFINITY, 3e38f, 1e-42f, 0};
  r2nn_model *model = listener();
  float *in = malloc(N * sizeof *in), *noise = new_gauss(N, 8000, false, 13);
  for (int k = 0; k < 6; k++)
    for (int gate = 0; gate < 3; gate++) {
      r2nn_readout readout = model->readout;
      readout.gate_db = (double[]){-40, -4000, 4000}[gate];
      readout.above_db = (double[]){10, 60, 0}[gate];
      for (uint32_t t = 0; t < N; t++) in[t] = t < N / 4 && t % 3 ? values[k] : 1e-4f * noise[t];
      raise(in, 8000, 9, 9.5, 60);
      events *made = events_of(model, 8000, &readout, in, N, 4096);
      for (uint32_t i = 0; i < made->n; i++)
        assert_true(isfinite(made->of[i].level_db) && isfinite(made->energies[i][0]) && isfinite(made->features[i][0]));
      if (gate == 0 && k != 3) assert_near((double)made->of[made->n - 1].start / 8000, 9, 0.01, "the event after");
      free(made);
    }
  free(noise);
  free(in);
  r2nn_error error = {""};
  r2nn_engine *engine;
  r2nn_engine_def def = r2nn_engine_def_default(model, 8000);
  def.readout.above_db = (double)NAN;
  assert_int_equal(r2nn_engine_new(model, &def, &engine, &error), R2NN_BAD_ARGUMENT);
  assert_string_equal(error.text, "above: must be from 0 to 60 dB, is nan");
  r2nn_model_free(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bursts),       cmocka_unit_test(test_beginning), cmocka_unit_test(test_slow_noise),
      cmocka_unit_test(test_step),         cmocka_unit_test(test_hang),      cmocka_unit_test(test_decide),
      cmocka_unit_test(test_lengths),      cmocka_unit_test(test_novelty),   cmocka_unit_test(test_rest),
      cmocka_unit_test(test_blocks),       cmocka_unit_test(test_level),     cmocka_unit_test(test_hostile),
      cmocka_unit_test(test_false_alarms),
  };
  return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
