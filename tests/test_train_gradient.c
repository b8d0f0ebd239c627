/* Training's whole chain, from theta through circuit, energies, features and head to the loss: its gradient against central
 * differences, and circuits that are stable for every theta.
 * ctest-labels: physics */
#include "sets.h"
#include "thetas.h"
#include "train/cascade.h"
#include "train/features.h"
#include "train/layout.h"

#include <math.h>

enum { N_BINS = 48, N_CLIPS = 9, N_CLASSES = 3 };

/* What a loss is made from; as fit.c steps through it. */
typedef struct chain {
  r2nn_recipe recipe;
  uint32_t n_channels;
  r2nn_stage stage;
  r2nn_params params;
  r2nn_spectra *spectra;
  r2nn_spectral *spectral;
  r2nn_stage_gradient elements;
  r2nn_learner learner;
  r2nn_table table;
  double *energies, *dx, *means; /* means: a centroid's, which the gradient holds */
  double floor;
} chain;

static r2nn_recipe recipe_of(r2nn_topology topology, r2nn_head_kind head) {
  return (r2nn_recipe){.n_stages = 1,
                       .stages = {{.topology = topology,
                                   .n_rows = topology == R2NN_GRID ? 4 : 7,
                                   .n_cols = topology == R2NN_GRID ? 3 : 1,
                                   .fmin_hz = 150,
                                   .fmax_hz = 1800,
                                   .q = 4}},
                       .scale = R2NN_SCALE_LOG,
                       .suppress_common = true,
                       .head = head,
                       .n_hidden = 5,
                       .head_l2 = 1e-2,
                       .start_coupled = true,
                       .resistor_lo_ohm = 1e3,
                       .resistor_hi_ohm = 1e7};
}

static void chain_free(chain *c) {
  r2nn_stage_free(&c->stage);
  r2nn_params_free(&c->params);
  r2nn_spectra_free(c->spectra);
  r2nn_spectral_free(c->spectral);
  r2nn_stage_gradient_free(&c->elements);
  r2nn_learner_free(&c->learner);
  r2nn_table_free(&c->table);
  free(c->energies);
  free(c->dx);
  free(c->means);
}

static void chain_init(chain *c, const r2nn_recipe *recipe, uint32_t n_channels, uint64_t seed) {
  r2nn_random random = r2nn_random_new(seed, 3);
  r2nn_error error = {""};
  double freq_hz[N_BINS];
  set_def def = {.n_channels = n_channels,
                 .n_classes = N_CLASSES,
                 .n_groups = N_CLIPS / N_CLASSES,
                 .n_each = 1,
                 .rate_hz = 4000,
                 .duration_s = 0.1,
                 .vary = 0.3,
                 .low_hz = 300,
                 .ratio = 1.7,
                 .noise = 0.1,
                 .seed = seed};
  r2nn_dataset set = set_new(&def);
  const r2nn_clip *clips[N_CLIPS];
  for (uint32_t i = 0; i < N_CLIPS; i++) clips[i] = &set.clips[i];
  *c = (chain){.recipe = *recipe, .n_channels = n_channels};
  r2nn_spectral_grid(N_BINS, recipe->stages[0].fmin_hz, 2000, freq_hz);
  check_ok(r2nn_spectra_new(clips, N_CLIPS, n_channels, freq_hz, N_BINS, 50, 1, NULL, &c->spectra, &error), &error);
  check_ok(r2nn_layout_start(recipe, 0, n_channels, N_CLASSES, seed, &c->stage, &c->params, &error), &error);
  check_ok(r2nn_spectral_new(&c->stage, n_channels, freq_hz, N_BINS, NULL, &c->spectral, &error), &error);
  uint32_t n = c->stage.n_outputs;
  assert_true(r2nn_stage_gradient_init(&c->elements, &c->stage));
  assert_true(r2nn_learner_init(&c->learner, recipe->head, n, recipe->n_hidden, N_CLASSES, recipe->head_l2, seed));
  assert_true(r2nn_table_init(&c->table, N_CLIPS, n));
  for (uint32_t i = 0; i < N_CLIPS; i++) c->table.label[i] = set.clips[i].label;
  c->energies = doubles(N_CLIPS * n);
  c->dx = doubles(N_CLIPS * n);
  c->means = doubles(N_CLASSES * n);
  shake(&c->params, &random);
  for (uint32_t i = 0; i < c->learner.n_theta; i++) c->learner.theta[i] += 0.5 * r2nn_random_normal(&random);
  set_free(&set);
}

