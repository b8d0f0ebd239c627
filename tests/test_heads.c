/* The physical heads npml and spml: their scores against the formula and against circuits that settle, their gradients, what
 * training makes of them, and their files. ctest-labels: physics */
#include "clouds.h"
#include "differences.h"
#include "models.h"
#include "r2nn/engine.h"
#include "sets.h"

#include <math.h>

static const r2nn_head_kind kinds[] = {R2NN_HEAD_NPML, R2NN_HEAD_SPML};
static r2nn_error error;

static double logistic(double z) {
  return 1 / (1 + exp(-z));
}

/* A head whose conductances have both signs and sum to 0.3 .. 1.3 at every node. */
static r2nn_head random_head(r2nn_head_kind kind, uint32_t n, uint32_t n_hidden, uint32_t n_classes, uint64_t seed) {
  r2nn_random random = r2nn_random_new(seed, 1);
  r2nn_head head = {0};
  check_ok(r2nn_head_init(&head, kind, n, n_hidden, n_classes, &error), &error);
  head.sharpness = 1.5;
  for (uint32_t i = 0; i < n; i++) head.offset[i] = (float)(r2nn_random_normal(&random) - 4);
  for (uint32_t i = 0; i < n; i++) head.gain[i] = (float)(0.3 + r2nn_random_uniform(&random));
  for (uint32_t layer = 0; layer < (n_hidden ? 2 : 1); layer++) {
    uint32_t n_in = layer ? n_hidden : n, n_out = !layer && n_hidden ? n_hidden : n_classes;
    float *w = layer ? head.w2 : head.w1, *b = layer ? head.b2 : head.b1, *ground = layer ? head.ground2 : head.ground1;
    for (uint32_t j = 0; j < n_out; j++) {
      double sum = 0.3 + r2nn_random_uniform(&random);
      for (uint32_t i = 0; i < n_in; i++) sum -= (double)(w[j * n_in + i] = (float)r2nn_random_normal(&random));
      sum -= (double)(ground[j] = (float)r2nn_random_normal(&random));
      b[j] = (float)sum;
    }
  }
  return head;
}

/* Eq. 6 by its formula. */
static double node(const float *w, float b, float ground, const double *v, uint32_t n) {
  double weighted = (double)b, sum = (double)b + (double)ground;
  for (uint32_t i = 0; i < n; i++) {
    weighted += (double)w[i] * v[i];
    sum += (double)w[i];
  }
  return weighted / sum;
}

static void scores_meet_the_formula(void **state) {
  (void)state;
  enum { IN = 7, HIDDEN = 5, OUT = 4 };
  r2nn_random random = r2nn_random_new(3, 3);
  for (uint32_t k = 0; k < 2; k++)
    for (uint32_t round = 0; round < 40; round++) {
      uint32_t n_hidden = round % 2 ? HIDDEN : 0;
      r2nn_head head = random_head(kinds[k], IN, n_hidden, OUT, round);
      float x[IN], scores[OUT], scratch[HIDDEN];
      double v[IN], hidden[HIDDEN], z[OUT], sum = 0;
      for (uint32_t i = 0; i < IN; i++) {
        x[i] = (float)(3 * r2nn_random_normal(&random) - 4); /* some of them beyond the rails */
        v[i] = fmin(fmax((double)head.gain[i] * ((double)x[i] - (double)head.offset[i]), -R2NN_RAIL_V), R2NN_RAIL_V);
      }
      for (uint32_t j = 0; j < n_hidden; j++) {
        double at = node(head.w1 + j * IN, head.b1[j], head.ground1[j], v, IN);
        hidden[j] = k ? 2 * logistic(fabs(at)) - 1 : logistic(at);
      }
      for (uint32_t j = 0; j < OUT; j++) {
        z[j] = n_hidden ? node(head.w2 + j * HIDDEN, head.b2[j], head.ground2[j], hidden, HIDDEN)
                        : node(head.w1 + j * IN, head.b1[j], head.ground1[j], v, IN);
        sum += exp(1.5 * z[j]);
      }
      r2nn_head_scores(&head, x, scores, scratch);
      for (uint32_t j = 0; j < OUT; j++)
        if (!(fabs((double)scores[j] - exp(1.5 * z[j]) / sum) <= 1e-5))
          fail_msg("%s, %u hidden: score %u is %.8f, not %.8f", r2nn_head_name(kinds[k]), n_hidden, j, (double)scores[j],
                   exp(1.5 * z[j]) / sum);
      r2nn_head_free(&head);
    }
}

