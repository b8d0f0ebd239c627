/* r2nn hardware refit: the head, trained anew on what the board really does. */
#include "circuit/upsample.h"
#include "data/dataset.h"
#include "data/load.h"
#include "hardware/commands.h"
#include "hardware/measure.h"
#include "model_file.h"
#include "parse.h"
#include "progress.h"
#include "say.h"
#include "workers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TAIL_S   2.0 /* longest ring-out after a clip */
#define APART_S  0.3 /* silence after it besides, in which the round trip ends */
#define LATEST_S 1.0

enum { OPTION_SEED = SETUP_OWN, OPTION_FOLDS };
static const option_def own_options[] = {
    SETTING_MODEL,
    SETTING_OUTPUT("MODEL.json", "write the model with the new head"),
    SETTING_FORCE,
    {"folds", 'k', OPTION_FOLDS, "N", "judge by N folds over groups, not on the test split"},
    {"seed", '\0', OPTION_SEED, "N", "of the head and the folds (1)"},
    SETTING_FORMAT("text or json (text)"),
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct job {
  setup wiring;
  uint64_t seed, n_folds;
  const r2nn_model *model;
  const r2nn_dataset *data;
  exchange line;
  uint32_t latency;           /* frames, whole */
  r2nn_engine *board, *ideal; /* behind the board; all of the model */
  r2nn_refit_rows rows;
  uint32_t n_room;
  bool *ideal_right; /* [n_clips] */
} job;

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  job *self = context;
  if (code == OPTION_FOLDS) return parse_whole("--folds", argument, 2, 1000, &self->n_folds, error);
  if (code == OPTION_SEED) return parse_whole("--seed", argument, 1, UINT64_MAX, &self->seed, error);
  return setup_set(&self->wiring, code, argument, error);
}

/* One decision a clip, or the model's windows. */
static r2nn_status make_engines(job *self, r2nn_error *error) {
  r2nn_engine_def def = r2nn_engine_def_default(self->model, self->line.rate_hz);
  if (!r2nn_readout_is_continuous(&def.readout)) def.readout.mode = R2NN_MODE_FILE;
  def.margin_threshold = 0;
  r2nn_status status = r2nn_engine_new(self->model, &def, &self->ideal, error);
  def.has_board = true;
  return status == R2NN_OK ? r2nn_engine_new(self->model, &def, &self->board, error) : status;
}

/* A clip at the interface's rate, interleaved; *n_frames of it. */
static r2nn_status resample(const job *self, const r2nn_clip *clip, float **sound, uint32_t *n_frames, r2nn_error *error) {
  double times = self->line.rate_hz / clip->rate_hz;
  if (times < 1 || fabs(times - round(times)) > 1e-9)
    return r2nn_fail(error, R2NN_BAD_DATA, "the recordings are at %g Hz, the interface runs at %g Hz: it must be a whole multiple",
                     clip->rate_hz, self->line.rate_hz);
  *n_frames = (uint32_t)clip->n_frames * (uint32_t)lround(times);
  return upsample(clip->samples, (uint32_t)clip->n_frames, self->data->n_channels, (uint32_t)lround(times), sound, error);
}

static bool keep(job *self, uint32_t clip, const r2nn_decision *decision) {
  uint32_t n = self->model->head.n_features;
  if (self->rows.n_rows == self->n_room) {
    self->n_room = self->n_room ? 2 * self->n_room : 256;
    double *features = realloc(self->rows.features, (size_t)self->n_room * n * sizeof *features);
    if (features) self->rows.features = features;
    uint32_t *clips = realloc(self->rows.clips, self->n_room * sizeof *clips);
    if (clips) self->rows.clips = clips;
    if (!features || !clips) return false;
  }
  for (uint32_t i = 0; i < n; i++) self->rows.features[(size_t)self->rows.n_rows * n + i] = (double)decision->features[i];
  self->rows.clips[self->rows.n_rows++] = clip;
  return true;
}

/* What was heard of a clip, [n_in][n_all] late by the round trip, through what follows the board; frames is what was played,
 * [n][m]. */
