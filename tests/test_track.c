/* A player on a track: damping that changes while the network rings, controls that glide, and what is listened to.
 * ctest-labels: physics */
#include "networks.h"
#include "r2nn/track.h"

#include <string.h>

enum { RATE = 48000 };

static r2nn_engine *kin(const r2nn_model *model, double damping) {
  r2nn_engine_def def = r2nn_engine_def_default(model, RATE);
  def.damping = damping;
  def.kin = 1;
  r2nn_engine *engine = NULL;
  r2nn_error error = {""};
  if (r2nn_engine_new(model, &def, &engine, &error) != R2NN_OK) fail_msg("%s", error.text);
  return engine;
}

/* D v'' + c v' + K v = 0 from v and v' at 0, after t seconds. */
static double ringing(const r2nn_node *node, double self, double factor, double v, double slope, double t) {
  double a = factor * node->c / (2 * node->d), w = sqrt(self / node->d - a * a);
  return exp(-a * t) * (v * cos(w * t) + (slope + a * v) / w * sin(w * t));
}

static void a_resonator_rings_on_in_another_damping(void **state) {
  (void)state;
  enum { BEFORE = 777, AFTER = 2000 };
  r2nn_model *model = resonator(440, 20, 0.5);
  const r2nn_node *node = &model->stages[0].nodes[0];
  double self = r2nn_stage_self(&model->stages[0], 0), strike = model->stages[0].inputs[0].g / node->d / RATE;
  static const double factors[] = {0.25, 1, 4, 40, 41.5}; /* the last two: just before and after the aperiodic case */
  for (uint32_t f = 0; f < sizeof factors / sizeof *factors; f++) {
    r2nn_engine *engine = kin(model, 1), *other = kin(model, factors[f]);
    static float in[BEFORE], silence[AFTER], out[BEFORE + AFTER];
    in[0] = 1;
    r2nn_engine_run_nodes(engine, in, out, BEFORE);
    r2nn_engine_take_over(other, engine);
    r2nn_engine_run_nodes(other, silence, out + BEFORE, AFTER);
    double t0 = (double)(BEFORE - 1) / RATE, v = ringing(node, self, 1, 0, strike, t0), peak = 0, worst = 0;
    double slope = (ringing(node, self, 1, 0, strike, t0 + 1e-7) - ringing(node, self, 1, 0, strike, t0 - 1e-7)) / 2e-7;
    for (uint32_t t = 0; t < BEFORE; t++) peak = fmax(peak, fabs((double)out[t]));
    for (uint32_t t = 0; t < AFTER && factors[f] < 40; t++)
      worst = fmax(worst, fabs(ringing(node, self, factors[f], v, slope, (double)(t + 1) / RATE) - (double)out[BEFORE + t]));
    assert_near(worst / peak, 0, 1e-3, "the ringing's error");
    assert_near((double)(out[BEFORE] - out[BEFORE - 1]) / peak, slope / RATE / peak, 0.06, "the first step");
    r2nn_engine_free(engine);
    r2nn_engine_free(other);
  }
  r2nn_model_free(model);
}

/* There and back again without a frame between is as if nothing had been; in coupled networks, with RC nodes, and in float and
 * double. */
