/* Drive, range, spacing, level and head by validation on untrained banks. */
#include "train/chooser.h"
#include "train/layout.h"
#include "train/reduce.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCAN_EPOCHS 150 /* of the heads that are only compared */
/* A few hundred clips validate to about a hundredth. So the first choice of each kind, which did well on all our sets, is kept
 * unless another one gains more than this. */
#define WORTH_LEVEL  0.01  /* hearing the level: decisions that do not depend on it are worth having */
#define WORTH_HIDDEN 0.01  /* a digital hidden layer: trained circuits need it less than this scan of untrained ones shows */
#define WORTH_DRIVE  0.03  /* driving through high-passes, which raises what noise there is */
#define WORTH_OTHER  0.003 /* a wider range, another spacing, another weight decay */

/* A head, how strongly its weights decay, and how much its features are shaken while it is trained. */
typedef struct head_choice {
  r2nn_head_kind kind;
  uint32_t n_hidden;
  double l2, jitter;
} head_choice;
static const head_choice HEADS[] = {
    {R2NN_HEAD_PERCEPTRON, 0, 1e-2, 0}, {R2NN_HEAD_PERCEPTRON, 0, 1e-3, 0}, {R2NN_HEAD_MLP, 24, 1e-2, 0},
    {R2NN_HEAD_MLP, 24, 1e-3, 0},       {R2NN_HEAD_MLP, 48, 1e-4, 0.4},     {R2NN_HEAD_CENTROID, 0, 0, 0},
    {R2NN_HEAD_NPML, 0, 1e-2, 0},       {R2NN_HEAD_NPML, 0, 1e-3, 0},       {R2NN_HEAD_SPML, 0, 1e-2, 0},
    {R2NN_HEAD_SPML, 0, 1e-3, 0},       {R2NN_HEAD_NPML, 24, 1e-2, 0},      {R2NN_HEAD_NPML, 24, 1e-3, 0},
    {R2NN_HEAD_NPML, 48, 1e-4, 0.4},    {R2NN_HEAD_SPML, 24, 1e-2, 0},      {R2NN_HEAD_SPML, 24, 1e-3, 0},
    {R2NN_HEAD_SPML, 48, 1e-4, 0.4},
};
#define N_HEADS (sizeof HEADS / sizeof *HEADS)
/* A scan starts with a recipe that has the wider one. */
static const double tops[] = {0.22, R2NN_TOP_SHARE};

static bool better(r2nn_score a, r2nn_score b) {
  return a.accuracy > b.accuracy + 1e-9 || (a.accuracy > b.accuracy - 1e-9 && a.entropy < b.entropy);
}

static bool is_same(const head_choice *a, const head_choice *b) {
  return a->kind == b->kind && a->n_hidden == b->n_hidden && a->l2 == b->l2 && a->jitter == b->jitter;
}

/* The rows of a table whose fold equals (inverse: differs from) which. */
static bool table_fold(const r2nn_table *table, const uint32_t *fold, uint32_t which, bool inverse, r2nn_table *part) {
  uint32_t n = table->n_features;
  if (!r2nn_table_init(part, table->n_rows, n)) return false;
  part->n_rows = 0;
  for (uint32_t r = 0; r < table->n_rows; r++) {
    if ((fold[r] == which) == inverse) continue;
    memcpy(part->x + (size_t)part->n_rows * n, table->x + (size_t)r * n, n * sizeof *part->x);
    part->label[part->n_rows++] = table->label[r];
  }
  return true;
}

/* One head on one table, over all folds. */
typedef struct trial {
  const r2nn_table *table;
  const uint32_t *fold;
  uint32_t n_classes;
  uint64_t seed;
  head_choice head;
  bool done;
  r2nn_score score;
  r2nn_status status;
  r2nn_error error;
} trial;

