/* A decision that is looked at beforehand: it is the one that the end would bring, and looking changes nothing.
 *
 * ctest-labels: physics */
#include "networks.h"

#define RATE 8000.0
enum { N_FRAMES = 4000 };

/* Two resonators, 300 and 1200 Hz, each its own class. */
static r2nn_engine *new_two_tones(r2nn_mode mode) {
  r2nn_model *model = new_model(1, 2, 0, 2, 2);
  r2nn_stage *stage = &model->stages[0];
  for (uint32_t i = 0; i < 2; i++) {
    stage->nodes[i].g = 1e-4;
    stage->inputs[i] = (r2nn_input){.node = i, .g = 1e-5};
    tune_node(stage, i, i ? 1200 : 300, 10);
    model->head.w1[3 * i] = 1e3f;
  }
  model->readout.scale = R2NN_SCALE_LINEAR;
  model->readout.mode = mode;
  model->readout.window_s = model->readout.hop_s = 0.1;
  model = checked(model);
  r2nn_engine *engine = NULL;
  r2nn_error error = {""};
  r2nn_engine_def def = r2nn_engine_def_default(model, RATE);
  if (r2nn_engine_new(model, &def, &engine, &error) != R2NN_OK) fail_msg("%s", error.text);
  r2nn_model_free(model);
  return engine;
}

/* The tone of node, 0.5 V. */
static float *new_tone(uint32_t node) {
  float *tone = malloc(N_FRAMES * sizeof *tone);
  for (uint32_t t = 0; t < N_FRAMES; t++) tone[t] = (float)(0.5 * sin(2 * PI * (node ? 1200 : 300) * t / RATE));
  return tone;
}

static void assert_same(const r2nn_decision *one, const r2nn_decision *other) {
  assert_int_equal(one->class_index, other->class_index);
  assert_true(one->start == other->start && one->end == other->end);
  assert_true(one->score == other->score && one->margin == other->margin && one->level_db == other->level_db);
}

static void test_peek_is_the_decision_to_come(void **state) {
  (void)state;
  for (uint32_t node = 0; node < 2; node++) {
    float *in = new_tone(node);
    r2nn_engine *engine = new_two_tones(R2NN_MODE_FILE), *left_alone = new_two_tones(R2NN_MODE_FILE);
    r2nn_decision seen, again, decided, undisturbed;
    assert_false(r2nn_engine_peek(engine, &seen)); /* nothing yet */
    for (uint32_t at = 0; at < N_FRAMES; at += 250) {
      r2nn_engine_run(engine, in + at, 250);
      assert_true(r2nn_engine_peek(engine, &seen));
      assert_int_equal(seen.end, at + 250);
    }
    assert_true(r2nn_engine_peek(engine, &again));
    assert_same(&seen, &again);
    assert_int_equal(seen.class_index, node);
    assert_false(r2nn_engine_poll(engine, &decided)); /* nothing was left waiting */
    r2nn_engine_finish(engine);
    assert_true(r2nn_engine_poll(engine, &decided));
    assert_same(&seen, &decided);
    r2nn_engine_run(left_alone, in, N_FRAMES);
    r2nn_engine_finish(left_alone);
    assert_true(r2nn_engine_poll(left_alone, &undisturbed));
    assert_same(&undisturbed, &decided);
    assert_int_equal(memcmp(undisturbed.energies, decided.energies, 2 * sizeof(double)), 0);
    r2nn_engine_free(engine);
    r2nn_engine_free(left_alone);
    free(in);
  }
}

static void test_peek_spares_what_waits(void **state) {
  (void)state;
  float *in = new_tone(0);
  r2nn_engine *engine = new_two_tones(R2NN_MODE_WINDOW),
              *others[2] = {new_two_tones(R2NN_MODE_LEAKY), new_two_tones(R2NN_MODE_EVENT)};
  r2nn_decision seen, decided;
  r2nn_engine_run(engine, in, N_FRAMES - 100); /* four windows of 0.1 s wait, the fifth is not full */
  assert_true(r2nn_engine_peek(engine, &seen));
  assert_int_equal(seen.start, 3200);
  for (uint32_t i = 0; i < 4; i++) {
    assert_true(r2nn_engine_poll(engine, &decided));
    assert_int_equal(decided.start, 800 * i);
  }
  assert_false(r2nn_engine_poll(engine, &decided));
  for (uint32_t i = 0; i < 80; i++) r2nn_engine_run(engine, in, 800); /* more than can wait */
  r2nn_engine_run(engine, in, 100);
  assert_int_equal(r2nn_engine_faults(engine, true), R2NN_FAULT_OVERFLOW);
  assert_false(r2nn_engine_peek(engine, &seen));
  assert_int_equal(r2nn_engine_faults(engine, true), 0);
  for (uint32_t i = 0; i < 2; i++) {
    r2nn_engine_run(others[i], in, N_FRAMES - 100);
    assert_false(r2nn_engine_peek(others[i], &seen));
    r2nn_engine_free(others[i]);
  }
  r2nn_engine_free(engine);
  free(in);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_peek_is_the_decision_to_come),
                                     cmocka_unit_test(test_peek_spares_what_waits)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
