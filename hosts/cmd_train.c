/* r2nn train: recordings become a model. */
#include "building.h"
#include "checkpoint.h"
#include "data/dataset.h"
#include "data/load.h"
#include "interrupt.h"
#include "model_file.h"
#include "options.h"
#include "parse.h"
#include "parts_file.h"
#include "progress.h"
#include "r2nn/jury.h"
#include "readout.h"
#include "report.h"
#include "say.h"
#include "settings.h"
#include "workers.h"
#include "yield_show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  OPTION_STAGE = OPTION_OWN,
  OPTION_HEAD,
  OPTION_FOLDS,
  OPTION_SEED,
  OPTION_EPOCHS,
  OPTION_STARTS,
  OPTION_RESISTORS,
  OPTION_STRANGERS,
  OPTION_TOLERANCE,
  OPTION_PARTS,
  OPTION_RESUME,
  OPTION_NAME
};
static const option_def options_table[] = {
    SETTING_OUTPUT("MODEL.json", "write the model here"),
    SETTING_FORCE,
    {"stage", 's', OPTION_STAGE, "KIND:SIZE[@FMIN-FMAX][,q=Q][,law=LAW]", "the circuit: grid:RxC, full:N or bank:N"},
    {"head", 'H', OPTION_HEAD, "HEAD", "energy, centroid, perceptron, mlp, npml or spml (chosen)"},
    SETTING_CHANNEL,
    SETTING_WINDOW,
    {"folds", 'k', OPTION_FOLDS, "N", "judge by N-fold cross-validation over the groups, then train on everything"},
    {"seed", '\0', OPTION_SEED, "N", "start of the random numbers (1)"},
    {"epochs", 'e', OPTION_EPOCHS, "N", "passes over the recordings (chosen)"},
    {"starts", '\0', OPTION_STARTS, "N", "random starts, the best is kept (chosen)"},
    {"resistors", '\0', OPTION_RESISTORS, "LO-HI", "range of every resistor in ohm, like 4k7-1M (1k-10M)"},
    {"strangers", '\0', OPTION_STRANGERS, "PCT", "made-up sounds of no class that a cascade also hears, of the clips (40)"},
    {"tolerance", '\0', OPTION_TOLERANCE, "PCT", "train for parts that are off by so much, 0 to 20 % (0)"},
    {"parts", '\0', OPTION_PARTS, "NAME",
     "for a circuit of these parts (ideal, TL074... or a file): their tolerance, and show boards"},
    {"resume", '\0', OPTION_RESUME, NULL, "go on with a run that was broken off, from MODEL.json.resume"},
    {"name", 'n', OPTION_NAME, "NAME", "the model's name (that of the file)"},
    SETTING_SKIP_BAD,
    SETTING_JOBS,
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct train {
  settings common;
  r2nn_train_spec spec;
  const char *name;
  bool resume, with_tolerance;
  building built;
} train;

/* Boards that are shown with --parts: of a cascade every engine has to run. */
enum { BOARDS = 200, BOARDS_RUN = 10 };

static bool set_whole(const char *name, const char *argument, uint64_t lo, uint64_t hi, uint32_t *value, r2nn_error *error) {
  uint64_t whole;
  if (!parse_whole(name, argument, lo, hi, &whole, error)) return false;
  *value = (uint32_t)whole;
  return true;
}

static bool set_stage(train *self, const char *argument, r2nn_error *error) {
  if (self->spec.n_stages == R2NN_MAX_STAGES) {
    r2nn_fail(error, R2NN_BAD_ARGUMENT, "--stage: at most %u stages", R2NN_MAX_STAGES);
    return false;
  }
  r2nn_error reason = {""};
  if (r2nn_stage_spec_parse(argument, &self->spec.stages[self->spec.n_stages], &reason) == R2NN_OK) {
    self->spec.n_stages++;
    return true;
  }
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "--stage %s: %s", argument, reason.text);
  return false;
}

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  train *self = context;
  r2nn_train_spec *spec = &self->spec;
  const char *heads[R2NN_N_HEADS];
  switch (code) {
  case OPTION_STAGE:
    return set_stage(self, argument, error);
  case OPTION_HEAD:
    for (int i = 0; i < R2NN_N_HEADS; i++) heads[i] = r2nn_head_name((r2nn_head_kind)i);
    spec->head = parse_word("--head", argument, heads, R2NN_N_HEADS, error);
    return spec->head >= 0;
  case OPTION_FOLDS:
    return set_whole("--folds", argument, 2, 10000, &spec->n_folds, error);
  case OPTION_SEED:
    return parse_whole("--seed", argument, 0, UINT64_MAX, &spec->seed, error);
  case OPTION_EPOCHS:
    return set_whole("--epochs", argument, 1, 1000000, &spec->n_epochs, error);
  case OPTION_STARTS:
    return set_whole("--starts", argument, 1, 1000, &spec->n_starts, error);
  case OPTION_RESISTORS:
    return parse_resistors("--resistors", argument, &spec->resistor_lo_ohm, &spec->resistor_hi_ohm, error);
  case OPTION_STRANGERS:
    if (!parse_number("--strangers", argument, 0, 100, &spec->strangers, error)) return false;
    spec->strangers /= 100;
    return true;
  case OPTION_PARTS:
    self->built.parts = argument;
    return parts_file_read("--parts", argument, &self->built.model, error) == R2NN_OK;
  case OPTION_TOLERANCE:
    self->with_tolerance = true;
    if (!parse_number("--tolerance", argument, 0, 20, &spec->tolerance, error)) return false;
    spec->tolerance /= 100;
    return true;
  case OPTION_RESUME:
    self->resume = true;
    return true;
  case OPTION_NAME:
    self->name = argument;
    if (parse_is_name(argument) && strlen(argument) < sizeof((r2nn_model){0}).name) return true;
    r2nn_fail(error, R2NN_BAD_ARGUMENT, "--name: must be 1 to 127 bytes of UTF-8 text");
    return false;
  default:
    return settings_set(&self->common, code, argument, error);
  }
}

