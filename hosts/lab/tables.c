/* r2nn lab table1 and table2: methods on data sets (second paper, tables 1 and 2, Fig. 3 and 8). */
#include "lab/csv_data.h"
#include "lab/lab.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 10, MOST_METHODS = 16, QUICK_STEPS = 1000, QUICK_SEEDS = 2, STEPS_2 = 4000 };

/* Methods whose decisions are drawn as maps (Fig. 3). */
static const char *const mapped[] = {"linear", "npml", "ml", NULL};

typedef struct tables {
  lab_run *run;
  bool second;
  uint32_t n_seeds, n_data, n_methods;
  r2nn_lab_job job;                             /* of all, but for data and seed */
  r2nn_lab_data *data;                          /* [n_data] */
  const r2nn_lab_method *methods[MOST_METHODS]; /* [n_methods] */
  r2nn_lab_verdict *verdicts;                   /* [n_data][n_methods][n_seeds] */
} tables;

static bool is_mapped(const tables *self, const r2nn_lab_data *data, const r2nn_lab_method *method, uint32_t seed) {
  uint32_t k = 0;
  while (mapped[k] && strcmp(mapped[k], method->name) != 0) k++;
  return !self->second && seed == 0 && mapped[k] && (data->n_features == 2 || strcmp(data->name, "yin-yang") == 0);
}

static r2nn_lab_split split_of(uint32_t seed) {
  return (r2nn_lab_split){.pick = R2NN_LAB_RANDOM, .share = 0.8, .seed = seed};
}