/* A capacitor at the node: C dV/dt = sum g (V_i - V) comes to rest where eq. 6 says as long as the sum is positive, and runs away
 * where it is negative. */
static void nodes_settle_where_scores_say(void **state) {
  (void)state;
  enum { IN = 6, OUT = 3 };
  r2nn_random random = r2nn_random_new(8, 8);
  for (uint64_t seed = 0; seed < 20; seed++) {
    r2nn_head head = random_head(R2NN_HEAD_NPML, IN, 0, OUT, seed);
    float x[IN], scores[OUT];
    double v[IN], at[OUT] = {0};
    for (uint32_t i = 0; i < IN; i++) {
      v[i] = 2 * r2nn_random_uniform(&random) - 1;
      x[i] = (float)v[i];
      head.offset[i] = 0;
      head.gain[i] = 1;
    }
    for (uint32_t j = 0; j < OUT; j++)
      for (uint32_t step = 0; step < 20000; step++) { /* C = 1, dt = 0.01 */
        double current = (double)head.b1[j] * (1 - at[j]) - (double)head.ground1[j] * at[j];
        for (uint32_t i = 0; i < IN; i++) current += (double)head.w1[j * IN + i] * (v[i] - at[j]);
        at[j] += 0.01 * current;
      }
    r2nn_head_scores(&head, x, scores, NULL);
    for (uint32_t j = 1; j < OUT; j++) /* scores are a softmax: the difference of two voltages is in their ratio */
      assert_true(fabs(log((double)scores[j] / (double)scores[0]) - 1.5 * (at[j] - at[0])) < 2e-4);
    double least;
    assert_int_equal(r2nn_head_sums(&head, &least, NULL), 0);
    assert_true(least > 0.29);
    head.b1[1] -= 2; /* now the sum is negative: the same equation leaves every bound */
    assert_int_equal(r2nn_head_sums(&head, &least, NULL), 1);
    assert_true(least < 0);
    double voltage = 0;
    for (uint32_t step = 0; step < 5000; step++) {
      double current = (double)head.b1[1] * (1 - voltage) - (double)head.ground1[1] * voltage;
      for (uint32_t i = 0; i < IN; i++) current += (double)head.w1[IN + i] * (v[i] - voltage);
      voltage += 0.01 * current;
    }
    assert_true(fabs(voltage) > 1e3);
    r2nn_head_free(&head);
  }
}

static void scores_are_bounded(void **state) {
  (void)state;
  static const float odd[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 0};
  for (uint32_t k = 0; k < 2; k++)
    for (uint32_t n_hidden = 0; n_hidden <= 4; n_hidden += 4) {
      r2nn_head head = random_head(kinds[k], 6, n_hidden, 3, 5);
      for (uint32_t round = 0; round < 3; round++) {
        float scores[3], scratch[4], sum = 0;
        if (round) memcpy(head.w1, (float[]){3e38f, 3e38f, 1, -3e38f}, 4 * sizeof *head.w1);
        if (round == 2) /* a sum that is as small as can be */
          for (uint32_t i = 0; i < 6; i++) head.w1[i] = i ? 0 : 1;
        if (round == 2) head.b1[0] = nextafterf(-1, 0);
        if (round == 2) head.ground1[0] = 0;
        r2nn_head_scores(&head, odd, scores, scratch);
        for (uint32_t j = 0; j < 3; j++) sum += scores[j];
        assert_true(fabsf(sum - 1) < 1e-5f && scores[0] >= 0 && scores[1] >= 0 && scores[2] >= 0);
      }
      r2nn_head_free(&head);
    }
}