static bool on_progress(void *context, const char *what, double share) {
  (void)context;
  progress_show(what, share);
  return !interrupt_asked();
}

/* The data set in one line. */
static void put_summary(FILE *to, const data_list *list, const r2nn_dataset *set) {
  double seconds = 0, lowest_hz = set->clips[0].rate_hz, highest_hz = lowest_hz;
  for (uint32_t i = 0; i < set->n_clips; i++) {
    const r2nn_clip *clip = &set->clips[i];
    seconds += (double)clip->n_frames / clip->rate_hz;
    if (clip->rate_hz < lowest_hz) lowest_hz = clip->rate_hz;
    if (clip->rate_hz > highest_hz) highest_hz = clip->rate_hz;
  }
  fprintf(to, "data      %s\n          %u clips, %.1f s in all, %u classes, ", list->source, set->n_clips, seconds, set->n_classes);
  if (set->has_groups) fprintf(to, "%u groups, ", set->n_groups);
  fprintf(to, "%u channel%s, %g", set->n_channels, set->n_channels == 1 ? "" : "s", lowest_hz);
  if (highest_hz > lowest_hz) fprintf(to, " to %g", highest_hz);
  fprintf(to, " Hz\n");
}

static void put_result(FILE *to, const r2nn_train_report *result, const r2nn_model *model, double seconds) {
  fprintf(to, "choice    %s\n", result->choice);
  fprintf(to, "training  %u clips, %.1f s", result->n_train_clips, seconds);
  fprintf(to, "\njudged    on %s\n", result->split);
  report_text(to, &(report){.classes = model->classes,
                            .tally = &result->tally,
                            .baselines = &result->baselines,
                            .by_window = r2nn_readout_is_continuous(&model->readout)});
}