static bool hear(job *self, uint32_t clip, const float *in, uint32_t n_all, const float *frames, uint32_t n, uint32_t n_tail) {
  uint32_t m = self->model->n_channels, n_nodes = self->model->stages[0].n_outputs;
  float *row = malloc((size_t)(m + n_nodes) * sizeof *row);
  r2nn_decision decision;
  bool good = row != NULL;
  r2nn_engine_reset(self->board);
  for (uint32_t t = 0; t < n + n_tail && good; t++) {
    for (uint32_t c = 0; c < m && t < n; c++) row[c] = frames[(size_t)t * m + c];
    for (uint32_t o = 0; o < n_nodes; o++) row[m + o] = in[(size_t)o * n_all + self->latency + t];
    if (t < n)
      r2nn_engine_run(self->board, row, 1);
    else
      r2nn_engine_drain_board(self->board, row + m, 1);
    while (good && r2nn_engine_poll(self->board, &decision)) good = keep(self, clip, &decision);
  }
  r2nn_engine_finish(self->board);
  while (good && r2nn_engine_poll(self->board, &decision)) good = keep(self, clip, &decision);
  free(row);
  return good;
}

/* What the model itself decides. */
static void decide_ideal(job *self, uint32_t index, const float *frames, uint32_t n, uint32_t n_tail) {
  r2nn_vote vote;
  r2nn_decision decision;
  const r2nn_clip *clip = &self->data->clips[index];
  uint32_t most = r2nn_engine_max_frames(self->ideal), m = self->model->n_channels;
  r2nn_vote_begin(&vote, self->model->n_classes);
  r2nn_engine_reset(self->ideal);
  for (uint32_t done = 0, piece; done < n; done += piece) {
    piece = n - done < most ? n - done : most;
    r2nn_engine_run(self->ideal, frames + (size_t)done * m, piece);
    while (r2nn_engine_poll(self->ideal, &decision)) r2nn_vote_add(&vote, &decision, (int32_t)clip->label);
  }
  if (!r2nn_readout_is_continuous(&self->model->readout)) r2nn_engine_drain(self->ideal, n_tail);
  r2nn_engine_finish(self->ideal);
  while (r2nn_engine_poll(self->ideal, &decision)) r2nn_vote_add(&vote, &decision, (int32_t)clip->label);
  self->ideal_right[index] = r2nn_vote_winner(&vote) == (int32_t)clip->label;
}

static r2nn_status play_clip(job *self, uint32_t index, r2nn_error *error) {
  const r2nn_clip *clip = &self->data->clips[index];
  float *sound = NULL, *play = NULL, *in = NULL;
  uint32_t n = 0, m = self->model->n_channels;
  r2nn_status status = resample(self, clip, &sound, &n, error);
  if (status != R2NN_OK) return status;
  bool rings = !r2nn_readout_is_continuous(&self->model->readout);
  uint32_t n_tail = rings ? r2nn_engine_tail(self->ideal, TAIL_S) : 0;
  uint32_t n_all = n + n_tail + self->latency + (uint32_t)(APART_S * self->line.rate_hz);
  play = calloc((size_t)m * n_all, sizeof *play);
  in = malloc((size_t)self->line.n_in * n_all * sizeof *in);
  status = play && in ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t c = 0; c < m && status == R2NN_OK; c++)
    for (uint32_t t = 0; t < n; t++) play[(size_t)c * n_all + t] = sound[(size_t)t * m + c];
  if (status == R2NN_OK) status = exchange_run(&self->line, NULL, play, in, n_all, error);
  if (status == R2NN_OK && !hear(self, index, in, n_all, sound, n, n_tail))
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) decide_ideal(self, index, sound, n, n_tail);
  free(sound);
  free(play);
  free(in);
  return status;
}

static r2nn_status play_all(job *self, r2nn_error *error) {
  latency_found late;
  measurement all;
  const r2nn_model *model = self->model;
  r2nn_status status = exchange_open(&self->line, &self->wiring, model->n_channels, model->stages[0].n_outputs, error);
  if (status == R2NN_OK) status = measure_board(&self->line, &self->wiring, model, &all, error);
  if (status == R2NN_OK) measurement_free(&all);
  if (status == R2NN_OK) status = measure_latency(&self->line, &self->wiring, 2, &late, error);
  if (status == R2NN_OK) self->latency = (uint32_t)lround(fmax(late.frames, 0));
  if (status == R2NN_OK) status = make_engines(self, error);
  for (uint32_t k = 0; k < self->data->n_clips && status == R2NN_OK; k++) {
    progress_show("clips through the board", (double)k / self->data->n_clips);
    status = play_clip(self, k, error);
  }
  progress_end();
  exchange_close(&self->line);
  return status;
}

