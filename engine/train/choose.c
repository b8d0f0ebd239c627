/* Choosing range, spacing, level, head and topology by validation over groups of the training part. */
#include "train/choose.h"

#include "train/joint.h"
#include "train/layout.h"
#include "train/reduce.h"
#include "train/shape.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_FOLDS         4
#define N_CASCADE_FOLDS 1  /* of them a cascade, which takes longest, is validated on */
#define N_NODES         32 /* more did not validate better on speech and machines, */
#define N_NODES_WIDE    48 /* but where there are many channels */
#define MANY_CHANNELS   8
#define SCAN_EPOCHS     150 /* of the heads that are only compared */
/* A few hundred clips validate to about a hundredth. So the first choice of each kind, which did well on all our sets, is kept
 * unless another one gains more than this. */
#define WORTH_COUPLING 0.01  /* over an uncoupled bank */
#define WORTH_LEVEL    0.01  /* hearing the level: decisions that do not depend on it are worth having */
#define WORTH_HIDDEN   0.01  /* a digital hidden layer: trained circuits need it less than this scan of untrained ones shows */
#define WORTH_DRIVE    0.03  /* driving through high-passes, which raises what noise there is */
#define WORTH_CASCADE  0.01  /* over one stage */
#define WORTH_OTHER    0.003 /* a wider range, another spacing, another weight decay */

/* A head and how strongly its weights decay. */
typedef struct head_choice {
  r2nn_head_kind kind;
  uint32_t n_hidden;
  double l2;
} head_choice;
static const head_choice HEADS[] = {
    {R2NN_HEAD_PERCEPTRON, 0, 1e-2}, {R2NN_HEAD_PERCEPTRON, 0, 1e-3}, {R2NN_HEAD_MLP, 24, 1e-2},
    {R2NN_HEAD_MLP, 24, 1e-3},       {R2NN_HEAD_CENTROID, 0, 0},      {R2NN_HEAD_NPML, 24, 1e-2},
    {R2NN_HEAD_NPML, 24, 1e-3},      {R2NN_HEAD_SPML, 24, 1e-2},      {R2NN_HEAD_SPML, 24, 1e-3},
};
#define N_HEADS (sizeof HEADS / sizeof *HEADS)
static const double TOPS[] = {0.22, 0.47}; /* upper end of the range, of the sample rate */

/* How well something validated. */
typedef struct score {
  double accuracy, entropy;
} score;

static bool better(score a, score b) {
  return a.accuracy > b.accuracy + 1e-9 || (a.accuracy > b.accuracy - 1e-9 && a.entropy < b.entropy);
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
  score score;
  r2nn_status status;
  r2nn_error error;
} trial;

