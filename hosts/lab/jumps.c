/* r2nn lab jumps: why training of nodes by eq. 6 falls back (second paper, Fig. 4). */
#include "lab/lab.h"

#include <stdio.h>
#include <stdlib.h>

enum { SEEDS = 20, STEPS = 1500 };
#define RATE 0.03

typedef struct jumps {
  lab_run *run;
  const r2nn_lab_data *data;
  uint32_t n_seeds, n_steps;
  double lambdas[2];
  r2nn_lab_jump_result *results; /* [2][n_seeds] */
} jumps;

static r2nn_status learn(void *context, uint32_t index, r2nn_error *error) {
  jumps *self = context;
  r2nn_lab_split split = {.pick = R2NN_LAB_RANDOM, .share = 0.8, .seed = index % self->n_seeds};
  r2nn_lab_data train = {0}, test = {0};
  r2nn_status status = r2nn_lab_data_split(self->data, &split, &train, &test, error);
  r2nn_lab_jump_def def = {.data = &train,
                           .lambda = self->lambdas[index / self->n_seeds],
                           .rate = RATE,
                           .n_steps = self->n_steps,
                           .seed = index % self->n_seeds};
  if (status == R2NN_OK) status = r2nn_lab_jump(&def, &self->results[index], error);
  r2nn_lab_data_free(&train);
  r2nn_lab_data_free(&test);
  return status;
}

static void tell_curve(lab_run *run, lab_table *curves, const char *panel, const r2nn_lab_jump_result *result, uint32_t n_steps) {
  for (uint32_t s = 0; s <= n_steps; s++)
    lab_table_add(curves, (lab_cell[]){LAB_T(panel), LAB_T("share wrong"), LAB_N(s), LAB_N(result->wrong[s])});
  for (uint32_t k = 0; k < result->n_nodes; k++) {
    const char *name = lab_result_keep(&run->result, "S%u", k + 1);
    for (uint32_t s = 0; s <= n_steps; s++)
      lab_table_add(curves,
                    (lab_cell[]){LAB_T(panel), LAB_T(name), LAB_N(s), LAB_N(result->sums[(size_t)s * result->n_nodes + k])});
  }
}

static void tell(jumps *self) {
  static const lab_column columns[] = {
      {"lambda", LAB_NUMBER}, {"runs", LAB_COUNT},           {"runs_with_jumps", LAB_COUNT}, {"jumps", LAB_COUNT},
      {"flips", LAB_COUNT},   {"jumps_on_flips", LAB_COUNT}, {"wrong_end", LAB_SHARE},       {NULL, 0}};
  static const lab_column points[] = {
      {"panel", LAB_TEXT}, {"what", LAB_TEXT}, {"step", LAB_COUNT}, {"value", LAB_NUMBER}, {NULL, 0}};
  lab_result *result = &self->run->result;
  lab_table *rows = lab_result_table(result, "rows", columns), *curves = lab_result_table(result, "curves", points);
  for (uint32_t l = 0; l < 2; l++) {
    double n_runs = 0, n_jumps = 0, n_flips = 0, n_both = 0, wrong = 0;
    uint32_t shown = 0;
    const r2nn_lab_jump_result *all = self->results + (size_t)l * self->n_seeds;
    for (uint32_t s = 0; s < self->n_seeds; s++) {
      n_runs += all[s].n_jumps > 0;
      n_jumps += all[s].n_jumps;
      n_flips += all[s].n_flips;
      n_both += all[s].n_jumps_on_flips;
      wrong += all[s].wrong[self->n_steps] / self->n_seeds;
      if (self->results[s].n_jumps > self->results[shown].n_jumps) shown = s; /* the same seed for both */
    }
    lab_table_add(rows, (lab_cell[]){LAB_N(self->lambdas[l]), LAB_N(self->n_seeds), LAB_N(n_runs), LAB_N(n_jumps), LAB_N(n_flips),
                                     LAB_N(n_both), LAB_N(wrong)});
    tell_curve(self->run, curves, lab_result_keep(result, "lambda %g, seed %u", self->lambdas[l], shown), &all[shown],
               self->n_steps);
    lab_result_note(result, "lambda %g: %.0f of %.0f jumps fall on a step in which a sum changes sign.", self->lambdas[l], n_both,
                    n_jumps);
  }
  lab_result_note(result, "A jump: the share of wrong rows rises by 0.1 or more in one step.");
  lab_result_figure(result, &(lab_figure){.file = "figure",
                                          .kind = CHART_LINES,
                                          .table = "curves",
                                          .x = "step",
                                          .y = "value",
                                          .panel = "panel",
                                          .series = "what",
                                          .title = "Jumps where a sum changes sign",
                                          .x_label = "Step",
                                          .y_label = "Share wrong; sum S",
                                          .y_lo = -2,
                                          .y_hi = 3});
}

static r2nn_status work(lab_run *run, r2nn_error *error) {
  const lab_options *options = run->options;
  jumps self = {.run = run,
                .n_seeds = lab_number(run, options->n_seeds, 5, SEEDS),
                .n_steps = lab_number(run, options->n_updates, STEPS, STEPS),
                .lambdas = {0, options->has_lambda ? options->job.lambda : 1}};
  r2nn_lab_data data;
  r2nn_status status = lab_run_set(run, "line", &data, error);
  if (status != R2NN_OK) return status;
  self.data = &data;
  self.results = calloc(2 * (size_t)self.n_seeds, sizeof *self.results);
  if (!self.results) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = lab_run_tasks(run, "layers of two nodes", 2 * self.n_seeds, learn, &self, error);
  if (status == R2NN_OK) tell(&self);
  snprintf(run->result.subtitle, sizeof run->result.subtitle, "%s, one layer of %u nodes by eq. 6, Adam at %g, %u runs", data.name,
           data.n_classes, RATE, self.n_seeds);
  for (uint32_t i = 0; self.results && i < 2 * self.n_seeds; i++) r2nn_lab_jump_free(&self.results[i]);
  free(self.results);
  r2nn_lab_data_free(&data);
  return status;
}

static int run_command(const command *of, int argc, char **argv) {
  return lab_main(of, argc, argv, 0, work);
}

static const option_def options_table[] = {
    LAB_DATA("line"),
    {"updates", '\0', OPTION_UPDATES, "N", "steps (1500)"},
    {"lambda", '\0', OPTION_LAMBDA, "X", "weight of eq. 7, beside runs without it (1)"},
    LAB_SHARED("20"),
    {NULL, '\0', 0, NULL, NULL},
};

const command lab_jumps = {
    "lab jumps",
    "[OPTION...]",
    "why training by eq. 6 falls back (Fig. 4)",
    "Two nodes by eq. 6 learn on which side of a line a point is; every step the share of wrong rows and both sums are kept.\n\n"
    "Examples:\n"
    "  r2nn lab jumps -o jumps\n"
    "  r2nn lab jumps --data blobs --quick",
    options_table,
    run_command,
};
