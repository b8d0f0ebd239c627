/* r2nn lab size: do larger resistor networks learn better? (second paper, appendix C, Fig. 7) */
#include "lab/flow.h"

#include <math.h>
#include <stdio.h>

enum { SEEDS = 100, EPOCHS = 20, N_SIZES = 10 };

static r2nn_status work(lab_run *run, r2nn_error *error) {
  static const lab_column columns[] = {
      {"nodes", LAB_COUNT},   {"no_network", LAB_SHARE}, {"start", LAB_SHARE},    {"start_std", LAB_SHARE},  {"end", LAB_SHARE},
      {"end_std", LAB_SHARE}, {"gain", LAB_SHARE},       {"gain_std", LAB_SHARE}, {"gain_error", LAB_SHARE}, {NULL, 0}};
  static const lab_column points[] = {
      {"nodes", LAB_COUNT}, {"when", LAB_TEXT}, {"accuracy", LAB_SHARE}, {"std", LAB_SHARE}, {NULL, 0}};
  const lab_options *options = run->options;
  flow_way ways[N_SIZES];
  flow_runs runs = {.run = run,
                    .ways = ways,
                    .n_seeds = lab_number(run, options->n_seeds, 10, SEEDS),
                    .n_epochs = lab_number(run, options->n_epochs, EPOCHS, EPOCHS)};
  for (uint32_t k = 0; k < N_SIZES; k += options->quick ? 3 : 1) {
    ways[runs.n_ways++] =
        (flow_way){options->learning.rule, R2NN_LAB_RANDOM, true, lab_result_keep(&run->result, "ws:%u,4,0.1", 10 * (k + 1))};
  }
  r2nn_status status = flow_runs_do(&runs, error);
  if (status == R2NN_OK) {
    lab_table *rows = lab_result_table(&run->result, "rows", columns), *curves = lab_result_table(&run->result, "curves", points);
    for (uint32_t k = 0; k < runs.n_ways; k++) {
      double nodes = options->quick ? 10 + 30.0 * k : 10 + 10.0 * k;
      lab_spread none = flow_no_network(&runs, k), before = flow_accuracy(&runs, k, 0),
                 after = flow_accuracy(&runs, k, runs.n_epochs), gain = flow_change(&runs, k, runs.n_epochs);
      lab_table_add(rows, (lab_cell[]){LAB_N(nodes), LAB_N(none.mean), LAB_N(before.mean), LAB_N(before.std), LAB_N(after.mean),
                                       LAB_N(after.std), LAB_N(gain.mean), LAB_N(gain.std), LAB_N(gain.std / sqrt(runs.n_seeds))});
      lab_table_add(curves, (lab_cell[]){LAB_N(nodes), LAB_T("before"), LAB_N(before.mean), LAB_N(before.std)});
      lab_table_add(curves, (lab_cell[]){LAB_N(nodes), LAB_T("after"), LAB_N(after.mean), LAB_N(after.std)});
      lab_table_add(curves, (lab_cell[]){LAB_N(nodes), LAB_T("no network"), LAB_N(none.mean), LAB_N(0)});
    }
    lab_result_figure(&run->result, &(lab_figure){.file = "figure",
                                                  .kind = CHART_LINES,
                                                  .table = "curves",
                                                  .x = "nodes",
                                                  .y = "accuracy",
                                                  .band = "std",
                                                  .series = "when",
                                                  .title = "Size of resistor networks",
                                                  .x_label = "Nodes",
                                                  .y_label = "Accuracy, %"});
    snprintf(run->result.subtitle, sizeof run->result.subtitle,
             "%s, small worlds of degree 4, 0.1 rewired, %s, targets updated, %u levels, "
             "%u epochs, %u graphs",
             runs.data.name, options->learning.rule->name, options->learning.n_levels, runs.n_epochs, runs.n_seeds);
    lab_result_note(&run->result, "gain_error: standard error of the mean gain.");
  }
  flow_runs_free(&runs);
  return status;
}

static int run_command(const command *of, int argc, char **argv) {
  return lab_main(of, argc, argv, 0, work);
}

static const option_def options_table[] = {
    LAB_DATA("iris"),  LAB_RULE,
    LAB_LEARNING,      {"epochs", '\0', OPTION_EPOCHS, "N", "passes over the training rows (20)"},
    LAB_SHARED("100"), {NULL, '\0', 0, NULL, NULL},
};

const command lab_size = {
    "lab size",
    "[OPTION...]",
    "larger resistor networks (appendix C, Fig. 7)",
    "Connected small worlds (Watts and Strogatz, degree 4, 0.1 rewired) of 10 to 100 nodes, one a seed; ten rows of each\n"
    "class, drawn at random, train.\n\n"
    "Examples:\n"
    "  r2nn lab size -o size\n"
    "  r2nn lab size --quick --rule rule10",
    options_table,
    run_command,
};
