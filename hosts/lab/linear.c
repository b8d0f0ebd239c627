/* r2nn lab linear: do resistor networks learn linear tasks? (second paper, III.1, Fig. 2) */
#include "lab/lab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_TASKS = 3, N_LEVELS = 2, POINTS = 100, SEEDS = 10, UPDATES = 50000 };
static const char *const tasks[N_TASKS] = {"task 1", "task 2", "task 2, feasible"};
static const char *const finer[] = {"as asked", "ten times finer"};

typedef struct linear {
  lab_run *run;
  uint32_t n_seeds, n_updates;
  r2nn_lab_graph graph;
  r2nn_lab_linear_result *results; /* [N_TASKS][N_LEVELS][n_seeds] */
} linear;

/* The index of a node by its number, or fail. */
static bool find_node(const r2nn_lab_graph *graph, uint32_t number, uint32_t *index, r2nn_error *error) {
  for (*index = 0; *index < graph->n_nodes; (*index)++)
    if (graph->numbers[*index] == number) return true;
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "--graph: has no node %u; the tasks use nodes 1, 3, 5, 6 and 9", number);
  return false;
}

static r2nn_status learn(void *context, uint32_t index, r2nn_error *error) {
  linear *self = context;
  const lab_options *options = self->run->options;
  uint32_t task = index / (N_LEVELS * self->n_seeds), level = index / self->n_seeds % N_LEVELS, seed = index % self->n_seeds;
  r2nn_lab_linear_def def = {.graph = &self->graph,
                             .learning = options->learning,
                             .n_inputs = task ? 2 : 1,
                             .n_outputs = task ? 2 : 1,
                             .matrix = {options->slope},
                             .feasible = task == 2,
                             .n_updates = self->n_updates,
                             .n_points = POINTS};
  if (task) memcpy(def.matrix, options->matrix, sizeof options->matrix);
  def.learning.seed = seed;
  def.learning.n_levels *= level ? 10 : 1;
  const uint32_t inputs[] = {3, 9}, outputs[] = {task ? 1 : 9, 6};
  bool good = find_node(&self->graph, 5, &def.reference, error);
  for (uint32_t i = 0; i < def.n_inputs && good; i++)
    good = find_node(&self->graph, inputs[i], &def.inputs[i], error) && find_node(&self->graph, outputs[i], &def.outputs[i], error);
  return good ? r2nn_lab_linear(&def, &self->results[index], error) : R2NN_BAD_ARGUMENT;
}

static void tell(const linear *self, lab_table *rows, lab_table *curves, uint32_t task, uint32_t level) {
  const lab_options *options = self->run->options;
  const r2nn_lab_linear_result *results = self->results + (size_t)(task * N_LEVELS + level) * self->n_seeds;
  double values[4][LAB_MOST_SEEDS];
  uint32_t n = self->n_seeds;
  for (uint32_t s = 0; s < n; s++) {
    values[0][s] = results[s].error[0];
    values[1][s] = results[s].last;
    values[2][s] = results[s].reachable;
    values[3][s] = results[s].error[0];
    for (uint32_t p = 1; p <= POINTS; p++) values[3][s] = fmin(values[3][s], results[s].error[p]);
  }
  lab_spread first = lab_spread_of(values[0], n), last = lab_spread_of(values[1], n), best = lab_spread_of(values[2], n),
             least = lab_spread_of(values[3], n);
  lab_table_add(rows, (lab_cell[]){LAB_T(tasks[task]), LAB_N(options->learning.n_levels * (level ? 10.0 : 1)), LAB_N(first.mean),
                                   LAB_N(least.mean), LAB_N(last.mean), LAB_N(last.std), LAB_N(best.mean)});
  for (uint32_t p = 0; p <= POINTS; p++) {
    for (uint32_t s = 0; s < n; s++) values[3][s] = results[s].error[p];
    lab_spread at = lab_spread_of(values[3], n);
    lab_table_add(curves, (lab_cell[]){LAB_T(tasks[task]), LAB_T(finer[level]), LAB_N((double)self->n_updates * p / POINTS),
                                       LAB_N(at.mean), LAB_N(at.std)});
  }
}

