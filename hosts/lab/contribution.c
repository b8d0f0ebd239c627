/* r2nn lab contribution: what a network adds over a readout that has none (second paper, V). */
#include "data/dataset.h"
#include "data/load.h"
#include "lab/lab.h"
#include "model_file.h"
#include "progress.h"
#include "readout.h"

#include <math.h>
#include <stdio.h>

static const char *const networks[R2NN_N_CONTRIBUTORS] = {"no network", "untrained network", "trained network"};

static bool on_progress(void *context, const char *what, double share) {
  (void)context;
  progress_show(what, share);
  return true;
}

/* E. B. Wilson's interval (1927) of a share of n, 95 %. */
static void interval(double share, double n, double *lo, double *hi) {
  const double z = 1.959964;
  double middle = (share + z * z / (2 * n)) / (1 + z * z / n);
  double half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  *lo = middle - half;
  *hi = middle + half;
}

static void tell(lab_result *result, const r2nn_contribution *found) {
  static const lab_column columns[] = {{"network", LAB_TEXT},   {"head", LAB_TEXT},  {"features", LAB_COUNT},
                                       {"accuracy", LAB_SHARE}, {"from", LAB_SHARE}, {"to", LAB_SHARE},
                                       {"gain", LAB_SHARE},     {"half", LAB_SHARE}, {NULL, 0}};
  lab_table *rows = lab_result_table(result, "rows", columns);
  for (uint32_t k = 0; k < R2NN_N_CONTRIBUTORS; k++)
    for (uint32_t h = 0; h < R2NN_CONTRIBUTION_HEADS; h++) {
      double lo, hi, share = found->accuracy[k][h];
      interval(share, found->n_test_clips, &lo, &hi);
      lab_table_add(rows, (lab_cell[]){LAB_T(networks[k]), LAB_T(r2nn_head_name(r2nn_contribution_heads[h])),
                                       LAB_N(found->n_features[k]), LAB_N(share), LAB_N(lo), LAB_N(hi),
                                       LAB_N(share - found->accuracy[R2NN_IDENTITY][h]), LAB_N((hi - lo) / 2)});
    }
  lab_result_note(
      result,
      "%u clips train, %u test (%u decisions); from, to: 95 %% (Wilson) for so many clips; gain: over no network, same head.",
      found->n_train_clips, found->n_test_clips, found->n_test_rows);
  for (uint32_t h = 0; h < R2NN_CONTRIBUTION_HEADS; h++) {
    double gain = found->accuracy[R2NN_TRAINED][h] - found->accuracy[R2NN_IDENTITY][h];
    double learnt = found->accuracy[R2NN_TRAINED][h] - found->accuracy[R2NN_UNTRAINED][h];
    lab_result_note(result, "%-10s the network adds %+.1f points, its training %+.1f of them.",
                    r2nn_head_name(r2nn_contribution_heads[h]), 100 * gain, 100 * learnt);
  }
  lab_result_figure(result, &(lab_figure){.file = "figure",
                                          .kind = CHART_MARKS,
                                          .table = "rows",
                                          .x = "head",
                                          .y = "accuracy",
                                          .band = "half",
                                          .series = "network",
                                          .title = "What the network adds",
                                          .x_label = "Head, by rising power",
                                          .y_label = "Accuracy, %"});
}

static r2nn_status work(lab_run *run, r2nn_error *error) {
  const lab_options *options = run->options;
  const settings *common = &options->common;
  r2nn_model *model = NULL;
  data_list list = {0};
  r2nn_dataset set = {0};
  r2nn_contribution found;
  r2nn_status status = model_file_read(options->operand[0], &model, error);
  if (status == R2NN_OK) status = dataset_list(options->operand[1], &list, error);
  if (status == R2NN_OK) status = load_dataset(&list, &common->channels, common->skip_bad, workers_hook(run->pool), &set, error);
  if (status == R2NN_OK) {
    r2nn_readout readout = readout_windows(model, common->window_s, common->hop_s);
    bool windows = r2nn_readout_is_continuous(&readout);
    status = r2nn_train_contribution(&set, model, windows ? readout.window_s : 0, windows ? readout.hop_s : 0,
                                     workers_hook(run->pool), on_progress, NULL, &found, error);
  }
  progress_end();
  if (status == R2NN_OK) {
    tell(&run->result, &found);
    snprintf(run->result.subtitle, sizeof run->result.subtitle, "Model %.80s on %.120s", options->operand[0], options->operand[1]);
  }
  load_free(&set);
  data_list_free(&list);
  r2nn_model_free(model);
  return status;
}

static int run_command(const command *of, int argc, char **argv) {
  return lab_main(of, argc, argv, 2, work);
}

static const option_def options_table[] = {
    SETTING_OUTPUT("DIR", "write results.json, tables (CSV) and pictures (SVG) into this new folder"),
    {"force", 'f', OPTION_FORCE, NULL, "overwrite the files of a folder that is there"},
    SETTING_FORMAT("text or json: what is shown (text)"),
    SETTING_CHANNEL,
    SETTING_WINDOW,
    SETTING_SKIP_BAD,
    SETTING_JOBS,
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

const command lab_contribution = {
    "lab contribution",
    "MODEL DATASET",
    "what a network adds over its readout, for any model",
    "The same heads behind no network (band energies of the raw input), an untrained network of the model's layout, and the\n"
    "model's own, trained on the train clips of DATASET and judged on its test clips. A cascade is compared with an untrained\n"
    "first stage. Heads, by rising power: centroid (the L2 readout), perceptron, npml, mlp.\n\n"
    "Examples:\n"
    "  r2nn lab contribution vowels vowels/manifest.csv\n"
    "  r2nn lab contribution model.json recordings/manifest.csv -o contribution --format json",
    options_table,
    run_command,
};