static void damping_there_and_back_leaves_no_trace(void **state) {
  (void)state;
  enum { PART = 1000, N = 20 * PART };
  float *in = new_noise(N, 3);
  static const double qs[] = {3, 30};
  for (uint32_t k = 0; k < 8; k++) {
    r2nn_model *model = network(k < 4 ? 6 : 20, 1, 100, k % 2 ? 12000 : 3000, qs[k / 2 % 2], k % 2 ? 0.5 : 0, k % 4 == 3, k);
    uint32_t n = model->stages[0].n_outputs;
    float *plain = voltages(model, RATE, in, N), *made = malloc((size_t)N * n * sizeof *made);
    r2nn_engine *engine = kin(model, 1);
    for (uint32_t at = 0; at < N; at += PART) {
      r2nn_engine_run_nodes(engine, in + at, made + (size_t)at * n, PART);
      r2nn_engine *other = kin(model, at / PART % 2 ? 3 : 0.4), *again = kin(model, 1);
      r2nn_engine_take_over(other, engine);
      r2nn_engine_take_over(again, other);
      r2nn_engine_free(engine);
      r2nn_engine_free(other);
      engine = again;
    }
    double peak = 0, worst = 0;
    for (size_t i = 0; i < (size_t)N * n; i++) {
      peak = fmax(peak, fabs((double)plain[i]));
      worst = fmax(worst, fabs((double)(plain[i] - made[i])));
    }
    /* where the damping moves poles over the Nyquist rate or changes the latency a frame or a weak mode is lost */
    assert_near(worst / peak, 0, k % 2 ? 0.02 : 2e-5, "the difference");
    r2nn_engine_free(engine);
    free(plain);
    free(made);
    r2nn_model_free(model);
  }
  free(in);
}

/* An event that is open stays open, and its decision is the same. */
static void an_open_event_goes_on(void **state) {
  (void)state;
  enum { N = RATE, PART = 480 };
  r2nn_model *model = network(8, 1, 100, 3000, 10, 0, false, 5);
  model->readout.mode = R2NN_MODE_EVENT;
  for (uint32_t i = 0; i < model->head.n_features; i++) model->head.w1[i] = 0.1f * (float)(i + 1);
  float *in = new_noise(N, 9);
  for (uint32_t t = 0; t < N; t++) in[t] *= t > N / 4 && t < N / 2 ? 0.5f : 1e-4f;
  r2nn_engine *plain = new_engine(model, RATE), *engine = kin(model, 1);
  r2nn_decision wanted, made;
  r2nn_engine_run(plain, in, N);
  assert_true(r2nn_engine_poll(plain, &wanted));
  uint32_t n_made = 0;
  for (uint32_t at = 0; at < N; at += PART) {
    r2nn_engine *next = kin(model, 1);
    r2nn_engine_run(engine, in + at, PART);
    if (r2nn_engine_poll(engine, &made)) {
      n_made++;
      assert_int_equal(made.start, wanted.start);
      assert_int_equal(made.end, wanted.end);
      assert_near((double)made.scores[0], (double)wanted.scores[0], 1e-6, "the score");
    }
    r2nn_engine_take_over(next, engine);
    r2nn_engine_free(engine);
    engine = next;
  }
  assert_int_equal(n_made, 1);
  r2nn_engine_free(engine);
  r2nn_engine_free(plain);
  r2nn_model_free(model);
  free(in);
}

static void gate_and_margin_move(void **state) {
  (void)state;
  r2nn_model *model = network(4, 1, 100, 3000, 10, 0, false, 5);
  model->readout.mode = R2NN_MODE_EVENT;
  r2nn_engine *engine = new_engine(model, RATE);
  double opens_db = (double)r2nn_engine_gate_report(engine).opens_db;
  static const float moves[] = {12, -25, 0, 40, -60, 0};
  for (uint32_t i = 0; i < 6; i++) {
    float silence[480] = {0};
    r2nn_engine_adjust(engine, moves[i], 0);
    r2nn_engine_run(engine, silence, 480);
    assert_near((double)r2nn_engine_gate_report(engine).opens_db, opens_db + (double)moves[i], 0.01, "where the gate opens, dB");
  }
  r2nn_engine_free(engine);
  r2nn_model_free(model);
}

/* A track with one program. */
typedef struct set_up {
  r2nn_track track;
  r2nn_program program;
  void *memory;
} set_up;

static void begin(set_up *self, const r2nn_model *model, double rate_hz) {
  r2nn_engine_def def = r2nn_engine_def_default(model, rate_hz);
  def.kin = 1;
  memset(self, 0, sizeof *self);
  self->memory = malloc(r2nn_exchange_size());
  self->track.player.programs = r2nn_exchange_init(self->memory);
  self->track.player.program = &self->program;
  assert_int_equal(r2nn_program_init(&self->program, model, &def, true, NULL), R2NN_OK);
}