/* The model's name: --name, or that of its file without folder and ending. */
static void name_model(const train *self, r2nn_model *model) {
  const char *slash = strrchr(self->common.output, '/');
  const char *base = self->name ? self->name : slash ? slash + 1 : self->common.output;
  if (!self->name && (strcmp(base, "-") == 0 || !parse_is_name(base))) return;
  size_t length = strlen(base);
  if (!self->name && length > 5 && strcmp(base + length - 5, ".json") == 0) length -= 5;
  if (length >= sizeof model->name) length = sizeof model->name - 1;
  while ((base[length] & 0xc0) == 0x80) length--; /* never inside a character */
  snprintf(model->name, sizeof model->name, "%.*s", (int)length, base);
}

/* Hours of training must not be lost to a full disk: try the folder for temporary files. */
static void rescue(const r2nn_model *model) {
  const char *folder = getenv("TMPDIR");
  char path[512];
  output out;
  snprintf(path, sizeof path, "%.400s/r2nn-rescued-%ld.json", folder && folder[0] ? folder : "/tmp", (long)getpid());
  if (output_open(&out, path, false, NULL) == R2NN_OK && model_file_write(model, &out, NULL) == R2NN_OK)
    say_error("the model was written to %s instead", path);
}

/* How boards of the parts do that the model was trained for, on the test split if there is one. */
static r2nn_status put_boards(const train *self, data_list *list, const r2nn_model *model, const workers *pool, FILE *to,
                              r2nn_error *error) {
  bool has_test = data_list_count(list, R2NN_SPLIT_TEST) > 0;
  evaluate_def judged = {.model = model,
                         .readout = model->readout,
                         .list = list,
                         .channels = &self->common.channels,
                         .skip_bad = self->common.skip_bad,
                         .pool = pool};
  yield_def def = {.judged = &judged, .built = &self->built, .wanted = -1};
  evaluation designed = {0};
  yield_result result = {0};
  r2nn_status status = R2NN_OK;
  if (has_test) data_list_keep(list, R2NN_SPLIT_TEST);
  if (has_test) status = data_list_index(list, error);
  if (!r2nn_readout_is_continuous(&judged.readout)) judged.readout.mode = R2NN_MODE_FILE;
  def.n_boards = r2nn_jury_fits(model) && judged.readout.mode == R2NN_MODE_FILE ? BOARDS : BOARDS_RUN;
  if (status == R2NN_OK) status = evaluate(&judged, &designed, error);
  if (status == R2NN_OK) status = yield_find(&def, r2nn_tally_accuracy(&designed.tally), &result, error);
  if (status == R2NN_OK) {
    fprintf(to, "\nbuilt     from %s, judged on %s", self->built.parts,
            has_test ? "the test split" : "the recordings that it was trained on");
    yield_text(to, &result);
  }
  yield_free(&result);
  evaluation_free(&designed);
  return status;
}

/* Train, write the model, then show how good it is. */
static r2nn_status train_and_write(train *self, data_list *list, const r2nn_dataset *set, const workers *pool, output *out,
                                   r2nn_error *error) {
  FILE *to = out->stream == stdout ? stderr : stdout; /* a model on standard output stands there alone */
  r2nn_model *model = NULL;
  r2nn_train_report result = {0};
  checkpoint kept;
  r2nn_status status = checkpoint_open(&kept, self->common.output, self->resume, error);
  if (status != R2NN_OK) {
    checkpoint_close(&kept, false);
    return status;
  }
  if (kept.path) self->spec.checkpoints = &kept.hooks;
  put_summary(to, list, set);
  fflush(to);
  double begun_s = progress_clock();
  interrupt_wait_for_second();
  status = r2nn_train(set, &self->spec, workers_hook(pool), on_progress, NULL, &model, &result, error);
  double seconds = progress_clock() - begun_s;
  progress_end();
  if (status != R2NN_OK) {
    checkpoint_close(&kept, false);
    return status;
  }
  name_model(self, model);
  status = model_file_write(model, out, error);
  bool written = status == R2NN_OK;
  checkpoint_close(&kept, status == R2NN_OK && !interrupt_asked());
  put_result(to, &result, model, seconds);
  if (status == R2NN_OK && self->built.parts) status = put_boards(self, list, model, pool, to, error);
  if (status == R2NN_OK && to == stdout) fprintf(to, "\nwritten   %s\n", self->common.output);
  if (!written) rescue(model);
  r2nn_train_report_free(&result);
  r2nn_model_free(model);
  return status;
}

