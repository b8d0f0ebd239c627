/* A cascade's whole chain, from theta of every stage through circuits, detectors, energies, features and head to the loss: its
 * gradient against central differences.
 * ctest-labels: physics
 * ctest-timeout: 200 */
#include "core/stage.h"
#include "sets.h"
#include "thetas.h"
#include "train/cascade.h"
#include "train/features.h"
#include "train/layout.h"

enum { N_CLIPS = 6, N_CLASSES = 3 };

/* What varies from test to test. */
typedef struct variant {
  uint32_t n_stages, n_channels, n_frames; /* of the first clip; the others are one frame longer each, so even, odd and prime */
  r2nn_topology topology[3];
  r2nn_law law[3];
  double rate_hz[3]; /* control rates */
  bool smooth, suppress;
  r2nn_energy energy;
  r2nn_scale scale;
  r2nn_head_kind head;
} variant;

/* What a loss is made from; as joint.c steps through it. */
typedef struct chain {
  r2nn_recipe recipe;
  r2nn_dataset set;
  r2nn_cascade cascade;
  r2nn_stage stages[3];
  r2nn_params params[3];
  r2nn_stage_gradient elements[3];
  r2nn_journey journeys[N_CLIPS];
  double *rows[N_CLIPS]; /* [n_channels][n_frames] */
  r2nn_learner learner;
  r2nn_table table;
  double duration_s[N_CLIPS];
  double ring_s[3];              /* as at first: where it crosses a length of the transforms, what wraps around steps a little */
  double *energies, *dx, *means; /* means: a centroid's, which the gradient holds */
  double floor;
} chain;

#define RATE_HZ 2000.0
#define LOUDER  20 /* than a tone of 0.3 V: what comes out is of the order of 1 V */
#define STEP    1e-4

static const uint32_t n_nodes[3] = {6, 5, 4};

static r2nn_recipe recipe_of(const variant *v) {
  static const double fmin_hz[3] = {150, 6, 3}, fmax_hz[3] = {800, 60, 12}, q[3] = {4, 1.5, 1};
  r2nn_recipe recipe = {.n_stages = v->n_stages,
                        .scale = v->scale,
                        .suppress_common = v->suppress,
                        .head = v->head,
                        .n_hidden = 4,
                        .head_l2 = 1e-2,
                        .start_coupled = true,
                        .resistor_lo_ohm = 1e3,
                        .resistor_hi_ohm = 1e7};
  for (uint32_t k = 0; k < v->n_stages; k++) {
    bool grid = v->topology[k] == R2NN_GRID;
    recipe.stages[k] = (r2nn_stage_recipe){.topology = v->topology[k],
                                           .n_rows = grid ? 3 : n_nodes[k],
                                           .n_cols = grid ? 3 : 1,
                                           .fmin_hz = fmin_hz[k],
                                           .fmax_hz = fmax_hz[k],
                                           .q = q[k],
                                           .slow = k > 0,
                                           .first_order = 0.4,
                                           .law = v->law[k],
                                           .smooth_s = v->smooth ? 0.006 : 0,
                                           .rate_hz = v->rate_hz[k],
                                           .suppress_common = v->suppress && k + 1 < v->n_stages};
  }
  return recipe;
}

static void chain_free(chain *c) {
  r2nn_cascade_free(&c->cascade);
  for (uint32_t k = 0; k < c->recipe.n_stages; k++) {
    r2nn_stage_free(&c->stages[k]);
    r2nn_params_free(&c->params[k]);
    r2nn_stage_gradient_free(&c->elements[k]);
  }
  for (uint32_t i = 0; i < N_CLIPS; i++) {
    r2nn_journey_free(&c->journeys[i]);
    free(c->rows[i]);
  }
  set_free(&c->set);
  r2nn_learner_free(&c->learner);
  r2nn_table_free(&c->table);
  free(c->energies);
  free(c->dx);
  free(c->means);
}