/* A loss and what it is of; centre and spread follow if wanted. */
typedef struct problem {
  r2nn_learner *learner;
  const r2nn_table *table;
  bool follow;
} problem;

static double loss_of(void *context) {
  problem *p = context;
  if (p->follow) r2nn_learner_standardise(p->learner, p->table);
  return r2nn_learner_loss(p->learner, p->table, NULL);
}

/* The largest error over values and gradient, relative to the largest derivative. */
static double worst_error(r2nn_learner *learner, const r2nn_table *table, double *values, const double *gradient, size_t n,
                          bool follow) {
  problem p = {learner, table, follow};
  double off = 0, size = 0;
  for (size_t i = 0; i < n; i++) {
    double expected = difference(loss_of, &p, &values[i], 1e-4);
    off = fmax(off, fabs(expected - gradient[i]));
    size = fmax(size, fabs(expected));
  }
  if (follow) r2nn_learner_standardise(learner, table);
  assert_true(size > 0);
  return off / size;
}

/* No row of the table where a law or the input stage bends. */
static bool is_smooth(const r2nn_learner *learner, const r2nn_table *table) {
  for (uint32_t i = 0; i < table->n_rows * learner->n_hidden && learner->kind == R2NN_HEAD_SPML; i++)
    if (learner->hidden[i] < 5e-3) return false;
  for (uint32_t i = 0; i < table->n_rows * learner->n_features; i++) {
    uint32_t c = i % learner->n_features;
    if (fabs(fabs(table->x[i] - learner->center[c]) / learner->spread[c] - R2NN_RAIL_V) < 5e-3) return false;
  }
  return true;
}

static void gradients_meet_differences(void **state) {
  (void)state;
  enum { ROWS = 11, IN = 4, CLASSES = 3, N = ROWS * IN };
  double worst = 0;
  uint32_t n_checked = 0, n_clipped = 0;
  for (uint32_t k = 0; k < 2; k++)
    for (uint32_t n_hidden = 0; n_hidden <= 5; n_hidden += 5)
      for (uint64_t seed = 0; seed < 12; seed++) {
        r2nn_random random = r2nn_random_new(seed, 2);
        r2nn_table table = clouds(ROWS, IN, CLASSES, seed, false);
        r2nn_learner learner;
        double dx[N], theta_gradient[100];
        assert_true(r2nn_learner_init(&learner, kinds[k], IN, n_hidden, CLASSES, 1e-2, seed));
        for (uint32_t i = 0; i < learner.n_theta; i++) learner.theta[i] += 0.15 * r2nn_random_normal(&random);
        if (seed == 1) learner.theta[learner.n_theta - 1 - CLASSES] = 0.07; /* npml's tail */
        for (int follow = 0; follow < 2; follow++) {
          r2nn_learner_standardise(&learner, &table);
          if (!follow) learner.spread[1] /= 4; /* some rows are clipped */
          assert_true(isfinite(r2nn_learner_loss(&learner, &table, dx)));
          if (!is_smooth(&learner, &table)) continue;
          assert_true(learner.n_theta <= 100);
          memcpy(theta_gradient, learner.gradient, learner.n_theta * sizeof *theta_gradient);
          for (uint32_t i = 0; i < N && !follow; i++) n_clipped += dx[i] == 0;
          if (follow) r2nn_learner_follow(&learner, &table, dx);
          double theta = worst_error(&learner, &table, learner.theta, theta_gradient, learner.n_theta, false);
          double x = worst_error(&learner, &table, table.x, dx, N, follow);
          if (!(theta < 1e-7 && x < 1e-7))
            fail_msg("%s, %u hidden, seed %u: %.2g in theta, %.2g in x", r2nn_head_name(kinds[k]), n_hidden, (unsigned)seed, theta,
                     x);
          worst = fmax(worst, fmax(theta, x));
          n_checked++;
        }
        r2nn_learner_free(&learner);
        r2nn_table_free(&table);
      }
  printf("  %u heads, %u clipped inputs, worst relative error %.1e\n", n_checked, n_clipped, worst);
  assert_true(n_checked >= 40 && n_clipped >= 10);
}