static void judge(lab_run *run, const lab_table *rows) {
  double last[N_TASKS * N_LEVELS], least[N_TASKS * N_LEVELS], best[N_TASKS * N_LEVELS];
  for (uint32_t r = 0; r < rows->n_rows; r++) {
    last[r] = lab_table_cell(rows, r, lab_table_column(rows, "error"))->number;
    least[r] = lab_table_cell(rows, r, lab_table_column(rows, "least"))->number;
    best[r] = lab_table_cell(rows, r, lab_table_column(rows, "reachable"))->number;
  }
  lab_result_note(&run->result,
                  "Ten times the levels divide the error of task 1 by %.3g, of task 2 by %.3g, of feasible targets by %.3g.",
                  last[0] / last[1], last[2] / last[3], last[4] / last[5]);
  lab_result_note(&run->result, "At its least along the way: by %.3g, %.3g and %.3g. error: the mean of the last tenth.",
                  least[0] / least[1], least[2] / least[3], least[4] / least[5]);
  lab_result_note(&run->result,
                  "reachable: the least error of resistances without steps between Rmax/levels and Rmax (gradient descent).");
  if (best[2] > 0.1 * last[2])
    lab_result_note(&run->result,
                    "Task 2 asks for a map that no passive network of this graph has: the targets limit it, not the rule.");
}

static r2nn_status work(lab_run *run, r2nn_error *error) {
  static const lab_column columns[] = {
      {"task", LAB_TEXT},    {"levels", LAB_COUNT},     {"start", LAB_NUMBER},     {"least", LAB_NUMBER},
      {"error", LAB_NUMBER}, {"error_std", LAB_NUMBER}, {"reachable", LAB_NUMBER}, {NULL, 0}};
  static const lab_column points[] = {{"task", LAB_TEXT},    {"levels", LAB_TEXT},      {"update", LAB_COUNT},
                                      {"error", LAB_NUMBER}, {"error_std", LAB_NUMBER}, {NULL, 0}};
  const lab_options *options = run->options;
  linear self = {.run = run,
                 .n_seeds = lab_number(run, options->n_seeds, 3, SEEDS),
                 .n_updates = lab_number(run, options->n_updates, UPDATES / 10, UPDATES)};
  uint32_t n = N_TASKS * N_LEVELS * self.n_seeds;
  r2nn_status status = lab_graph_load(options->graph ? options->graph : "paper", 0, &self.graph, error);
  if (status != R2NN_OK) return status;
  self.results = calloc(n, sizeof *self.results);
  status = self.results ? lab_run_tasks(run, "resistor networks", n, learn, &self, error)
                        : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) {
    lab_table *rows = lab_result_table(&run->result, "rows", columns), *curves = lab_result_table(&run->result, "curves", points);
    for (uint32_t k = 0; k < N_TASKS * N_LEVELS; k++) tell(&self, rows, curves, k / N_LEVELS, k % N_LEVELS);
    judge(run, rows);
    lab_result_figure(&run->result, &(lab_figure){.file = "figure",
                                                  .kind = CHART_LINES,
                                                  .table = "curves",
                                                  .x = "update",
                                                  .y = "error",
                                                  .panel = "task",
                                                  .series = "levels",
                                                  .title = "Linear tasks of resistor networks",
                                                  .x_label = "Updates",
                                                  .y_label = "Mean squared error, V\302\262",
                                                  .y_kind = AXIS_LOG});
    snprintf(run->result.subtitle, sizeof run->result.subtitle, "Graph %s, %s, eta %g, %u levels and ten times as many, %u seeds",
             options->graph ? options->graph : "paper", options->learning.rule->name, options->learning.eta,
             options->learning.n_levels, self.n_seeds);
  }
  for (uint32_t i = 0; self.results && i < n; i++) r2nn_lab_linear_free(&self.results[i]);
  free(self.results);
  r2nn_lab_graph_free(&self.graph);
  return status;
}

static int run_command(const command *of, int argc, char **argv) {
  return lab_main(of, argc, argv, 0, work);
}

static const option_def options_table[] = {
    LAB_GRAPH("paper"),
    LAB_RULE,
    LAB_LEARNING,
    {"updates", '\0', OPTION_UPDATES, "N", "samples that are learnt (50000)"},
    {"slope", '\0', OPTION_SLOPE, "A", "task 1: V9 = A V3 (0.3)"},
    {"matrix", '\0', OPTION_MATRIX, "A,B,C,D", "task 2: V1 = A V3 + B V9, V6 = C V3 + D V9 (0.15,0.2,0.25,0.1)"},
    LAB_SHARED("10"),
    {NULL, '\0', 0, NULL, NULL},
};

const command lab_linear = {
    "lab linear",
    "[OPTION...]",
    "linear tasks of resistor networks (III.1, Fig. 2)",
    "Node 5 is at 0 V. Task 1: V9 follows V3. Task 2: V1 and V6 follow V3 and V9. Third, a task that is the map of such a\n"
    "network with levels drawn at random, and so can be reached.\n\n"
    "Examples:\n"
    "  r2nn lab linear -o linear\n"
    "  r2nn lab linear --quick --rule rule9 --format json",
    options_table,
    run_command,
};