static void chain_init(chain *c, const variant *v, uint64_t seed) {
  r2nn_random random = r2nn_random_new(seed, 3);
  r2nn_error error = {""};
  set_def def = {.n_channels = v->n_channels,
                 .n_classes = N_CLASSES,
                 .n_groups = N_CLIPS / N_CLASSES,
                 .n_each = 1,
                 .rate_hz = RATE_HZ,
                 .duration_s = 1.2 * (v->n_frames + N_CLIPS) / RATE_HZ,
                 .low_hz = 180,
                 .ratio = 1.7,
                 .noise = 0.1,
                 .seed = seed};
  *c = (chain){.recipe = recipe_of(v), .set = set_new(&def)};
  uint32_t n = v->n_channels, most = v->n_frames + N_CLIPS;
  for (uint32_t k = 0; k < v->n_stages; k++) {
    r2nn_stage *stage = &c->stages[k];
    check_ok(r2nn_layout_start(&c->recipe, k, n, N_CLASSES, seed + k, stage, &c->params[k], &error), &error);
    /* Bent where the voltages are. */
    stage->law_scale_v = stage->law == R2NN_LAW_LOG ? 1e-2 : k ? 0.3 : 0.5;
    stage->law_bias_v = 0.2;
    shake(&c->params[k], &random);
    assert_true(r2nn_stage_gradient_init(&c->elements[k], stage));
    n = stage->n_outputs;
  }
  check_ok(r2nn_cascade_init(&c->cascade, c->stages, v->n_stages, v->n_channels, v->energy, most, &error), &error);
  assert_true(r2nn_learner_init(&c->learner, v->head, n, c->recipe.n_hidden, N_CLASSES, c->recipe.head_l2, seed));
  assert_true(r2nn_table_init(&c->table, N_CLIPS, n));
  for (uint32_t i = 0; i < N_CLIPS; i++) {
    r2nn_clip *clip = &c->set.clips[i];
    clip->n_frames = v->n_frames + i;
    c->rows[i] = doubles(clip->n_frames * v->n_channels);
    for (uint64_t t = 0; t < clip->n_frames; t++)
      for (uint32_t m = 0; m < v->n_channels; m++)
        c->rows[i][m * clip->n_frames + t] = (double)clip->samples[t * v->n_channels + m] * LOUDER * (1 + (double)(t % 97) / 97);
    c->duration_s[i] = (double)clip->n_frames / clip->rate_hz;
    c->table.label[i] = clip->label;
  }
  c->energies = doubles(N_CLIPS * n);
  c->dx = doubles(N_CLIPS * n);
  c->means = doubles(N_CLASSES * n);
  for (uint32_t i = 0; i < c->learner.n_theta; i++) c->learner.theta[i] += 0.3 * r2nn_random_normal(&random);
}

/* The loss at the present theta. The first time it sets floor and means. */
static double loss_of(chain *c, bool first, double *dx) {
  uint32_t n = c->table.n_features;
  for (uint32_t k = 0; k < c->recipe.n_stages; k++) r2nn_params_apply(&c->params[k], &c->stages[k]);
  r2nn_cascade_load(&c->cascade, 0);
  for (uint32_t k = 0; k < c->recipe.n_stages; k++) {
    double *ring_s = &c->cascade.linear[k].ring_s;
    *(first ? &c->ring_s[k] : ring_s) = first ? *ring_s : c->ring_s[k];
  }
  for (uint32_t i = 0; i < N_CLIPS; i++) {
    const r2nn_clip *clip = &c->set.clips[i];
    assert_true(r2nn_cascade_forward(&c->cascade, 0, c->recipe.n_stages, c->rows[i], (uint32_t)clip->n_frames, clip->rate_hz, true,
                                     &c->journeys[i]));
    r2nn_cascade_energies(&c->cascade, &c->journeys[i], c->energies + (size_t)i * n);
  }
  /* A floor that matters. */
  if (first) c->floor = 1e5 * r2nn_features_floor(c->energies, c->duration_s, N_CLIPS, n);
  r2nn_features(&c->recipe, c->energies, c->duration_s, c->floor, &c->table);
  r2nn_learner_standardise(&c->learner, &c->table);
  size_t size = (size_t)N_CLASSES * n * sizeof *c->means;
  memcpy(first ? c->means : c->learner.means, first ? c->learner.means : c->means, size);
  return r2nn_learner_loss(&c->learner, &c->table, dx);
}

static double loss_again(void *context) {
  return loss_of(context, false, NULL);
}

static void gradient_of(chain *c) {
  uint32_t n = c->table.n_features;
  double loss = loss_of(c, true, c->dx);
  if (!isfinite(loss)) fail_msg("the loss is %g", loss);
  r2nn_learner_follow(&c->learner, &c->table, c->dx);
  r2nn_features_back(&c->recipe, c->energies, c->duration_s, c->floor, N_CLIPS, n, c->dx);
  for (uint32_t i = 0; i < N_CLIPS; i++) r2nn_cascade_backward(&c->cascade, 0, &c->journeys[i], c->dx + (size_t)i * n, c->elements);
  for (uint32_t k = 0; k < c->recipe.n_stages; k++) r2nn_params_chain(&c->params[k], &c->stages[k], &c->elements[k]);
}

/* |v| has kinks: a sample that changes sign within a step spoils the difference by its share of the whole. Steps are then so small
 * that this is rare, and of two unlike ones the better counts: a wrong gradient meets neither. */