/* Training ends with positive sums, about 1 for npml; the head that runs is the one that was trained. */
static void training_keeps_sums_positive(void **state) {
  (void)state;
  for (uint32_t k = 0; k < 2; k++)
    for (uint32_t n_hidden = 0; n_hidden <= 24; n_hidden += 12)
      for (uint32_t n_classes = 2; n_classes <= 8; n_classes += 3) {
        r2nn_table table = clouds(30 * n_classes, 9, n_classes, n_classes, false);
        r2nn_learner learner;
        r2nn_head head = {0};
        double least, largest, off = 0;
        assert_true(r2nn_learner_init(&learner, kinds[k], 9, n_hidden, n_classes, 1e-3, 1));
        check_ok(r2nn_learner_export(&learner, &head, &error), &error);
        r2nn_head_sums(&head, &least, &largest);
        assert_true(fabs(least - 1) < 1e-6 && fabs(largest - 1) < 1e-6);
        r2nn_head_free(&head);
        check_ok(r2nn_learner_fit(&learner, &table, 400, &error), &error);
        check_ok(r2nn_learner_export(&learner, &head, &error), &error);
        assert_int_equal(r2nn_head_sums(&head, &least, &largest), 0);
        assert_true(least > 0 && (k || (least > 0.5 && largest < 2)));
        for (uint32_t r = 0; r < table.n_rows; r++) {
          float x[9], scores[8], scratch[24];
          for (uint32_t i = 0; i < 9; i++) x[i] = (float)table.x[r * 9 + i];
          r2nn_head_scores(&head, x, scores, scratch);
          for (uint32_t label = 0; label < n_classes; label++) {
            r2nn_table row = {1, 9, table.x + (size_t)r * 9, &label};
            off = fmax(off, fabs((double)scores[label] - exp(-r2nn_learner_entropy(&learner, &row))));
          }
        }
        if (!n_hidden || n_classes == 8)
          printf("  %s, %2u hidden, %u classes: sums %.3g to %.3g, scores within %.1e\n", r2nn_head_name(kinds[k]), n_hidden,
                 n_classes, least, largest, off);
        assert_true(off < 1e-5);
        r2nn_head_free(&head);
        r2nn_learner_free(&learner);
        r2nn_table_free(&table);
      }
}

/* Whatever theta: no node latches, not even after rounding to floats. */
static void every_theta_has_positive_sums(void **state) {
  (void)state;
  r2nn_random random = r2nn_random_new(6, 6);
  for (uint32_t trial = 0; trial < 400; trial++) {
    r2nn_learner learner;
    r2nn_head head = {0};
    assert_true(r2nn_learner_init(&learner, kinds[trial % 2], 6, trial % 3 ? 5 : 0, 4, 1e-3, trial));
    for (uint32_t i = 0; i < learner.n_theta; i++) learner.theta[i] += pow(10, trial % 4 - 2.) * r2nn_random_normal(&random);
    check_ok(r2nn_learner_export(&learner, &head, &error), &error);
    double least;
    assert_int_equal(r2nn_head_sums(&head, &least, NULL), 0);
    assert_true(least > 0);
    r2nn_head_free(&head);
    r2nn_learner_free(&learner);
  }
}

/* Opposite quadrants: no single layer can, a hidden one does. */
static void hidden_nodes_learn_quadrants(void **state) {
  (void)state;
  r2nn_random random = r2nn_random_new(4, 4);
  r2nn_table table;
  assert_true(r2nn_table_init(&table, 400, 2));
  for (uint32_t r = 0; r < 400; r++) {
    double x = table.x[2 * r] = 2 * r2nn_random_uniform(&random) - 1, y = table.x[2 * r + 1] = 2 * r2nn_random_uniform(&random) - 1;
    table.label[r] = x * y > 0;
  }
  for (uint32_t k = 0; k < 2; k++)
    for (uint32_t n_hidden = 0; n_hidden <= 24; n_hidden += 24) {
      r2nn_learner learner;
      assert_true(r2nn_learner_init(&learner, kinds[k], 2, n_hidden, 2, 1e-4, 1));
      check_ok(r2nn_learner_fit(&learner, &table, 1000, &error), &error);
      double accuracy = r2nn_learner_accuracy(&learner, &table);
      printf("  %s, %2u hidden: %.3f\n", r2nn_head_name(kinds[k]), n_hidden, accuracy);
      assert_true(n_hidden ? accuracy > 0.93 : accuracy < 0.7);
      r2nn_learner_free(&learner);
    }
  r2nn_table_free(&table);
}