static void run_trial(void *argument, uint32_t index) {
  trial *t = (trial *)argument + index;
  double right = 0, entropy = 0;
  for (uint32_t f = 0; f < N_FOLDS && t->status == R2NN_OK; f++) {
    r2nn_table train = {0}, test = {0};
    r2nn_learner learner = {0};
    if (table_fold(t->table, t->fold, f, true, &train) && table_fold(t->table, t->fold, f, false, &test) &&
        r2nn_learner_init(&learner, t->head.kind, t->table->n_features, t->head.n_hidden, t->n_classes, t->head.l2, t->seed)) {
      t->status = r2nn_learner_fit(&learner, &train, SCAN_EPOCHS, &t->error);
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
  t->score = (score){right / t->table->n_rows, entropy / t->table->n_rows};
}

/* Everything the choice works on. */
typedef struct chooser {
  const r2nn_dataset *dataset;
  const r2nn_train_spec *spec;
  r2nn_trainer *trainer;
  r2nn_windows windows;
  uint32_t *fold; /* [windows.choice.n] */
} chooser;

/* Folds over groups, or over the single windows where there are too few groups. */
static r2nn_status make_folds(chooser *c, r2nn_error *error) {
  r2nn_error ignored;
  c->fold = malloc((c->windows.choice.n + 1) * sizeof *c->fold);
  if (!c->fold) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for folds");
  if (r2nn_data_folds(c->dataset, &c->windows.choice, N_FOLDS, c->spec->seed, c->fold, &ignored) == R2NN_OK) return R2NN_OK;
  for (uint32_t i = 0; i < c->windows.choice.n; i++) c->fold[i] = i % N_FOLDS;
  return R2NN_OK;
}

/* The settings that the data alone decide: the range's lower end, the grid, the AC coupling. */
static void set_from_data(const chooser *c, r2nn_recipe *recipe) {
  const r2nn_choice *choice = &c->windows.choice;
  double rate = 0, longest = 0;
  uint64_t most = 0;
  for (uint32_t i = 0; i < choice->n; i++) {
    rate = fmax(rate, choice->clips[i]->rate_hz);
    longest = fmax(longest, (double)choice->clips[i]->n_frames / choice->clips[i]->rate_hz);
    most = choice->clips[i]->n_frames > most ? choice->clips[i]->n_frames : most;
  }
  recipe->stages[0].fmin_hz = fmin(fmax(rate / 160, 2 / longest), rate / 20);
  /* As fine as the longest clip resolves, but cross-spectra of many channels are large: then half as fine does. */
  double m = c->dataset->n_channels;
  recipe->n_bins = (uint32_t)fmin(256, fmax(32, fmin(0.5 * (double)most, fmax(48, 16384 / (m * m)))));
  recipe->highpass_hz = recipe->stages[0].fmin_hz;
  for (uint32_t i = 0; i < c->dataset->n_clips; i++) rate = fmax(rate, c->dataset->clips[i].rate_hz);
  recipe->stages[0].fmax_hz = TOPS[1] * rate;
}

/* Which heads are to be tried. */
static bool allowed(const chooser *c, const head_choice *head) {
  if (c->spec->head >= 0) return (int)head->kind == c->spec->head;
  return head->kind == R2NN_HEAD_PERCEPTRON || head->kind == R2NN_HEAD_MLP;
}

#define N_TABLES 8 /* tops x spacings x with and without the common mode */

/* Run trials in parts, so that progress is told; from and to are shares of the scan. */
static r2nn_status run_trials(chooser *c, trial *trials, uint32_t n, double from, double to, r2nn_error *error) {
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
  score best = {-1, HUGE_VAL};
  uint32_t at = 0;
  for (uint32_t t = 0; t < n; t++) {
    if (!trials[t].done) continue; /* stopped before */
    const r2nn_recipe *recipe = &recipes[trials[t].table - tables];
    bool hidden = trials[t].head.kind == R2NN_HEAD_MLP, weak = trials[t].head.l2 == 1e-3,
         narrow = recipe->stages[0].fmax_hz < 0.3 * rate;
    score s = trials[t].score;
    s.accuracy -= (recipe->suppress_common ? 0 : WORTH_LEVEL) + (hidden ? WORTH_HIDDEN : 0) +
                  ((weak ? 1 : 0) + (narrow ? 0 : 1) + (recipe->stages[0].linear ? 0 : 1)) * WORTH_OTHER;
    if (!better(s, best)) continue;
    best = s;
    at = t;
  }
  return at;
}

/* Range, spacing, common mode and head on an untrained bank. *chosen is what the choice validated to. */
static r2nn_status scan(chooser *c, const r2nn_reduced *reduced, r2nn_recipe *recipe, score *chosen, r2nn_error *error) {
  const r2nn_stage_spec *wish = c->spec->n_stages ? &c->spec->stages[0] : NULL;
  double rate = recipe->stages[0].fmax_hz / TOPS[1];
  r2nn_table tables[N_TABLES] = {0};
  r2nn_recipe recipes[N_TABLES];
  trial *trials = calloc(N_TABLES + N_HEADS, sizeof *trials);
  uint32_t n_tables = 0, n_trials = 0;
  r2nn_status status = trials ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for trials");
  for (uint32_t k = 0; k < N_TABLES && status == R2NN_OK; k++) {
    r2nn_recipe try = *recipe;
    bool wider = k & 1u, linear = k & 2u, level = k & 4u;
    if (wish && wish->fmax_hz > 0 && wider) continue; /* not open */
    try.stages[0].fmax_hz = wish && wish->fmax_hz > 0 ? wish->fmax_hz : TOPS[wider] * rate;
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
      if (allowed(c, &HEADS[h]) && memcmp(&HEADS[h], &trials[best].head, sizeof HEADS[h]) != 0) {
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
  }
  for (uint32_t k = 0; k < n_tables; k++) r2nn_table_free(&tables[k]);
  free(trials);
  return status;
}

/* A recipe's circuit, trained on each fold's rest and judged on the fold. */
static r2nn_status validate(chooser *c, const r2nn_reduced *reduced, const r2nn_recipe *recipe, double from, double to,
                            score *result, r2nn_error *error) {
  r2nn_trainer part = *c->trainer;
  r2nn_status status = R2NN_OK;
  double right = 0, entropy = 0;
  uint32_t n = 0;
  for (uint32_t f = 0; f < N_FOLDS && status == R2NN_OK && !part.stopped; f++) {
    r2nn_reduced train = {0}, test = {0};
    r2nn_fitted fitted = {0};
    r2nn_table table = {0};
    part.from = c->trainer->from + (c->trainer->to - c->trainer->from) * (from + (to - from) * f / N_FOLDS);
    part.to = c->trainer->from + (c->trainer->to - c->trainer->from) * (from + (to - from) * (f + 1) / N_FOLDS);
    status = r2nn_reduced_fold(reduced, c->fold, f, true, &train, error);
    if (status == R2NN_OK) status = r2nn_reduced_fold(reduced, c->fold, f, false, &test, error);
    if (status == R2NN_OK && test.spectra->n_clips) {
      status = r2nn_fit(recipe, &train, &part, &fitted, error);
      if (status == R2NN_OK) status = r2nn_fit_table(recipe, &fitted.stages[0], &test, part.workers, &fitted.floor, &table, error);
      if (status == R2NN_OK) {
        right += r2nn_learner_accuracy(&fitted.learner, &table) * table.n_rows;
        entropy += r2nn_learner_entropy(&fitted.learner, &table) * table.n_rows;
        n += table.n_rows;
      }
    }
    r2nn_table_free(&table);
    r2nn_fitted_free(&fitted);
    if (train.spectra) r2nn_reduced_free(&train);
    if (test.spectra) r2nn_reduced_free(&test);
  }
  c->trainer->stopped = part.stopped;
  *result = n ? (score){right / n, entropy / n} : (score){0, HUGE_VAL};
  return status;
}

/* Trained bank or trained coupled network. */
static r2nn_status choose_topology(chooser *c, const r2nn_reduced *reduced, r2nn_recipe *recipe, score scores[2],
                                   r2nn_error *error) {
  static const r2nn_topology topologies[2] = {R2NN_BANK, R2NN_FULL};
  for (uint32_t k = 0; k < 2 && !c->trainer->stopped; k++) {
    r2nn_recipe try = *recipe;
    try.stages[0].topology = topologies[k];
    r2nn_status status = validate(c, reduced, &try, 0.5 * k, 0.5 * (k + 1), &scores[k], error);
    if (status != R2NN_OK) return status;
  }
  recipe->stages[0].topology = topologies[scores[1].accuracy > scores[0].accuracy + WORTH_COUPLING];
  return R2NN_OK;
}

/* The cascade trained without and judged on each of the first folds. */
static r2nn_status validate_cascade(chooser *c, const r2nn_recipe *recipe, score *result, r2nn_error *error) {
  r2nn_trainer part = *c->trainer;
  r2nn_status status = R2NN_OK;
  double right = 0, entropy = 0;
  uint32_t n = 0;
  for (uint32_t f = 0; f < N_CASCADE_FOLDS && status == R2NN_OK && !part.stopped; f++) {
    r2nn_choice train = {0}, test = {0};
    r2nn_fitted fitted = {0};
    r2nn_validation outcome = {0};
    part.from = c->trainer->from + (c->trainer->to - c->trainer->from) * f / N_CASCADE_FOLDS;
    part.to = c->trainer->from + (c->trainer->to - c->trainer->from) * (f + 1) / N_CASCADE_FOLDS;
    status = r2nn_choice_fold(&c->windows.choice, c->fold, f, true, &train, error);
    if (status == R2NN_OK) status = r2nn_choice_fold(&c->windows.choice, c->fold, f, false, &test, error);
    if (status == R2NN_OK && train.n && test.n) {
      status = r2nn_joint_fit(c->dataset, recipe, &train, &test, &part, &fitted, &outcome, error);
      right += outcome.accuracy * test.n;
      entropy += outcome.entropy * test.n;
      n += test.n;
    }
    r2nn_fitted_free(&fitted);
    r2nn_choice_free(&train);
    r2nn_choice_free(&test);
  }
  c->trainer->stopped = part.stopped;
  *result = n ? (score){right / n, entropy / n} : (score){0, HUGE_VAL};
  return status;
}

static void set_defaults(const r2nn_train_spec *spec, r2nn_recipe *recipe) {
  *recipe = (r2nn_recipe){
      .n_stages = 1,
      .stages = {{.topology = R2NN_FULL, .n_rows = N_NODES, .n_cols = 1, .q = 5}},
      .highpass_order = 1,
      .scale = R2NN_SCALE_LOG,
      .suppress_common = true,
      .head = spec->head >= 0 ? (r2nn_head_kind)spec->head : R2NN_HEAD_PERCEPTRON,
      .n_hidden = 24,
      .head_l2 = 1e-2,
      .train_circuit = true,
      .n_epochs = spec->n_epochs ? spec->n_epochs : 100,
      .n_head_epochs = 300,
      .n_starts = spec->n_starts ? spec->n_starts : 1,
      .circuit_rate = 0.02,
      .window_s = spec->window_s,
      .hop_s = spec->hop_s,
      .seed = spec->seed,
      .tolerance = spec->tolerance,
      .resistor_lo_ohm = spec->resistor_lo_ohm,
      .resistor_hi_ohm = spec->resistor_hi_ohm,
  };
  if (!spec->n_stages) return;
  recipe->stages[0].topology = spec->stages[0].topology;
  if (spec->stages[0].law >= 0) recipe->stages[0].law = (r2nn_law)spec->stages[0].law;
  recipe->stages[0].n_rows = spec->stages[0].n_rows;
  recipe->stages[0].n_cols = spec->stages[0].n_cols;
  recipe->stages[0].q = spec->stages[0].q > 0                     ? spec->stages[0].q
                        : recipe->stages[0].topology == R2NN_GRID ? 10
                                                                  : recipe->stages[0].q;
  if (recipe->stages[0].topology == R2NN_GRID && !spec->n_starts) recipe->n_starts = 3;
  if (recipe->stages[0].topology == R2NN_GRID && !spec->n_epochs) recipe->n_epochs = 300;
  if (recipe->stages[0].topology == R2NN_GRID) recipe->circuit_rate = 0.05;
}

/* The drive, and with each the scan: AC coupling alone, or two high-passes at the top of the range, behind which the nodes answer
 * as to acceleration, so that high resonators do not hear what is loud and low. */
static r2nn_status scan_drives(chooser *c, r2nn_recipe *recipe, score *chosen, r2nn_error *error) {
  r2nn_trainer whole = *c->trainer;
  r2nn_recipe start = *recipe;
  r2nn_status status = R2NN_OK;
  for (uint32_t k = 0; k < 2 && status == R2NN_OK && !(k && c->trainer->stopped); k++) {
    r2nn_recipe try = start;
    r2nn_reduced reduced = {0};
    score s = {0};
    if (k) {
      try.highpass_hz = start.stages[0].fmax_hz;
      try.highpass_order = 2;
    }
    c->trainer->from = whole.from + (whole.to - whole.from) * k / 2;
    c->trainer->to = whole.from + (whole.to - whole.from) * (k + 1) / 2;
    status = r2nn_reduce(&try, c->dataset, &c->windows.choice, c->trainer->workers, &reduced, error);
    if (status == R2NN_OK) status = scan(c, &reduced, &try, &s, error);
    if (status == R2NN_OK && (!k || s.accuracy > chosen->accuracy + WORTH_DRIVE)) {
      *chosen = s;
      *recipe = try;
    }
    if (reduced.spectra) r2nn_reduced_free(&reduced);
  }
  c->trainer->from = whole.from;
  c->trainer->to = whole.to;
  return status;
}

/* A trained bank, a trained coupled network, and a cascade on the first: validated, and the best kept. */
static r2nn_status compare(chooser *c, r2nn_recipe *recipe, char *why, size_t size, r2nn_error *error) {
  r2nn_trainer whole = *c->trainer;
  r2nn_reduced reduced = {0};
  r2nn_recipe cascade = *recipe;
  score scores[2] = {{0}}, deep = {0};
  c->trainer->to = whole.from + 0.1 * (whole.to - whole.from); /* the cascade takes longest by far */
  r2nn_status status = r2nn_reduce(recipe, c->dataset, &c->windows.choice, c->trainer->workers, &reduced, error);
  if (status == R2NN_OK) status = choose_topology(c, &reduced, recipe, scores, error);
  if (reduced.spectra) r2nn_reduced_free(&reduced);
  c->trainer->from = c->trainer->to;
  c->trainer->to = whole.to;
  bool tried =
      status == R2NN_OK && c->spec->head != R2NN_HEAD_ENERGY && c->spec->head != R2NN_HEAD_CENTROID && !c->trainer->stopped;
  if (tried) {
    if (c->spec->head < 0) cascade.head = R2NN_HEAD_PERCEPTRON;
    r2nn_shape_cascade(c->spec, &c->windows.choice, &cascade);
    status = validate_cascade(c, &cascade, &deep, error);
  }
  c->trainer->from = whole.from;
  double flat = fmax(scores[0].accuracy, scores[1].accuracy);
  bool keep = tried && deep.accuracy > flat + WORTH_CASCADE;
  if (keep) *recipe = cascade;
  int n = snprintf(why, size, "trained bank %.1f %%, trained coupled network %.1f %%", 100 * scores[0].accuracy,
                   100 * scores[1].accuracy);
  if (tried && n > 0 && (size_t)n < size)
    snprintf(why + n, size - (size_t)n, ", cascade %.1f %%: %s", 100 * deep.accuracy,
             keep ? "what comes in which order matters" : "one stage does as well");
  return status;
}

r2nn_status r2nn_choose(const r2nn_dataset *dataset, const r2nn_train_spec *spec, const r2nn_choice *choice, r2nn_trainer *trainer,
                        r2nn_recipe *recipe, char *why, size_t size, r2nn_error *error) {
  chooser c = {.dataset = dataset, .spec = spec, .trainer = trainer};
  score scanned = {0};
  char compared[256] = "", what[320];
  set_defaults(spec, recipe);
  if (!spec->n_stages && dataset->n_channels >= MANY_CHANNELS) recipe->stages[0].n_rows = N_NODES_WIDE;
  r2nn_status status = r2nn_windows_cut(choice, dataset->n_channels, spec->window_s, spec->hop_s, &c.windows, error);
  if (status == R2NN_OK) status = make_folds(&c, error);
  if (status == R2NN_OK) {
    set_from_data(&c, recipe);
    if (spec->n_stages && spec->stages[0].fmax_hz > 0) {
      recipe->stages[0].fmin_hz = spec->stages[0].fmin_hz;
      recipe->stages[0].fmax_hz = spec->stages[0].fmax_hz;
      recipe->highpass_hz = recipe->stages[0].fmin_hz;
    }
  }
  /* An untrained circuit says nothing about one that decides by itself. */
  bool has_scan = recipe->head != R2NN_HEAD_ENERGY && !(spec->n_stages && recipe->stages[0].topology == R2NN_GRID);
  bool cascade = r2nn_shape_asks_cascade(spec);
  r2nn_trainer whole = *trainer;
  trainer->to = whole.from + (spec->n_stages ? 1 : 0.06) * (whole.to - whole.from); /* about their shares of the time */
  if (status == R2NN_OK && has_scan) status = scan_drives(&c, recipe, &scanned, error);
  trainer->from = trainer->to;
  trainer->to = whole.to;
  if (status == R2NN_OK && !spec->n_stages) status = compare(&c, recipe, compared, sizeof compared, error);
  if (status == R2NN_OK && cascade) {
    if (spec->head < 0) recipe->head = R2NN_HEAD_PERCEPTRON;
    r2nn_shape_cascade(spec, &c.windows.choice, recipe);
  }
  trainer->from = whole.from;
  r2nn_windows_free(&c.windows);
  free(c.fold);
  if (status != R2NN_OK) return status;

  r2nn_shape_describe(recipe, what, sizeof what);
  int n =
      snprintf(why, size, "%s, %s head%s%s", what, r2nn_head_name(recipe->head), recipe->suppress_common ? ", level removed" : "",
               recipe->highpass_order > 1 ? ", driven through two high-passes" : "");
  if (n < 0 || (size_t)n >= size) return R2NN_OK;
  if (trainer->stopped)
    snprintf(why + n, size - (size_t)n, "; stopped before all was compared");
  else if (has_scan)
    snprintf(why + n, size - (size_t)n, "; validation inside the training part: untrained bank %.1f %%%s%s", 100 * scanned.accuracy,
             *compared ? ", " : "", compared);
  else if (*compared)
    snprintf(why + n, size - (size_t)n, "; validation inside the training part: %s", compared);
  return R2NN_OK;
}
