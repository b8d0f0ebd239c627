/* r2nn lab rules: the local rules on a data set, by which rows train and what is wanted (second paper, appendices A and B, Fig. 5,
 * 6). */
#include "lab/flow.h"

#include <stdio.h>

enum { SEEDS = 100, EPOCHS = 100, MOST_WAYS = 64, MAP_STEPS = 21 };
static const char *const wanted[] = {"fixed", "updated"};

/* Fig. 5: where each rule raises the resistance. */
static void tell_map(lab_result *result, double bias_v) {
  static const lab_column columns[] = {
      {"rule", LAB_TEXT}, {"drop_free", LAB_NUMBER}, {"drop_clamped", LAB_NUMBER}, {"update", LAB_TEXT}, {NULL, 0}};
  static const char *const updates[] = {"R falls", "R rises", NULL};
  lab_table *table = lab_result_table(result, "map", columns);
  for (uint32_t k = 0; k < r2nn_lab_n_rules; k++)
    for (int f = 0; f < MAP_STEPS; f++)
      for (int c = 0; c < MAP_STEPS; c++) {
        double before = 2.0 * f / (MAP_STEPS - 1) - 1, after = 2.0 * c / (MAP_STEPS - 1) - 1;
        lab_table_add(table, (lab_cell[]){LAB_T(r2nn_lab_rules[k].name), LAB_N(before), LAB_N(after),
                                          LAB_T(r2nn_lab_rules[k].rises(before, after, bias_v) ? updates[1] : updates[0])});
      }
  lab_result_figure(result, &(lab_figure){.file = "map",
                                          .kind = CHART_MAP,
                                          .table = "map",
                                          .x = "drop_free",
                                          .y = "drop_clamped",
                                          .panel = "rule",
                                          .series = "update",
                                          .order = updates,
                                          .ring = "update",
                                          .title = "What the rules do",
                                          .x_label = "Free drop, V",
                                          .y_label = "Clamped drop, V"});
}

static void tell(const flow_runs *runs, lab_table *rows, lab_table *curves, uint32_t way, const char *panel) {
  const flow_way *w = &runs->ways[way];
  lab_spread before = flow_accuracy(runs, way, 0), after = flow_accuracy(runs, way, runs->n_epochs);
  lab_spread gain = flow_change(runs, way, runs->n_epochs), none = flow_no_network(runs, way), same = flow_same_sign(runs, way);
  double best = 0;
  for (uint32_t e = 0; e <= runs->n_epochs; e++)
    if (flow_accuracy(runs, way, e).mean > best) best = flow_accuracy(runs, way, e).mean;
  lab_table_add(rows, (lab_cell[]){LAB_T(r2nn_lab_pick_names[w->pick]), LAB_T(wanted[w->follow]), LAB_T(w->rule->name),
                                   LAB_N(none.mean), LAB_N(before.mean), LAB_N(after.mean), LAB_N(after.std), LAB_N(gain.mean),
                                   LAB_N(best), LAB_N(same.mean)});
  for (uint32_t e = 0; e <= runs->n_epochs; e++) {
    lab_spread at = flow_accuracy(runs, way, e);
    lab_table_add(curves, (lab_cell[]){LAB_T(panel), LAB_T(w->rule->name), LAB_N(e), LAB_N(at.mean), LAB_N(at.std)});
  }
}

static void tell_baseline(const flow_runs *runs, lab_table *curves, uint32_t way, const char *panel) {
  for (uint32_t e = 0; e <= runs->n_epochs; e += runs->n_epochs)
    lab_table_add(curves,
                  (lab_cell[]){LAB_T(panel), LAB_T("no network"), LAB_N(e), LAB_N(flow_no_network(runs, way).mean), LAB_N(0)});
}