#define PERCEPTRON "\"kind\": \"perceptron\", \"weights\": [[1, -0.5], [0.25, 3]], \"bias\": [0.5, 0]"
#define HIDDEN                                                                                                                     \
  "\"kind\": \"spml\", \"sharpness\": 3, \"offset\": [-4, 0.1], \"gain\": [2, -1], "                                               \
  "\"hidden_conductances\": [[1, 2], [-1, 3], [0.5, 0]], \"hidden_constant\": [-2, 1, 0.25], "                                     \
  "\"conductances\": [[1, 2, 3], [-4, 5, 6]], \"constant\": [0, 1]"
#define SINGLE "\"kind\": \"npml\", \"conductances\": [[1, 2], [-4, 5]], \"constant\": [0, 1]"

static void assert_same_floats(const float *a, const float *b, size_t n) {
  if (n) assert_memory_equal(a, b, n * sizeof *a);
}

/* Text to model to text, and copies: the same to the bit. */
static void files_keep_every_bit(void **state) {
  (void)state;
  for (uint32_t k = 0; k < 2; k++)
    for (uint32_t n_hidden = 0; n_hidden <= 3; n_hidden += 3) {
      r2nn_model *model = parse(example), *again = NULL, *copy;
      r2nn_head_free(&model->head);
      model->head = random_head(kinds[k], 2, n_hidden, 2, 11 * k + n_hidden);
      model->head.b1[0] += model->head.w1[0];
      model->head.w1[0] = 1e-42f;
      model->head.gain[1] = -0.0f;
      model->head.sharpness = 0.1;
      check_ok(r2nn_model_check(model, &error), &error);
      char *text = r2nn_model_print(model);
      assert_non_null(text);
      check_ok(r2nn_model_parse(text, strlen(text), &again, &error), &error);
      copy = r2nn_model_copy(model);
      for (uint32_t turn = 0; turn < 2; turn++) {
        const r2nn_head *a = &model->head, *b = turn ? &copy->head : &again->head;
        assert_int_equal(a->kind, b->kind);
        assert_int_equal(a->n_hidden, b->n_hidden);
        assert_memory_equal(&a->sharpness, &b->sharpness, sizeof a->sharpness);
        assert_same_floats(a->offset, b->offset, 2);
        assert_same_floats(a->gain, b->gain, 2);
        assert_same_floats(a->w1, b->w1, (n_hidden ? n_hidden : 2) * 2);
        assert_same_floats(a->b1, b->b1, n_hidden ? n_hidden : 2);
        assert_same_floats(a->w2, b->w2, 2 * n_hidden);
        assert_same_floats(a->b2, b->b2, n_hidden ? 2 : 0);
        assert_same_floats(a->ground1, b->ground1, n_hidden ? n_hidden : 2);
        assert_same_floats(a->ground2, b->ground2, n_hidden ? 2 : 0);
      }
      char *second = r2nn_model_print(again);
      assert_string_equal(text, second);
      free(text);
      free(second);
      r2nn_model_free(model);
      r2nn_model_free(again);
      r2nn_model_free(copy);
    }
}

static void fields_have_defaults(void **state) {
  (void)state;
  char *text = replace(example, PERCEPTRON, SINGLE);
  r2nn_model *model = parse(text);
  assert_int_equal(model->head.n_hidden, 0);
  assert_true(model->head.sharpness == 4 && model->head.offset[1] == 0 && model->head.gain[1] == 1);
  assert_true(model->head.ground1[0] == 0 && model->head.ground1[1] == 0);
  assert_null(model->head.w2);
  r2nn_model_free(model);
  free(text);
}