static double expected_of(chain *c, double *value, double is, double step, bool kinks) {
  if (!kinks) return difference(loss_again, c, value, step);
  double best = HUGE_VAL;
  for (double h = 0.1 * step; h > 0.01 * step; h /= 4) {
    double other = difference(loss_again, c, value, h);
    if (!(fabs(is - best) <= fabs(is - other))) best = other;
  }
  return best;
}

static void check(const variant *v, uint64_t seed) {
  chain *c = malloc(sizeof *c);
  char what[160];
  assert_non_null(c);
  chain_init(c, v, seed);
  gradient_of(c);
  bool kinks = v->energy == R2NN_ENERGY_RECTIFY;
  for (uint32_t k = 0; k < v->n_stages; k++)
    kinks = kinks || v->law[k] == R2NN_LAW_RECTIFY || v->law[k] == R2NN_LAW_LOG || v->law[k] == R2NN_LAW_AGC;
  double *gradients[3];
  for (uint32_t k = 0; k < v->n_stages; k++) {
    gradients[k] = doubles(c->params[k].n);
    memcpy(gradients[k], c->params[k].gradient, c->params[k].n * sizeof **gradients); /* apply uses it */
  }
  check_head(loss_again, c, &c->learner);
  for (uint32_t k = 0; k < v->n_stages; k++) {
    r2nn_params *params = &c->params[k];
    kinds all = {0};
    for (uint32_t i = 0; i < params->n; i++)
      kinds_add(&all, params->entries[i].kind, gradients[k][i],
                expected_of(c, &params->theta[i], gradients[k][i], step_of_theta(params, i, STEP), kinks));
    snprintf(what, sizeof what, "stage %u of %u, %s, law %s, %s energy, %s, %s head, %u channels, %u frames%s%s", k, v->n_stages,
             c->stages[k].topology, r2nn_law_name(v->law[k]), r2nn_energy_name(v->energy), r2nn_scale_name(v->scale),
             r2nn_head_name(v->head), v->n_channels, v->n_frames, v->smooth ? ", smooth" : "", v->suppress ? ", suppress" : "");
    kinds_check(&all, 1e-5, what);
    free(gradients[k]);
  }
  chain_free(c);
  free(c);
}

static variant usual(void) {
  return (variant){.n_stages = 2,
                   .n_channels = 2,
                   .n_frames = 211,
                   .topology = {R2NN_FULL, R2NN_FULL, R2NN_BANK},
                   .law = {R2NN_LAW_SQUARE, R2NN_LAW_IDENTITY, R2NN_LAW_IDENTITY},
                   .rate_hz = {RATE_HZ / 8},
                   .smooth = true,
                   .energy = R2NN_ENERGY_SQUARE,
                   .scale = R2NN_SCALE_LOG,
                   .head = R2NN_HEAD_PERCEPTRON};
}

/* Every law behind the first stage, with and without low-pass, decimation and suppression. */
static void every_law(void **state) {
  (void)state;
  for (int law = 0; law < R2NN_N_LAWS; law++)
    for (uint32_t how = 0; how < 8; how += 1 + (law == R2NN_LAW_LOG || law == R2NN_LAW_RECTIFY || law == R2NN_LAW_AGC)) {
      variant v = usual();
      v.law[0] = (r2nn_law)law;
      v.smooth = !(how & 1u) != !(how & 4u); /* with kinks, too, some are and some are not */
      v.suppress = how & 2u;
      if (how & 4u) v.rate_hz[0] = 0, v.n_frames = 67;
      check(&v, 10 * (uint32_t)law + how);
    }
  kinds_report();
}

/* Every law at the end, and every way to read it out. */
static void every_energy(void **state) {
  (void)state;
  for (int energy = 0; energy < R2NN_N_ENERGIES; energy++)
    for (int scale = 0; scale < R2NN_N_SCALES; scale++)
      for (int law = 0; law < R2NN_N_LAWS; law++) {
        variant v = usual();
        bool negative = energy == R2NN_ENERGY_MEAN && (law == R2NN_LAW_IDENTITY || law == R2NN_LAW_SATURATE || law == R2NN_LAW_LOG);
        if (negative && scale == R2NN_SCALE_LOG) continue; /* no logarithm of it */
        if ((energy + scale + law) % 2 && law != R2NN_LAW_IDENTITY) continue;
        v.law[1] = (r2nn_law)law;
        v.energy = (r2nn_energy)energy;
        v.scale = (r2nn_scale)scale;
        check(&v, 100 + 20 * (uint32_t)energy + 10 * (uint32_t)scale + (uint32_t)law);
      }
  kinds_report();
}