static r2nn_status work(lab_run *run, r2nn_error *error) {
  static const lab_column columns[] = {{"train", LAB_TEXT},
                                       {"targets", LAB_TEXT},
                                       {"rule", LAB_TEXT},
                                       {"no_network", LAB_SHARE},
                                       {"start", LAB_SHARE},
                                       {"end", LAB_SHARE},
                                       {"end_std", LAB_SHARE},
                                       {"gain", LAB_SHARE},
                                       {"best", LAB_SHARE},
                                       {"same_sign", LAB_SHARE},
                                       {NULL, 0}};
  static const lab_column points[] = {{"panel", LAB_TEXT},     {"rule", LAB_TEXT}, {"epoch", LAB_COUNT},
                                      {"accuracy", LAB_SHARE}, {"std", LAB_SHARE}, {NULL, 0}};
  const lab_options *options = run->options;
  const char *graph = options->graph ? options->graph : "paper";
  flow_way ways[MOST_WAYS];
  flow_runs runs = {.run = run,
                    .ways = ways,
                    .n_seeds = lab_number(run, options->n_seeds, 10, SEEDS),
                    .n_epochs = lab_number(run, options->n_epochs, EPOCHS / 4, EPOCHS)};
  for (uint32_t k = 0; k < r2nn_lab_n_rules * R2NN_LAB_N_PICKS * 2; k++)
    ways[runs.n_ways++] = (flow_way){&r2nn_lab_rules[k % r2nn_lab_n_rules], k / r2nn_lab_n_rules % R2NN_LAB_N_PICKS,
                                     k / r2nn_lab_n_rules / R2NN_LAB_N_PICKS, graph};
  r2nn_status status = flow_runs_do(&runs, error);
  if (status == R2NN_OK) {
    lab_table *rows = lab_result_table(&run->result, "rows", columns), *curves = lab_result_table(&run->result, "curves", points);
    for (uint32_t k = 0; k < runs.n_ways; k++) {
      const char *panel =
          lab_result_keep(&run->result, "%s rows, %s targets", r2nn_lab_pick_names[ways[k].pick], wanted[ways[k].follow]);
      tell(&runs, rows, curves, k, panel);
      if (k % r2nn_lab_n_rules == 0) tell_baseline(&runs, curves, k, panel);
    }
    tell_map(&run->result, options->learning.bias_v);
    lab_result_figure(&run->result, &(lab_figure){.file = "figure",
                                                  .kind = CHART_LINES,
                                                  .table = "curves",
                                                  .x = "epoch",
                                                  .y = "accuracy",
                                                  .panel = "panel",
                                                  .series = "rule",
                                                  .title = "Local rules of learning",
                                                  .x_label = "Epoch",
                                                  .y_label = "Accuracy, %"});
    snprintf(run->result.subtitle, sizeof run->result.subtitle, "%s, graph %s, %u levels, eta %g, b %g V, %u node assignments",
             runs.data.name, graph, options->learning.n_levels, options->learning.eta, options->learning.bias_v, runs.n_seeds);
    lab_result_note(&run->result,
                    "gain: end less start. same_sign: edges and updates whose drops, free and clamped, have one sign.");
  }
  flow_runs_free(&runs);
  return status;
}

static int run_command(const command *of, int argc, char **argv) {
  return lab_main(of, argc, argv, 0, work);
}

static const option_def options_table[] = {
    LAB_DATA("iris"),  LAB_GRAPH("paper"),
    LAB_LEARNING,      {"epochs", '\0', OPTION_EPOCHS, "N", "passes over the training rows (100)"},
    LAB_SHARED("100"), {NULL, '\0', 0, NULL, NULL},
};

const command lab_rules = {
    "lab rules",
    "[OPTION...]",
    "local rules of learning compared (appendices A and B, Fig. 5 and 6)",
    "Ten rows of each class train, the first, the last or any; the others test, by the L2 readout. A node a feature and a\n"
    "class and one at 0 V are drawn for every seed.\n\n"
    "Examples:\n"
    "  r2nn lab rules -o rules\n"
    "  r2nn lab rules --quick --bias 0.01 --graph ws:12",
    options_table,
    run_command,
};
