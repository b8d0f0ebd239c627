/* A jury judges as engines do, and its adjoint meets differences.
 * ctest-labels: physics */
#include "networks.h"
#include "r2nn/jury.h"

enum { N_CLIPS = 24, N_FRAMES = 4000 };

/* Tones of one of two pitches in noise. */
static r2nn_dataset *new_set(void) {
  r2nn_dataset *set = calloc(1, sizeof *set);
  *set = (r2nn_dataset){.n_channels = 1, .n_classes = 2, .n_clips = N_CLIPS, .clips = calloc(N_CLIPS, sizeof *set->clips)};
  uint64_t seed = 9;
  for (uint32_t i = 0; i < N_CLIPS; i++) {
    r2nn_clip *clip = &set->clips[i];
    *clip = (r2nn_clip){.samples = new_noise(N_FRAMES, i + 1), .n_frames = N_FRAMES, .rate_hz = 8000, .label = i % 2, .group = i};
    double hz = (i % 2 ? 520 : 430) * (0.85 + 0.3 * uniform(&seed));
    for (uint32_t t = 0; t < N_FRAMES; t++)
      clip->samples[t] = (float)(0.2 * (double)clip->samples[t] + 0.3 * sin(2 * PI * hz * t / 8000));
  }
  return set;
}

static void free_set(r2nn_dataset *set) {
  for (uint32_t i = 0; i < N_CLIPS; i++) free(set->clips[i].samples);
  free(set->clips);
  free(set);
}

/* Three coupled resonators; the louder of the outer ones wins. */
static r2nn_model *new_judge(void) {
  r2nn_model *model = network(3, 1, 350, 650, 5, 0.6, false, 4);
  for (uint32_t k = 0; k < 2; k++) {
    model->head.w1[k * 3] = k ? -1.5f : 1.5f;
    model->head.w1[k * 3 + 1] = 0.3f;
    model->head.w1[k * 3 + 2] = k ? 1.5f : -1.5f;
  }
  return checked(model);
}

/* Decisions and energies over the clip and what rings after it, as an engine in file mode has them. */
static void engines(void **state) {
  (void)state;
  r2nn_dataset *set = new_set();
  r2nn_model *model = new_judge();
  r2nn_jury *jury;
  r2nn_juror *juror;
  r2nn_error error = {""};
  if (r2nn_jury_new(set, model, NULL, &jury, &error) != R2NN_OK) fail_msg("%s", error.text);
  assert_int_equal(r2nn_juror_new(jury, &juror, NULL), R2NN_OK);
  double accuracy, loss, sum = 0;
  uint32_t n_right = 0;
  r2nn_juror_judge(juror, model, &accuracy, &loss);
  r2nn_engine *engine = new_engine(model, 8000);
  for (uint32_t i = 0; i < N_CLIPS; i++) {
    r2nn_decision decision;
    r2nn_engine_reset(engine);
    r2nn_engine_run(engine, set->clips[i].samples, N_FRAMES);
    r2nn_engine_drain(engine, 2000);
    r2nn_engine_finish(engine);
    assert_true(r2nn_engine_poll(engine, &decision));
    n_right += decision.best_index == (int32_t)set->clips[i].label;
    sum -= log((double)decision.scores[set->clips[i].label]) / N_CLIPS;
  }
  assert_near(accuracy, (double)n_right / N_CLIPS, 1e-9, "accuracy");
  assert_true(n_right > N_CLIPS / 2 && n_right < N_CLIPS);
  assert_near(loss, sum, 0.01 * sum, "loss");
  r2nn_engine_free(engine);
  r2nn_juror_free(juror);
  r2nn_jury_free(jury);
  r2nn_model_free(model);
  free_set(set);
}