/* The loss at the present theta. The first time it sets floor and means. */
static double loss_of(chain *c, bool first, double *dx) {
  r2nn_params_apply(&c->params, &c->stage);
  r2nn_spectral_forward(c->spectral, &c->stage);
  r2nn_spectral_energies(c->spectral, c->spectra, c->energies);
  /* A floor that matters. */
  if (first) c->floor = 1e5 * r2nn_features_floor(c->energies, c->spectra->duration_s, N_CLIPS, c->table.n_features);
  r2nn_features(&c->recipe, c->energies, c->spectra->duration_s, c->floor, &c->table);
  r2nn_learner_standardise(&c->learner, &c->table);
  size_t size = (size_t)N_CLASSES * c->table.n_features * sizeof *c->means;
  memcpy(first ? c->means : c->learner.means, first ? c->learner.means : c->means, size);
  return r2nn_learner_loss(&c->learner, &c->table, dx);
}

static void gradient_of(chain *c) {
  uint32_t n = c->table.n_features;
  loss_of(c, true, c->dx);
  r2nn_learner_follow(&c->learner, &c->table, c->dx);
  r2nn_features_back(&c->recipe, c->energies, c->spectra->duration_s, c->floor, N_CLIPS, n, c->dx);
  r2nn_spectral_backward(c->spectral, &c->stage, c->spectra, c->dx, &c->elements);
  r2nn_params_chain(&c->params, &c->stage, &c->elements);
}

static double loss_again(void *context) {
  return loss_of(context, false, NULL);
}

static void check_chain(const r2nn_recipe *recipe, uint32_t n_channels, uint64_t seed) {
  chain c;
  kinds all = {0};
  char what[96];
  chain_init(&c, recipe, n_channels, seed);
  gradient_of(&c);
  double *gradient = doubles(c.params.n);
  memcpy(gradient, c.params.gradient, c.params.n * sizeof *gradient);
  check_head(loss_again, &c, &c.learner);
  for (uint32_t k = 0; k < c.params.n; k++)
    kinds_add(&all, c.params.entries[k].kind, gradient[k],
              difference(loss_again, &c, &c.params.theta[k], step_of_theta(&c.params, k, 1e-3)));
  snprintf(what, sizeof what, "%s, %s head, %u channels", c.stage.topology, r2nn_head_name(recipe->head), n_channels);
  kinds_check(&all, 1e-5, what);
  free(gradient);
  chain_free(&c);
}

static void gradients_meet_differences(void **state) {
  (void)state;
  static const r2nn_topology topologies[] = {R2NN_BANK, R2NN_FULL, R2NN_GRID};
  for (uint32_t t = 0; t < 3; t++)
    for (int head = 0; head < R2NN_HEAD_NPML; head++) /* the physical ones: test_heads.c */
      for (uint32_t n_channels = 1; n_channels <= 3; n_channels += 2)
        for (uint32_t variant = 0; variant < 3; variant++) {
          r2nn_recipe recipe = recipe_of(topologies[t], (r2nn_head_kind)head);
          recipe.suppress_common = variant == 0;
          if (variant == 2 && head == R2NN_HEAD_ENERGY) continue; /* it is defined on logarithms */
          if (variant == 2) recipe.scale = R2NN_SCALE_LINEAR;
          check_chain(&recipe, n_channels, 100 * t + 10 * (uint32_t)head + n_channels);
        }
  for (uint32_t kind = 0; kind < N_KINDS; kind++)
    assert_true(n_seen[kind] > 0 || kind == R2NN_PARAM_CORNER); /* of slow stages: test_cascade_gradient.c */
  kinds_report();
}