static r2nn_status judge(void *context, uint32_t index, r2nn_error *error) {
  tables *self = context;
  uint32_t seed = index % self->n_seeds;
  const r2nn_lab_method *method = self->methods[index / self->n_seeds % self->n_methods];
  const r2nn_lab_data *data = &self->data[index / self->n_seeds / self->n_methods];
  r2nn_lab_verdict *verdict = &self->verdicts[index];
  r2nn_lab_data train = {0}, test = {0};
  r2nn_lab_split split = split_of(seed);
  r2nn_status status = r2nn_lab_data_split(data, &split, &train, &test, error);
  r2nn_lab_job job = self->job;
  job.train = &train;
  job.test = &test;
  job.seed = seed;
  verdict->loss = (double)NAN;
  if (status == R2NN_OK && is_mapped(self, data, method, seed)) {
    verdict->decided = malloc(test.n_rows * sizeof *verdict->decided);
    if (!verdict->decided) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  if (status == R2NN_OK) status = method->run(&job, verdict, error);
  r2nn_lab_data_free(&train);
  r2nn_lab_data_free(&test);
  return status;
}

static const r2nn_lab_verdict *verdicts_of(const tables *self, uint32_t data, uint32_t method) {
  return self->verdicts + ((size_t)data * self->n_methods + method) * self->n_seeds;
}

/* The row of a set and a method. */
static lab_spread tell(const tables *self, uint32_t d, uint32_t m, const char *name, lab_table *rows) {
  const r2nn_lab_verdict *v = verdicts_of(self, d, m);
  double test[LAB_MOST_SEEDS], train = 0, n_nodes = 0, n_unstable = 0, n_runs = 0;
  for (uint32_t s = 0; s < self->n_seeds; s++) {
    test[s] = v[s].accuracy;
    train += v[s].train_accuracy / self->n_seeds;
    n_nodes += v[s].n_nodes;
    n_unstable += v[s].n_unstable;
    n_runs += v[s].n_unstable > 0;
  }
  lab_spread spread = lab_spread_of(test, self->n_seeds);
  lab_table_add(rows, (lab_cell[]){LAB_T(name), LAB_T(self->methods[m]->name), LAB_N(spread.mean), LAB_N(spread.std), LAB_N(train),
                                   LAB_N(self->n_seeds), LAB_N(n_nodes), LAB_N(n_unstable), LAB_N(n_runs)});
  return spread;
}

/* Rows of all, and beside them the paper's layout: a line a set, a column a method. */
static void tell_all(tables *self, lab_spread *spreads) {
  static const lab_column columns[] = {
      {"dataset", LAB_TEXT}, {"method", LAB_TEXT}, {"mean", LAB_SHARE},     {"std", LAB_SHARE},           {"train", LAB_SHARE},
      {"runs", LAB_COUNT},   {"nodes", LAB_COUNT}, {"unstable", LAB_COUNT}, {"unstable_runs", LAB_COUNT}, {NULL, 0}};
  lab_column wide[MOST_METHODS + 2] = {{"dataset", LAB_TEXT}};
  for (uint32_t m = 0; m < self->n_methods; m++) wide[m + 1] = (lab_column){self->methods[m]->name, LAB_TEXT};
  lab_result *result = &self->run->result;
  lab_table *shown = lab_result_table(result, "table", wide), *rows = lab_result_table(result, "rows", columns);
  for (uint32_t d = 0; d < self->n_data; d++) {
    const char *name = lab_result_keep(result, "%s", self->data[d].name);
    lab_cell cells[MOST_METHODS + 1] = {LAB_T(name)};
    for (uint32_t m = 0; m < self->n_methods; m++) {
      lab_spread *at = &spreads[d * self->n_methods + m];
      *at = tell(self, d, m, name, rows);
      cells[m + 1].text = lab_result_keep(result, "%5.1f \302\261 %-4.1f", 100 * at->mean, 100 * at->std);
    }
    lab_table_add(shown, cells);
  }
  lab_result_figure(result, &(lab_figure){.file = "figure",
                                          .kind = CHART_MARKS,
                                          .table = "rows",
                                          .x = "dataset",
                                          .y = "mean",
                                          .band = "std",
                                          .series = "method",
                                          .title = self->second ? "Bounded weights" : "Readouts and physical networks",
                                          .x_label = "",
                                          .y_label = "Accuracy, %"});
}

static r2nn_status tell_maps(tables *self, r2nn_error *error) {
  static const lab_column columns[] = {{"panel", LAB_TEXT}, {"x", LAB_NUMBER},     {"y", LAB_NUMBER},
                                       {"class", LAB_TEXT}, {"decided", LAB_TEXT}, {NULL, 0}};
  static const char *const classes[] = {"class 1", "class 2", "class 3", "class 4", "class 5",
                                        "class 6", "class 7", "class 8", NULL};
  lab_table *map = NULL;
  lab_result *result = &self->run->result;
  for (uint32_t k = 0; k < self->n_data * self->n_methods; k++) {
    const r2nn_lab_data *data = &self->data[k / self->n_methods];
    const r2nn_lab_method *method = self->methods[k % self->n_methods];
    const uint32_t *decided = verdicts_of(self, k / self->n_methods, k % self->n_methods)->decided;
    r2nn_lab_data train, test;
    r2nn_lab_split split = split_of(0);
    if (!decided) continue;
    r2nn_status status = r2nn_lab_data_split(data, &split, &train, &test, error);
    if (status != R2NN_OK) return status;
    if (!map) map = lab_result_table(result, "map", columns);
    const char *panel = lab_result_keep(result, "%s, %s", data->name, method->name);
    for (uint32_t r = 0; r < test.n_rows; r++) {
      const double *x = test.x + (size_t)r * test.n_features;
      lab_table_add(map, (lab_cell[]){LAB_T(panel), LAB_N(x[0]), LAB_N(x[1]), LAB_T(classes[test.label[r] % 8]),
                                      LAB_T(classes[decided[r] % 8])});
    }
    r2nn_lab_data_free(&train);
    r2nn_lab_data_free(&test);
  }
  if (map)
    lab_result_figure(result, &(lab_figure){.file = "map",
                                            .kind = CHART_MAP,
                                            .table = "map",
                                            .x = "x",
                                            .y = "y",
                                            .panel = "panel",
                                            .series = "decided",
                                            .order = classes,
                                            .ring = "class",
                                            .title = "What is decided (disc) and what is true (ring), test rows of seed 0",
                                            .x_label = "x, scaled",
                                            .y_label = "y, scaled"});
  return R2NN_OK;
}

static uint32_t method_at(const tables *self, const char *name) {
  uint32_t m = 0;
  while (m < self->n_methods && strcmp(self->methods[m]->name, name) != 0) m++;
  return m;
}

/* How far a method stays behind ML at worst, and where. */
static void tell_distance(tables *self, const lab_spread *spreads, const char *name) {
  uint32_t own = method_at(self, name), ml = method_at(self, "ml"), worst = 0;
  double most = -1;
  for (uint32_t d = 0; d < self->n_data; d++) {
    double behind = spreads[d * self->n_methods + ml].mean - spreads[d * self->n_methods + own].mean;
    if (behind > most) worst = d;
    most = fmax(most, behind);
  }
  lab_result_note(&self->run->result, "%s against ml: at worst %.1f points (%s).", name, -100 * most, self->data[worst].name);
}

static void tell_unstable(tables *self, const char *name) {
  uint32_t m = method_at(self, name), n_nodes = 0, n_unstable = 0, n_runs = 0;
  for (uint32_t d = 0; d < self->n_data; d++)
    for (uint32_t s = 0; s < self->n_seeds; s++) {
      const r2nn_lab_verdict *v = &verdicts_of(self, d, m)[s];
      n_nodes += v->n_nodes;
      n_unstable += v->n_unstable;
      n_runs += v->n_unstable > 0;
    }
  lab_result_note(&self->run->result, "%s: %u of %u nodes have S <= 0 and would latch, in %u of %u networks.", name, n_unstable,
                  n_nodes, n_runs, self->n_data * self->n_seeds);
}

static r2nn_status work_on(lab_run *run, bool second, r2nn_error *error) {
  const lab_options *options = run->options;
  tables self = {.run = run, .second = second, .n_seeds = lab_number(run, options->n_seeds, QUICK_SEEDS, SEEDS)};
  self.job = options->job;
  if (options->quick && !options->has_starts) self.job.training.n_starts = 1;
  if (!options->has_steps && (options->quick || second)) self.job.training.n_steps = options->quick ? QUICK_STEPS : STEPS_2;
  for (uint32_t k = 0; k < r2nn_lab_n_methods && self.n_methods < MOST_METHODS; k++)
    if (second ? r2nn_lab_methods[k].in_table2 : r2nn_lab_methods[k].in_table1)
      self.methods[self.n_methods++] = &r2nn_lab_methods[k];
  r2nn_status status = lab_run_data(run, csv_data_eight, &self.data, &self.n_data, error);
  if (status != R2NN_OK) return status;
  uint32_t n = self.n_data * self.n_methods * self.n_seeds;
  self.verdicts = calloc(n, sizeof *self.verdicts);
  lab_spread *spreads = calloc((size_t)self.n_data * self.n_methods, sizeof *spreads);
  status = self.verdicts && spreads ? lab_run_tasks(run, "methods on data sets", n, judge, &self, error)
                                    : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) {
    tell_all(&self, spreads);
    status = tell_maps(&self, error);
    lab_result_note(&run->result, "Accuracy in %%, mean and standard deviation over %u splits, four fifths of each class training.",
                    self.n_seeds);
    for (uint32_t m = 0; m < self.n_methods; m++)
      lab_result_note(&run->result, "  %-12s %s", self.methods[m]->name, self.methods[m]->what);
    for (uint32_t k = 0; k < 3 && !second; k++) tell_distance(&self, spreads, (const char *[]){"npml", "spml", "grounded"}[k]);
    for (uint32_t k = 0; k < 3 && !second; k++) tell_unstable(&self, (const char *[]){"npml", "spml", "grounded"}[k]);
    snprintf(run->result.subtitle, sizeof run->result.subtitle, "%u split%s; %u start%s of %u steps, lambda %g", self.n_seeds,
             self.n_seeds == 1 ? "" : "s", self.job.training.n_starts, self.job.training.n_starts == 1 ? "" : "s",
             self.job.training.n_steps, self.job.lambda);
  }
  for (uint32_t i = 0; self.verdicts && i < n; i++) free(self.verdicts[i].decided);
  free(self.verdicts);
  free(spreads);
  lab_data_list_free(self.data, self.n_data);
  return status;
}