static void run_trial(void *argument, uint32_t index) {
  trial *t = (trial *)argument + index;
  double right = 0, entropy = 0;
  for (uint32_t f = 0; f < R2NN_CHOOSE_FOLDS && t->status == R2NN_OK; f++) {
    r2nn_table train = {0}, test = {0};
    r2nn_learner learner = {0};
    if (table_fold(t->table, t->fold, f, true, &train) && table_fold(t->table, t->fold, f, false, &test) &&
        r2nn_learner_init(&learner, t->head.kind, t->table->n_features, t->head.n_hidden, t->n_classes, t->head.l2, t->seed)) {
      learner.jitter = t->head.jitter;
      t->status = r2nn_learner_fit(&learner, &train, SCAN_EPOCHS, &t->error);
      if (t->status == R2NN_OK) t->status = r2nn_learner_room(&learner, test.n_rows, &t->error);
      right += r2nn_learner_accuracy(&learner, &test) * test.n_rows;
      if (test.n_rows) entropy += r2nn_learner_entropy(&learner, &test) * test.n_rows;
    } else {
      t->status = r2nn_fail(&t->error, R2NN_NO_MEMORY, "out of memory for a validation");
    }
    r2nn_learner_free(&learner);
    r2nn_table_free(&train);
    r2nn_table_free(&test);
  }
  t->done = true;
  t->score = (r2nn_score){right / t->table->n_rows, entropy / t->table->n_rows};
}

/* Which heads are to be tried. */
static bool allowed(const r2nn_chooser *c, const head_choice *head) {
  if (c->spec->head >= 0) return (int)head->kind == c->spec->head;
  return head->kind == R2NN_HEAD_PERCEPTRON || head->kind == R2NN_HEAD_MLP;
}

#define N_TABLES 8 /* tops x spacings x with and without the common mode */

/* Run trials in parts, so that progress is told; from and to are shares of the scan. */
static r2nn_status run_trials(r2nn_chooser *c, trial *trials, uint32_t n, double from, double to, r2nn_error *error) {
  for (uint32_t first = 0; first < n && !(first && c->trainer->stopped); first += 4) {
    r2nn_workers_run(c->trainer->workers, n - first < 4 ? n - first : 4, run_trial, trials + first);
    r2nn_trainer_tell(c->trainer, "choosing the range and the head", from + (to - from) * first / n);
  }
  for (uint32_t t = 0; t < n; t++)
    if (trials[t].status != R2NN_OK) return r2nn_fail(error, trials[t].status, "%s", trials[t].error.text);
  return R2NN_OK;
}

/* The best of the trials that were done, with what it must be worth taken off. */
static uint32_t best_trial(const trial *trials, uint32_t n, const r2nn_table *tables, const r2nn_recipe *recipes, double rate) {
  r2nn_score best = {-1, HUGE_VAL};
  uint32_t at = 0;
  for (uint32_t t = 0; t < n; t++) {
    if (!trials[t].done) continue; /* stopped before */
    const r2nn_recipe *recipe = &recipes[trials[t].table - tables];
    bool hidden = trials[t].head.kind == R2NN_HEAD_MLP, weak = trials[t].head.l2 == 1e-3,
         narrow = recipe->stages[0].fmax_hz < 0.3 * rate;
    r2nn_score s = trials[t].score;
    s.accuracy -= (recipe->suppress_common ? 0 : WORTH_LEVEL) + (hidden ? WORTH_HIDDEN : 0) +
                  ((weak ? 1 : 0) + (narrow ? 0 : 1) + (recipe->stages[0].linear ? 0 : 1)) * WORTH_OTHER;
    if (!better(s, best)) continue;
    best = s;
    at = t;
  }
  return at;
}