/* Whatever theta: K is diagonally dominant, so the certificate holds. */
static void every_theta_is_stable(void **state) {
  (void)state;
  static const r2nn_topology topologies[] = {R2NN_BANK, R2NN_FULL, R2NN_GRID};
  r2nn_random random = r2nn_random_new(5, 5);
  r2nn_error error = {""};
  double least = HUGE_VAL;
  for (uint32_t trial = 0; trial < 600; trial++) {
    r2nn_recipe recipe = recipe_of(topologies[trial % 3], R2NN_HEAD_PERCEPTRON);
    recipe.stages[0].n_rows = 3 + trial / 3 % 20;
    if (recipe.stages[0].topology == R2NN_GRID) recipe.stages[0].n_cols = 3 + trial / 60 % 4;
    r2nn_stage stage = {0};
    r2nn_params params;
    check_ok(r2nn_layout_start(&recipe, 0, 1 + trial % 4, 2, trial, &stage, &params, &error), &error);
    for (uint32_t k = 0; k < params.n; k++) {
      double draw = r2nn_random_normal(&random) * pow(10, trial % 5);
      r2nn_param *entry = &params.entries[k];
      params.theta[k] = trial % 2 ? draw : draw < 0 ? entry->low : entry->high; /* anywhere, or the corners of the bounds */
    }
    r2nn_params_clip(&params);
    r2nn_params_apply(&params, &stage);
    for (int pruned = 0; pruned < 2; pruned++) {
      double margin;
      if (pruned) r2nn_layout_prune(&recipe, &stage);
      check_ok(r2nn_stage_certify(&stage, &margin, &error), &error);
      assert_true(margin > 0);
      least = fmin(least, margin);
    }
    for (uint32_t i = 0; i < stage.n_nodes; i++)
      assert_true(stage.nodes[i].d > 0 && stage.nodes[i].c > 0 && isfinite(stage.nodes[i].d) && isfinite(stage.nodes[i].c));
    for (uint32_t e = 0; e < stage.n_couplings; e++) {
      double g = fabs(stage.couplings[e].g);
      assert_true(g >= 1e-7 * (1 - 1e-9) && g <= 1e-3 * (1 + 1e-9));
    }
    r2nn_params_free(&params);
    r2nn_stage_free(&stage);
  }
  printf("  600 circuits, the smallest margin is %.2g\n", least);
}

/* A grid's inner nodes hang on one coupling each: at the bound it is a resistor that can be had, not one to be left out. */
static void couplings_at_the_bound_stay(void **state) {
  (void)state;
  for (double high_ohm = 1e5; high_ohm < 2e7; high_ohm *= 1.37) {
    r2nn_recipe recipe = recipe_of(R2NN_GRID, R2NN_HEAD_PERCEPTRON);
    recipe.resistor_hi_ohm = high_ohm;
    r2nn_stage stage = {0};
    r2nn_params params;
    r2nn_error error = {""};
    check_ok(r2nn_layout_start(&recipe, 0, 1, 2, 1, &stage, &params, &error), &error);
    for (uint32_t k = 0; k < params.n; k++) params.theta[k] = -1e3;
    r2nn_params_clip(&params);
    r2nn_params_apply(&params, &stage);
    uint32_t n_couplings = stage.n_couplings;
    r2nn_layout_prune(&recipe, &stage);
    assert_int_equal(stage.n_couplings, n_couplings);
    check_ok(r2nn_stage_certify(&stage, NULL, &error), &error);
    r2nn_params_free(&params);
    r2nn_stage_free(&stage);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gradients_meet_differences),
      cmocka_unit_test(every_theta_is_stable),
      cmocka_unit_test(couplings_at_the_bound_stay),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