static int checked(const command *of, train *self, const options *line) {
  if (line->n_operands != 1) return options_wrong(of, "give one DATASET, not %u", line->n_operands);
  if (!self->common.output) return options_wrong(of, "where to? give -o MODEL.json");
  output out = {0};
  data_list list = {0};
  r2nn_dataset set = {0};
  r2nn_error error = {""};
  workers *pool = NULL;
  bool same = output_is_input(self->common.output, line->operands[0], &error);
  r2nn_status status = same ? R2NN_BAD_ARGUMENT : dataset_list(line->operands[0], &list, &error);
  for (uint32_t i = 0; i < list.n_entries && status == R2NN_OK; i++)
    if (output_is_input(self->common.output, list.entries[i].path, &error)) status = R2NN_BAD_ARGUMENT;
  if (status == R2NN_OK) status = output_open(&out, self->common.output, self->common.force, &error);
  if (status == R2NN_OK && !(pool = workers_new(self->common.n_jobs))) status = r2nn_fail(&error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK)
    status = load_dataset(&list, &self->common.channels, self->common.skip_bad, workers_hook(pool), &set, &error);
  if (status == R2NN_OK) status = train_and_write(self, &list, &set, pool, &out, &error);
  output_discard(&out);
  if (status == R2NN_OK) status = output_commit(&(output){.stream = stdout, .name = "standard output"}, &error);
  workers_free(pool);
  load_free(&set);
  data_list_free(&list);
  if (status != R2NN_OK) say_error("%s", error.text);
  return status == R2NN_OK ? EXIT_DONE : EXIT_FAILED;
}

static int run_command(const command *of, int argc, char **argv) {
  train self = {.common = {.format = -1}, .spec = r2nn_train_spec_default(), .built = building_default()};
  options line;
  int code = options_read(&line, of, set, &self, argc, argv);
  self.spec.window_s = self.common.window_s;
  self.spec.hop_s = self.common.hop_s;
  const r2nn_part_model *parts = &self.built.model;
  if (self.built.parts && !self.with_tolerance)
    self.spec.tolerance = fmin(fmax(parts->capacitor.tolerance, parts->resistor.tolerance), 0.2);
  if (code < 0) code = checked(of, &self, &line);
  options_free(&line);
  return code;
}

const command cmd_train = {
    "train",
    "DATASET -o MODEL.json",
    "make a model from labelled recordings",
    "DATASET is a folder whose sub-folders are labels, a folder with manifest.csv, or a manifest: lines of\n"
    "path,label[,group[,split]] under such a header; split is train or test, and a group (a speaker, a machine)\n"
    "is never on both sides. With no options everything is chosen by validation inside the training part.\n"
    "In --stage, KIND:SIZE is grid:RxC, full:N or bank:N, frequencies are in Hz, and LAW is identity, square, rectify, log,\n"
    "saturate, bandpass or agc. Several --stage make a cascade; without any, one stage\n"
    "and a cascade are tried and what validates better is kept.\n"
    "Ctrl-C once: the best model so far is written. Twice: nothing is. Long training leaves MODEL.json.resume every\n"
    "half minute; the same command with --resume goes on from it, to the same model.\n\n"
    "Examples:\n"
    "  r2nn train recordings/ -o model.json\n"
    "  r2nn train vowels/manifest.csv -o grid.json --stage grid:5x5 --head energy --folds 5\n"
    "  r2nn train bearings/ -o bearings.json --window 0.2 --channel 1\n"
    "  r2nn train vowels/manifest.csv -o tolerant.json --parts TL074 --tolerance 5",
    options_table,
    run_command,
};