static void every_head(void **state) {
  (void)state;
  for (int head = 0; head < R2NN_N_HEADS; head++)
    for (int scale = 0; scale < R2NN_N_SCALES; scale++) {
      variant v = usual();
      v.head = (r2nn_head_kind)head;
      v.scale = (r2nn_scale)scale;
      v.suppress = scale == R2NN_SCALE_LOG;
      v.law[0] = R2NN_LAW_SATURATE;
      if (head == R2NN_HEAD_ENERGY && scale == R2NN_SCALE_LINEAR) continue; /* it is defined on logarithms */
      check(&v, 200 + 2 * (uint32_t)head + (uint32_t)scale);
    }
  kinds_report();
}

/* Every topology in either place, clips of even, odd and prime lengths down to a few frames at the control rate. */
static void every_topology(void **state) {
  (void)state;
  static const uint32_t lengths[] = {64, 31, 97, 128, 251, 8};
  for (int first = 0; first < R2NN_N_TOPOLOGIES; first++)
    for (int second = 0; second < R2NN_N_TOPOLOGIES; second++) {
      variant v = usual();
      v.topology[0] = (r2nn_topology)first;
      v.topology[1] = (r2nn_topology)second;
      v.n_frames = lengths[(first + 2 * second) % 6];
      v.n_channels = 1 + (uint32_t)(first + second) % 2;
      if (v.n_channels == 1) v.law[0] = R2NN_LAW_BANDPASS;
      check(&v, 300 + 3 * (uint32_t)first + (uint32_t)second);
    }
  kinds_report();
}

static void one_and_three_stages(void **state) {
  (void)state;
  static const r2nn_law pairs[][2] = {{R2NN_LAW_SQUARE, R2NN_LAW_SATURATE},
                                      {R2NN_LAW_LOG, R2NN_LAW_RECTIFY},
                                      {R2NN_LAW_IDENTITY, R2NN_LAW_BANDPASS},
                                      {R2NN_LAW_BANDPASS, R2NN_LAW_SQUARE}};
  for (uint32_t p = 0; p < 4; p++) {
    variant v = usual();
    v.n_stages = 3;
    v.n_frames = 307;
    v.law[0] = pairs[p][0];
    v.law[1] = pairs[p][1];
    v.suppress = p % 2;
    v.rate_hz[1] = p == 3 ? RATE_HZ / 16 : 0;
    v.topology[2] = (r2nn_topology)(p % 3);
    check(&v, 400 + p);
  }
  for (int law = 0; law < R2NN_N_LAWS; law++) {
    variant v = usual();
    v.n_stages = 1;
    v.law[0] = (r2nn_law)law;
    v.scale = R2NN_SCALE_LINEAR;
    v.energy = law ? R2NN_ENERGY_MEAN : R2NN_ENERGY_SQUARE;
    check(&v, 500 + (uint32_t)law);
  }
  kinds_report();
}

/* From the second stage on, the frames behind the first are what goes in: alike to the last bit but for the first stage. */
static void first_stage_at_rest(void **state) {
  (void)state;
  variant v = usual();
  chain *c = malloc(sizeof *c);
  assert_non_null(c);
  chain_init(c, &v, 600);
  gradient_of(c);
  uint32_t n = c->table.n_features;
  size_t size = r2nn_stage_gradient_size(&c->stages[1]);
  double *whole = doubles(size), *energies = doubles(n);
  r2nn_journey journey = {0};
  memcpy(whole, c->elements[1].d, size * sizeof *whole);
  memset(c->elements[1].d, 0, size * sizeof *whole);
  for (uint32_t i = 0; i < N_CLIPS; i++) {
    const r2nn_clip *clip = &c->set.clips[i];
    assert_true(
        r2nn_cascade_forward(&c->cascade, 0, 1, c->rows[i], (uint32_t)clip->n_frames, clip->rate_hz, false, &c->journeys[i]));
    uint32_t every = r2nn_stage_every(&c->stages[0], clip->rate_hz), count = c->journeys[i].n[0];
    assert_int_equal(count, clip->n_frames / every);
    assert_true(r2nn_cascade_forward(&c->cascade, 1, 2, c->journeys[i].frames[0], count, clip->rate_hz / every, true, &journey));
    r2nn_cascade_energies(&c->cascade, &journey, energies);
    assert_memory_equal(energies, c->energies + (size_t)i * n, n * sizeof *energies);
    r2nn_cascade_backward(&c->cascade, 1, &journey, c->dx + (size_t)i * n, c->elements);
  }
  assert_memory_equal(c->elements[1].d, whole, size * sizeof *whole);
  r2nn_journey_free(&journey);
  free(whole);
  free(energies);
  chain_free(c);
  free(c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_law),      cmocka_unit_test(every_energy),         cmocka_unit_test(every_head),
      cmocka_unit_test(every_topology), cmocka_unit_test(one_and_three_stages), cmocka_unit_test(first_stage_at_rest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
