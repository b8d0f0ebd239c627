/* r2nn hardware refit: the head, and the trimmers, trained anew on what the board really does. */
#include "data/dataset.h"
#include "data/load.h"
#include "hardware/commands.h"
#include "hardware/refit_play.h"
#include "hardware/refit_trims.h"
#include "model_file.h"
#include "parse.h"
#include "say.h"
#include "workers.h"

#include <string.h>

enum { OPTION_SEED = SETUP_OWN, OPTION_FOLDS, OPTION_TRIMS, OPTION_TURNED, OPTION_IDENTIFIED, OPTION_TOLERANCE };
static const option_def own_options[] = {
    SETTING_MODEL,
    SETTING_OUTPUT("MODEL.json", "write the model with the new head"),
    SETTING_FORCE,
    {"folds", 'k', OPTION_FOLDS, "N", "judge by N folds over groups, not on the test split"},
    {"seed", '\0', OPTION_SEED, "N", "of the head and the folds (1)"},
    {"trims", '\0', OPTION_TRIMS, "FILE.csv", "the board has these trimmers, trims.csv of r2nn circuit: train them too"},
    {"turned", '\0', OPTION_TURNED, "FILE.csv", "write where they are to be turned"},
    {"identified", '\0', OPTION_IDENTIFIED, "BOARD.json", "what identify found of this board (found out)"},
    {"tolerance", '\0', OPTION_TOLERANCE, "PCT", "else: by how much its parts may be expected to be off (5)"},
    SETTING_FORMAT("text or json (text)"),
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct job {
  setup wiring;
  uint64_t seed, n_folds;
  refit_play play;
  refit_trims trims;
} job;

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  job *self = context;
  double percent;
  switch (code) {
  case OPTION_FOLDS:
    return parse_whole("--folds", argument, 2, 1000, &self->n_folds, error);
  case OPTION_SEED:
    return parse_whole("--seed", argument, 1, UINT64_MAX, &self->seed, error);
  case OPTION_TRIMS:
    self->trims.list = argument;
    return true;
  case OPTION_TURNED:
    self->trims.turned = argument;
    return true;
  case OPTION_IDENTIFIED:
    self->trims.identified = argument;
    return true;
  case OPTION_TOLERANCE:
    if (!parse_number("--tolerance", argument, 0.01, 30, &percent, error)) return false;
    self->trims.tolerance = percent / 100;
    return true;
  default:
    return setup_set(&self->wiring, code, argument, error);
  }
}

static r2nn_status show(const job *self, const r2nn_refit_report *report, r2nn_error *error) {
  output out = {0};
  double ideal = 0;
  const r2nn_dataset *data = self->play.data;
  for (uint32_t k = 0; k < data->n_clips; k++)
    if (self->play.ideal_right[k] && (!report->by_test || data->clips[k].split == R2NN_SPLIT_TEST)) ideal += 1.0 / report->n_judged;
  r2nn_status status = output_open(&out, NULL, false, error);
  if (status != R2NN_OK) return status;
  if (setup_wants_json(&self->wiring)) {
    fprintf(out.stream, "{\"clips\": %u, \"split\": \"%s\", \"ideal\": %.6f, \"before\": %.6f, \"after\": %.6f", report->n_judged,
            report->split, ideal, report->before, report->after);
    if (self->trims.n) refit_trims_json(out.stream, &self->trims);
    fprintf(out.stream, "}\n");
  } else {
    fprintf(out.stream,
            "%u clips, %s\n"
            "  the model itself       %6.2f %%\n"
            "  the board, its head    %6.2f %%\n"
            "  the board, a new head  %6.2f %%\n",
            report->n_judged, report->split, 100 * ideal, 100 * report->before, 100 * report->after);
    if (self->trims.n) refit_trims_text(out.stream, &self->trims);
  }
  return output_commit(&out, error);
}

/* The data set's classes are the model's, in its order. */
static r2nn_status check_classes(const r2nn_model *model, const r2nn_dataset *data, const char *name, r2nn_error *error) {
  if (data->n_channels != model->n_channels)
    return r2nn_fail(error, R2NN_BAD_DATA, "%s: has %u channels, the model hears %u", name, data->n_channels, model->n_channels);
  bool same = data->n_classes == model->n_classes;
  for (uint32_t k = 0; same && k < model->n_classes; k++) same = strcmp(data->classes[k], model->classes[k]) == 0;
  return same ? R2NN_OK : r2nn_fail(error, R2NN_BAD_DATA, "%s: its classes are not those of the model", name);
}