/* Move every value by a little: the loss changes as the gradient says. */
static void adjoint(void **state) {
  (void)state;
  r2nn_dataset *set = new_set();
  r2nn_model *model = new_judge();
  r2nn_jury *jury;
  r2nn_juror *juror;
  assert_int_equal(r2nn_jury_new(set, model, NULL, &jury, NULL), R2NN_OK);
  assert_int_equal(r2nn_juror_new(jury, &juror, NULL), R2NN_OK);
  r2nn_juror_differentiate(juror, model);
  double sizes = 0;
  for (uint32_t k = 0; k < 15; k++) {
    r2nn_model *moved[2];
    double loss[2], change, square;
    for (int side = 0; side < 2; side++) {
      r2nn_stage *s = &(moved[side] = r2nn_model_copy(model))->stages[0];
      double *values[] = {&s->nodes[k % 3].d, &s->nodes[k % 3].c, &s->nodes[k % 3].g, &s->couplings[k % 3].g, &s->inputs[k % 3].g};
      *values[k / 3] *= side ? 1.003 : 0.997;
      r2nn_juror_judge(juror, moved[side], NULL, &loss[side]);
    }
    r2nn_juror_change(juror, moved[1], &change, &square);
    assert_near(change, (loss[1] - loss[0]) / 2, 0.02 * fabs(change) + 2e-7, "change of the loss");
    assert_true(square >= 0);
    sizes = fmax(sizes, fabs(change));
    r2nn_model_free(moved[0]);
    r2nn_model_free(moved[1]);
  }
  assert_true(sizes > 1e-4);
  r2nn_juror_free(juror);
  r2nn_jury_free(jury);
  r2nn_model_free(model);
  free_set(set);
}

/* -ln of a class's score of one clip. */
static double surprise(r2nn_dataset *set, uint32_t clip, uint32_t class, const r2nn_model *model, const r2nn_model *moved) {
  r2nn_clip one = set->clips[clip];
  r2nn_dataset alone = {.n_channels = 1, .n_classes = 2, .n_clips = 1, .clips = &one};
  r2nn_jury *jury;
  r2nn_juror *juror;
  double loss;
  one.label = class;
  assert_int_equal(r2nn_jury_new(&alone, model, NULL, &jury, NULL), R2NN_OK);
  assert_int_equal(r2nn_juror_new(jury, &juror, NULL), R2NN_OK);
  r2nn_juror_judge(juror, moved, NULL, &loss);
  r2nn_juror_free(juror);
  r2nn_jury_free(jury);
  return loss;
}

/* The Fisher information of a move is the mean over clips and classes, as likely as their scores, of (d ln score)^2. */
static void fisher(void **state) {
  (void)state;
  r2nn_dataset *set = new_set();
  r2nn_model *model = new_judge(), *moved = r2nn_model_copy(model);
  r2nn_jury *jury;
  r2nn_juror *juror;
  double change, square, sum = 0;
  moved->stages[0].nodes[1].d *= 1.01;
  moved->stages[0].nodes[0].c *= 1.02;
  assert_int_equal(r2nn_jury_new(set, model, NULL, &jury, NULL), R2NN_OK);
  assert_int_equal(r2nn_juror_new(jury, &juror, NULL), R2NN_OK);
  r2nn_juror_differentiate(juror, model);
  r2nn_juror_change(juror, moved, &change, &square);
  for (uint32_t i = 0; i < N_CLIPS; i++)
    for (uint32_t k = 0; k < 2; k++) {
      double here = surprise(set, i, k, model, model), there = surprise(set, i, k, model, moved);
      sum += exp(-here) * (there - here) * (there - here) / N_CLIPS;
    }
  print_message("  %.4g by draws, %.4g by differences\n", square, sum);
  assert_near(square, sum, 0.5 * sum, "Fisher information");
  r2nn_juror_free(juror);
  r2nn_jury_free(jury);
  r2nn_model_free(moved);
  r2nn_model_free(model);
  free_set(set);
}

static void refused(void **state) {
  (void)state;
  r2nn_dataset *set = new_set();
  r2nn_model *model = new_judge();
  r2nn_jury *jury;
  model->stages[0].law = R2NN_LAW_RECTIFY;
  assert_false(r2nn_jury_fits(model));
  assert_int_equal(r2nn_jury_new(set, model, NULL, &jury, NULL), R2NN_BAD_ARGUMENT);
  assert_null(jury);
  r2nn_model_free(model);
  free_set(set);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(engines), cmocka_unit_test(adjoint), cmocka_unit_test(fisher),
                                     cmocka_unit_test(refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