static r2nn_status work1(lab_run *run, r2nn_error *error) {
  return work_on(run, false, error);
}

static r2nn_status work2(lab_run *run, r2nn_error *error) {
  return work_on(run, true, error);
}

static int run1(const command *of, int argc, char **argv) {
  return lab_main(of, argc, argv, 0, work1);
}

static int run2(const command *of, int argc, char **argv) {
  return lab_main(of, argc, argv, 0, work2);
}

static const option_def options1[] = {
    LAB_DATA("the eight of the paper"),
    LAB_LAYERS("8000"),
    {"lambda", '\0', OPTION_LAMBDA, "X", "npml: weight of eq. 7 (0.3)"},
    {"even", '\0', OPTION_EVEN, "LAW", "spml: even 2s(|z|)-1 or even-half s(|z|) (even)"},
    {"outputs", '\0', OPTION_OUTPUTS, "NODE", "spml's output nodes: kirchhoff (eq. 6) or sum (kirchhoff)"},
    {"reading", '\0', OPTION_READING, "SCORE", "linear: argmax, product or distance (argmax)"},
    {"last", '\0', OPTION_LAST, NULL, "mcp: by its last weights, not by their mean"},
    LAB_SHARED("10"),
    {NULL, '\0', 0, NULL, NULL},
};

static const option_def options2[] = {
    LAB_DATA("the eight of the paper"),
    LAB_LAYERS("4000"),
    LAB_SHARED("10"),
    {NULL, '\0', 0, NULL, NULL},
};

const command lab_table1 = {
    "lab table1",
    "[OPTION...]",
    "readouts, linear maps and physical networks on eight data sets (table 1, Fig. 3)",
    "Of several starts, with several rates, the one with the lowest training loss counts.\n\n"
    "Examples:\n"
    "  r2nn lab table1 --seeds 10 -o table1\n"
    "  r2nn lab table1 --data mine.csv --data circles --quick",
    options1,
    run1,
};

const command lab_table2 = {
    "lab table2",
    "[OPTION...]",
    "bounded weights and laws with both slopes (appendix D, table 2, Fig. 8)",
    "Weights are bounded by tanh (-1..1), the logistic function (0..1) or exp (above 0), nodes are weighted sums; passive:\n"
    "conductances above 0 with nodes by eq. 6.\n\n"
    "Examples:\n"
    "  r2nn lab table2 -o table2\n"
    "  r2nn lab table2 --data circles --data xor --bell bell",
    options2,
    run2,
};