/* The head, and if there are trimmers what they and another one make of the board; what is to be written is *result. */
static r2nn_status train(job *self, const measurement *all, const workers *pool, r2nn_model **result, r2nn_refit_report *report,
                         r2nn_error *error) {
  const r2nn_model *model = self->play.model;
  r2nn_model *refitted;
  r2nn_status status =
      r2nn_train_refit(model, self->play.data, &self->play.rows, (uint32_t)self->n_folds, self->seed, &refitted, report, error);
  *result = refitted;
  if (status != R2NN_OK || !self->trims.n) return status;
  status = refit_trims_train(&self->trims, model, self->play.data, all, self->play.line.rate_hz, self->seed, pool, result, error);
  r2nn_model_free(refitted);
  return status;
}

static r2nn_status refit(void *context, const char *name, r2nn_error *error) {
  job *self = context;
  r2nn_model *model = NULL, *result = NULL;
  data_list files = {0};
  r2nn_dataset data = {0};
  measurement all = {0};
  r2nn_refit_report report;
  output out = {0};
  const settings *common = &self->wiring.common;
  if (!self->trims.list && (self->trims.turned || self->trims.identified))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s goes with --trims", self->trims.turned ? "--turned" : "--identified");
  workers *pool = workers_new(0);
  r2nn_status status = pool ? model_file_read(common->model, &model, error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = output_open(&out, common->output, common->force, error);
  if (status == R2NN_OK && self->trims.list) status = refit_trims_open(&self->trims, model, common->force, error);
  if (status == R2NN_OK) status = dataset_list(name, &files, error);
  if (status == R2NN_OK) status = load_dataset(&files, NULL, false, workers_hook(pool), &data, error);
  if (status == R2NN_OK) status = check_classes(model, &data, name, error);
  self->play.model = model;
  self->play.data = &data;
  if (status == R2NN_OK) status = refit_play_all(&self->play, &self->wiring, &all, error);
  if (status == R2NN_OK) status = train(self, &all, pool, &result, &report, error);
  if (status == R2NN_OK && model->head.kind == R2NN_HEAD_ENERGY)
    say_warning("an energy head has nothing to train; it stays as it is");
  if (status == R2NN_OK) status = model_file_write(result, &out, error);
  if (status == R2NN_OK) status = refit_trims_write(&self->trims, error);
  if (status == R2NN_OK) status = show(self, &report, error);
  output_discard(&out);
  refit_trims_close(&self->trims);
  measurement_free(&all);
  refit_play_free(&self->play);
  r2nn_model_free(result);
  r2nn_model_free(model);
  load_free(&data);
  data_list_free(&files);
  workers_free(pool);
  return status;
}

static int run_command(const command *of, int argc, char **argv) {
  job self = {.wiring = setup_usual(), .seed = 1, .trims = {.tolerance = 0.05}};
  static const setup_task task = {.set = set, .work = refit, .operand = "DATASET", .wants_model = true, .wants_output = true};
  return setup_run(&self.wiring, &task, &self, of, argc, argv);
}

const command hardware_refit = {
    "hardware refit",
    "-m MODEL DATASET -o MODEL.json --loopback N",
    "the head, and the trimmers, trained anew on what the board really does",
    "Every clip of DATASET is played to the board; what comes back goes through the rest of the model, and a head of the same kind "
    "and\n"
    "size is trained on it. Both heads are judged on the test split, or by folds over groups. With --trims the board is "
    "identified, "
    "and\n"
    "its trimmers are trained with the head; the model that is written is the board with its trimmers turned. Turn them, then "
    "refit\n"
    "that model.\n\n"
    "Examples:\n"
    "  r2nn hardware refit -m vowels recordings --out 1 --in 3-34 --loopback 2 -o board.json\n"
    "  r2nn hardware refit -m vowels recordings --loopback 33 --trims folder/trims.csv --turned turned.csv -o trimmed.json",
    own_options,
    run_command,
};