static r2nn_status show(const job *self, const r2nn_refit_report *report, r2nn_error *error) {
  output out = {0};
  double ideal = 0;
  for (uint32_t k = 0; k < self->data->n_clips; k++)
    if (self->ideal_right[k] && (!report->by_test || self->data->clips[k].split == R2NN_SPLIT_TEST))
      ideal += 1.0 / report->n_judged;
  r2nn_status status = output_open(&out, NULL, false, error);
  if (status != R2NN_OK) return status;
  if (setup_wants_json(&self->wiring))
    fprintf(out.stream, "{\"clips\": %u, \"split\": \"%s\", \"ideal\": %.6f, \"before\": %.6f, \"after\": %.6f}\n",
            report->n_judged, report->split, ideal, report->before, report->after);
  else
    fprintf(out.stream,
            "%u clips, %s\n"
            "  the model itself       %6.2f %%\n"
            "  the board, its head    %6.2f %%\n"
            "  the board, a new head  %6.2f %%\n",
            report->n_judged, report->split, 100 * ideal, 100 * report->before, 100 * report->after);
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

static r2nn_status refit(void *context, const char *name, r2nn_error *error) {
  job *self = context;
  r2nn_model *model = NULL, *refitted = NULL;
  data_list files = {0};
  r2nn_dataset data = {0};
  r2nn_refit_report report;
  output out = {0};
  const settings *common = &self->wiring.common;
  workers *pool = workers_new(0);
  r2nn_status status = pool ? model_file_read(common->model, &model, error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = output_open(&out, common->output, common->force, error);
  if (status == R2NN_OK) status = dataset_list(name, &files, error);
  if (status == R2NN_OK) status = load_dataset(&files, NULL, false, workers_hook(pool), &data, error);
  if (status == R2NN_OK) status = check_classes(model, &data, name, error);
  self->model = model;
  self->data = &data;
  self->ideal_right = calloc(data.n_clips + (size_t)1, sizeof *self->ideal_right);
  if (status == R2NN_OK && !self->ideal_right) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = play_all(self, error);
  if (status == R2NN_OK)
    status = r2nn_train_refit(model, &data, &self->rows, (uint32_t)self->n_folds, self->seed, &refitted, &report, error);
  if (status == R2NN_OK && model->head.kind == R2NN_HEAD_ENERGY)
    say_warning("an energy head has nothing to train; it stays as it is");
  if (status == R2NN_OK) status = model_file_write(refitted, &out, error);
  if (status == R2NN_OK) status = show(self, &report, error);
  output_discard(&out);
  r2nn_engine_free(self->board);
  r2nn_engine_free(self->ideal);
  free(self->rows.features);
  free(self->rows.clips);
  free(self->ideal_right);
  r2nn_model_free(refitted);
  r2nn_model_free(model);
  load_free(&data);
  data_list_free(&files);
  workers_free(pool);
  return status;
}

static int run_command(const command *of, int argc, char **argv) {
  job self = {.wiring = setup_usual(), .seed = 1};
  static const setup_task task = {.set = set, .work = refit, .operand = "DATASET", .wants_model = true, .wants_output = true};
  return setup_run(&self.wiring, &task, &self, of, argc, argv);
}

const command hardware_refit = {
    "hardware refit",
    "-m MODEL DATASET -o MODEL.json --loopback N",
    "the head, trained anew on what the board really does",
    "Every clip of DATASET is played to the board; what comes back goes through the rest of the model, and a head of the same kind "
    "and\n"
    "size is trained on it. Both heads are judged on the test split, or by folds over groups.\n\n"
    "Example:\n"
    "  r2nn hardware refit -m vowels recordings --out 1 --in 3-34 --loopback 2 -o board.json",
    own_options,
    run_command,
};