/* Range, spacing, common mode and head on an untrained bank. *chosen is what the choice validated to. */
static r2nn_status scan(r2nn_chooser *c, const r2nn_reduced *reduced, r2nn_recipe *recipe, r2nn_score *chosen, r2nn_error *error) {
  const r2nn_stage_spec *wish = c->spec->n_stages ? &c->spec->stages[0] : NULL;
  double rate = recipe->stages[0].fmax_hz / tops[1];
  r2nn_table tables[N_TABLES] = {0};
  r2nn_recipe recipes[N_TABLES];
  trial *trials = calloc(N_TABLES + N_HEADS, sizeof *trials);
  uint32_t n_tables = 0, n_trials = 0;
  r2nn_status status = trials ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for trials");
  for (uint32_t k = 0; k < N_TABLES && status == R2NN_OK; k++) {
    r2nn_recipe try = *recipe;
    bool wider = k & 1u, linear = k & 2u, level = k & 4u;
    if (wish && wish->fmax_hz > 0 && wider) continue; /* not open */
    try.stages[0].fmax_hz = wish && wish->fmax_hz > 0 ? wish->fmax_hz : tops[wider] * rate;
    try.stages[0].linear = linear;
    try.suppress_common = !level;
    try.stages[0].topology = R2NN_BANK;
    try.head = R2NN_HEAD_PERCEPTRON;
    r2nn_stage stage = {0};
    r2nn_params params;
    double floor = 0;
    status = r2nn_layout_start(&try, 0, c->dataset->n_channels, c->dataset->n_classes, try.seed, &stage, &params, error);
    if (status == R2NN_OK) status = r2nn_fit_table(&try, &stage, reduced, c->trainer->workers, &floor, &tables[n_tables], error);
    r2nn_params_free(&params);
    r2nn_stage_free(&stage);
    uint32_t plain = 0; /* the first allowed head compares the tables */
    while (!allowed(c, &HEADS[plain])) plain++;
    trials[n_trials++] = (trial){
        .table = &tables[n_tables], .fold = c->fold, .n_classes = c->dataset->n_classes, .seed = try.seed, .head = HEADS[plain]};
    recipes[n_tables++] = try;
    r2nn_trainer_tell(c->trainer, "choosing the range and the head", 0.5 * n_tables / N_TABLES);
  }
  if (status == R2NN_OK) status = run_trials(c, trials, n_trials, 0.5, 0.8, error);
  if (status == R2NN_OK) {
    uint32_t best = best_trial(trials, n_trials, tables, recipes, rate), first = n_trials;
    /* Then the other heads on the best table. */
    for (uint32_t h = 0; h < N_HEADS; h++)
      if (allowed(c, &HEADS[h]) && !is_same(&HEADS[h], &trials[best].head)) {
        trials[n_trials] = trials[best];
        trials[n_trials].head = HEADS[h];
        trials[n_trials++].done = false;
      }
    status = run_trials(c, trials + first, n_trials - first, 0.8, 1, error);
    best = best_trial(trials, n_trials, tables, recipes, rate);
    uint32_t k = (uint32_t)(trials[best].table - tables);
    *chosen = trials[best].score;
    r2nn_topology topology = recipe->stages[0].topology;
    *recipe = recipes[k];
    recipe->stages[0].topology = topology;
    recipe->head = trials[best].head.kind;
    recipe->n_hidden = trials[best].head.n_hidden;
    recipe->head_l2 = trials[best].head.l2;
    recipe->head_jitter = trials[best].head.jitter;
  }
  for (uint32_t k = 0; k < n_tables; k++) r2nn_table_free(&tables[k]);
  free(trials);
  return status;
}

/* The drive, and with each the scan: AC coupling alone, or two high-passes at the top of the range, behind which the nodes answer
 * as to acceleration, so that high resonators do not hear what is loud and low. */
r2nn_status r2nn_choose_scan(r2nn_chooser *c, r2nn_recipe *recipe, r2nn_score *chosen, r2nn_error *error) {
  r2nn_trainer whole = *c->trainer;
  r2nn_recipe start = *recipe;
  r2nn_status status = R2NN_OK;
  for (uint32_t k = 0; k < 2 && status == R2NN_OK && !(k && c->trainer->stopped); k++) {
    r2nn_recipe try = start;
    r2nn_reduced reduced = {0};
    r2nn_score s = {0};
    if (k) {
      try.highpass_hz = start.stages[0].fmax_hz;
      try.highpass_order = 2;
    }
    r2nn_trainer_span(c->trainer, &whole, 0.5 * k, 0.5 * (k + 1));
    status = r2nn_reduce(&try, c->dataset, &c->windows.choice, c->trainer->workers, &reduced, error);
    if (status == R2NN_OK) status = scan(c, &reduced, &try, &s, error);
    if (status == R2NN_OK && (!k || s.accuracy > chosen->accuracy + WORTH_DRIVE)) {
      *chosen = s;
      *recipe = try;
    }
    if (reduced.spectra) r2nn_reduced_free(&reduced);
  }
  r2nn_trainer_span(c->trainer, &whole, 0, 1);
  return status;
}