static void end(set_up *self) {
  r2nn_program_end(&self->program);
  free(self->memory);
}

/* Turning a knob while a tone sounds makes no step, and takes as long at any rate. */
static void what_is_turned_glides(void **state) {
  (void)state;
  static const double rates[] = {22050, 48000, 192000};
  r2nn_model *model = network(4, 1, 200, 800, 5, 0, false, 5);
  for (uint32_t r = 0; r < 3; r++) {
    static set_up self;
    uint32_t block = (uint32_t)(rates[r] / 200), half = 0, n = 0;
    float *in = calloc(block, sizeof *in), *out = calloc(block, sizeof *out), before[2] = {0};
    double roughest = 0, tone = 2 * PI * 200 / rates[r];
    r2nn_controls controls = {.first_note = 36};
    begin(&self, model, rates[r]);
    for (uint32_t b = 0; b < 40; b++) {
      controls.listen = b < 10 ? 0 : 1;
      controls.node = b < 20 ? 0 : 3;
      controls.drive_db = b < 30 ? 0 : 12;
      for (uint32_t t = 0; t < block; t++) in[t] = 0.5f * (float)sin(tone * (double)(n + t));
      r2nn_track_run(&self.track, &controls, (const float *[]){in}, 1, (float *[]){out}, 1, block);
      if (b < 10) assert_memory_equal(in, out, block * sizeof *in);
      if (b >= 10 && !half && self.track.listen > 0.5f) half = b;
      for (uint32_t t = 0; t < block; t++, n++) {
        double bend = fabs((double)(out[t] - 2 * before[0] + before[1]));
        if (n > 2) roughest = fmax(roughest, bend / (tone * tone));
        before[1] = before[0];
        before[0] = out[t];
      }
    }
    assert_int_equal(half, 11);          /* 10 ms * ln 2 after the turn at 50 ms, seen at the end of the block of 5 ms */
    assert_true(roughest < 0.5 * 4 * 3); /* no bend that a tone of 4 times the voltage would not have */
    end(&self);
    free(in);
    free(out);
  }
  r2nn_model_free(model);
}

static void in_bypass_nothing_is_heard(void **state) {
  (void)state;
  static set_up self;
  r2nn_model *model = network(4, 1, 200, 800, 5, 0, false, 5);
  float *in = new_noise(RATE, 4), *out = malloc(RATE * sizeof *out);
  r2nn_note note;
  uint32_t frame;
  model->readout.mode = R2NN_MODE_EVENT;
  begin(&self, model, RATE);
  r2nn_controls controls = {.listen = 1, .first_note = 36, .is_bypassed = true};
  r2nn_track_run(&self.track, &controls, (const float *[]){in}, 1, (float *[]){out}, 1, RATE);
  assert_memory_equal(in, out, RATE * sizeof *in);
  assert_false(r2nn_track_note(&self.track, &note, &frame));
  assert_false(r2nn_engine_gate_open(self.program.engine));
  assert_near(self.track.player.origin_s, 1, 1e-9, "the time");
  controls.is_bypassed = false;
  r2nn_track_run(&self.track, &controls, (const float *[]){in}, 1, (float *[]){out}, 1, 9600);
  assert_true(r2nn_engine_gate_open(self.program.engine));
  assert_memory_not_equal(in, out, 9600 * sizeof *in);
  end(&self);
  free(in);
  free(out);
  r2nn_model_free(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_resonator_rings_on_in_another_damping),
                                     cmocka_unit_test(damping_there_and_back_leaves_no_trace),
                                     cmocka_unit_test(an_open_event_goes_on),
                                     cmocka_unit_test(gate_and_margin_move),
                                     cmocka_unit_test(what_is_turned_glides),
                                     cmocka_unit_test(in_bypass_nothing_is_heard)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