static void bad_files_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *start, *from, *to, *message;
  } mistakes[] = {
      {SINGLE, "[1, 2]", "[1, -1]",
       "head.conductances[0]: must sum to > 0 with head.constant[0] and head.ground[0], or the node latches; the sum is 0"},
      {SINGLE, "[0, 1]", "[0, -3]",
       "head.conductances[1]: must sum to > 0 with head.constant[1] and head.ground[1], or the node latches; the sum is -2"},
      {HIDDEN, "[-2, 1, 0.25]", "[-2, 1, -0.5]",
       "head.hidden_conductances[2]: must sum to > 0 with head.hidden_constant[2] and head.hidden_ground[2], or "},
      {HIDDEN, "[-4, 5, 6]", "[-4, 5, -6]",
       "head.conductances[1]: must sum to > 0 with head.constant[1] and head.ground[1], or the node latches; "},
      {HIDDEN, "[-4, 0.1]", "[-4]", "head.offset: must hold 2 entries, holds 1"},
      {HIDDEN, "[2, -1]", "[2, \"x\"]", "head.gain[1]: must be a number, is \"x\""},
      {HIDDEN, "\"sharpness\": 3", "\"sharpness\": 0", "head.sharpness: must be > 0, is 0"},
      {HIDDEN, "[[1, 2], [-1, 3], [0.5, 0]]", "[]", "head.hidden_conductances: must hold 1 to 65536 entries, holds 0"},
      {HIDDEN, "[0.5, 0]", "[0.5]", "head.hidden_conductances[2]: must hold 2 entries, holds 1"},
      {HIDDEN, "[1, 2, 3]", "[1, 2]", "head.conductances[0]: must hold 3 entries, holds 2"},
      {HIDDEN, "\"hidden_constant\": [-2, 1, 0.25], ", "", "head.hidden_constant: must be an array, is missing"},
      {HIDDEN, "[-2, 1, 0.25]", "[-2, 1]", "head.hidden_constant: must hold 3 entries, holds 2"},
      {SINGLE, ", \"constant\": [0, 1]", "", "head.constant: must be an array, is missing"},
      {SINGLE, "\"constant\"", "\"hidden_constant\": [1], \"constant\"",
       "head.hidden_constant: needs hidden_conductances beside it"},
      {SINGLE, "\"constant\"", "\"hidden_ground\": [1], \"constant\"", "head.hidden_ground: needs hidden_conductances beside it"},
      {SINGLE, "\"constant\"", "\"ground\": [1], \"constant\"", "head.ground: must hold 2 entries, holds 1"},
      {SINGLE, "[0, 1]", "[0, 1], \"ground\": [-3, 0]",
       "head.conductances[0]: must sum to > 0 with head.constant[0] and head.ground[0], or the node latches; the sum is 0"},
      {SINGLE, "\"conductances\"", "\"weights\"", "head.weights: unknown field"},
  };
  for (uint32_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
    char *head = replace(mistakes[i].start, mistakes[i].from, mistakes[i].to), *text = replace(example, PERCEPTRON, head);
    r2nn_model *model = NULL;
    assert_int_equal(r2nn_model_parse(text, strlen(text), &model, &error), R2NN_BAD_MODEL);
    if (strncmp(error.text, mistakes[i].message, strlen(mistakes[i].message)) != 0)
      fail_msg("wanted \"%s\"\n got \"%s\"", mistakes[i].message, error.text);
    assert_null(model);
    free(head);
    free(text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scores_meet_the_formula),      cmocka_unit_test(nodes_settle_where_scores_say),
      cmocka_unit_test(scores_are_bounded),           cmocka_unit_test(gradients_meet_differences),
      cmocka_unit_test(training_keeps_sums_positive), cmocka_unit_test(every_theta_has_positive_sums),
      cmocka_unit_test(hidden_nodes_learn_quadrants), cmocka_unit_test(files_keep_every_bit),
      cmocka_unit_test(fields_have_defaults),         cmocka_unit_test(bad_files_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
