/* r2nn eval: how well does a model decide? */
#include "building.h"
#include "data/dataset.h"
#include "data/load.h"
#include "evaluate.h"
#include "model_file.h"
#include "options.h"
#include "parse.h"
#include "plot/accuracy.h"
#include "plot/boards.h"
#include "plot/page.h"
#include "progress.h"
#include "readout.h"
#include "report.h"
#include "say.h"
#include "settings.h"

#include <string.h>

static const char *const formats[] = {"text", "json"};
static const char *const splits[] = {"all", "train", "test"};
static const r2nn_split split_values[] = {R2NN_SPLIT_NONE, R2NN_SPLIT_TRAIN, R2NN_SPLIT_TEST};
enum { N_FORMATS = 2, JSON = 1, N_SPLITS = 3, ALL = 0, TEST = 2 };

enum {
  OPTION_SPLIT = OPTION_OWN,
  OPTION_BASELINES,
  OPTION_LATENCY,
  OPTION_NOISE,
  OPTION_SEED,
  OPTION_PLOT,
  OPTION_YIELD,
  OPTION_AT_LEAST
};
static const option_def options_table[] = {
    SETTING_MODEL,
    {"split", 's', OPTION_SPLIT, "NAME", "judge on train, test or all (test if the manifest has one)"},
    SETTING_WINDOW,
    {"baselines", 'b', OPTION_BASELINES, NULL, "train the four baselines and show them, all on the test split"},
    {"latency", 'l', OPTION_LATENCY, "S,...|default",
     "accuracy at these times after the onset, or at ten that suit the recordings"},
    {"noise", 'n', OPTION_NOISE, "DB,...", "accuracy beside white noise at these signal to noise ratios"},
    {"seed", '\0', OPTION_SEED, "N", "start of the noise's random numbers (1)"},
    BUILDING_OPTIONS,
    {"yield", 'y', OPTION_YIELD, "N", "build N boards: how well do they decide, and which parts matter?"},
    {"at-least", '\0', OPTION_AT_LEAST, "PCT", "the accuracy that a board should have (a point less than the model's)"},
    {"plot", 'p', OPTION_PLOT, "FILE.svg|png", "draw --latency, --noise or --yield into this file"},
    SETTING_FORMAT("text or json (text)"),
    SETTING_OUTPUT("OUT", "write the result here (standard output)"),
    SETTING_FORCE,
    SETTING_CHANNEL,
    SETTING_SKIP_BAD,
    SETTING_JOBS,
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct eval {
  settings common;
  int split; /* -1 = not given */
  bool baselines, with_latency, with_noise, with_seed;
  sweep latency, noise;
  uint64_t seed;
  const char *plot;
  building built;
  uint32_t n_boards; /* 0: no yield */
  double wanted;     /* 0..1; below 0: not given */
} eval;

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  eval *self = context;
  uint64_t whole = 0;
  bool taken;
  if (building_set(&self->built, code, argument, &taken, error)) return taken;
  switch (code) {
  case OPTION_YIELD:
    taken = parse_whole("--yield", argument, 1, 1000000, &whole, error);
    self->n_boards = (uint32_t)whole;
    return taken;
  case OPTION_AT_LEAST:
    taken = parse_number("--at-least", argument, 0, 100, &self->wanted, error);
    self->wanted /= 100;
    return taken;
  case OPTION_SPLIT:
    self->split = parse_word("--split", argument, splits, N_SPLITS, error);
    return self->split >= 0;
  case OPTION_BASELINES:
    self->baselines = true;
    return true;
  case OPTION_LATENCY:
    self->with_latency = true;
    return sweep_times_parse("--latency", argument, &self->latency, error);
  case OPTION_NOISE:
    self->with_noise = true;
    return sweep_noise_parse("--noise", argument, &self->noise, error);
  case OPTION_SEED:
    self->with_seed = true;
    return parse_whole("--seed", argument, 0, UINT64_MAX, &self->seed, error);
  case OPTION_PLOT:
    self->plot = argument;
    return true;
  default:
    return settings_set(&self->common, code, argument, error);
  }
}

/* List the files to be judged. */
static r2nn_status list_split(const eval *self, const char *path, data_list *list, r2nn_error *error) {
  r2nn_status status = dataset_list(path, list, error);
  if (status != R2NN_OK) return status;
  int split = self->split >= 0 ? self->split : data_list_count(list, R2NN_SPLIT_TEST) ? TEST : ALL;
  if (split == ALL) return R2NN_OK;
  if (data_list_count(list, split_values[split]) == 0)
    return r2nn_fail(error, R2NN_BAD_DATA, "%s: no file is of split %s", list->source, splits[split]);
  data_list_keep(list, split_values[split]);
  return data_list_index(list, error);
}

static bool on_progress(void *context, const char *what, double share) {
  (void)context;
  progress_show(what, share);
  return true;
}

/* The baselines want the whole data set in memory, training part and all. */
static r2nn_status find_baselines(const eval *self, const char *path, const r2nn_model *model, const r2nn_readout *readout,
                                  const workers *pool, r2nn_baselines *baselines, r2nn_error *error) {
  data_list list = {0};
  r2nn_dataset set = {0};
  bool windows = r2nn_readout_is_continuous(readout);
  r2nn_status status = dataset_list(path, &list, error);
  if (status == R2NN_OK)
    status = load_dataset(&list, &self->common.channels, self->common.skip_bad, workers_hook(pool), &set, error);
  if (status == R2NN_OK)
    status = r2nn_train_baselines(&set, model, windows ? readout->window_s : 0, windows ? readout->hop_s : 0, workers_hook(pool),
                                  on_progress, NULL, baselines, error);
  progress_end();
  load_free(&set);
  data_list_free(&list);
  return status;
}

static r2nn_status draw(const eval *self, const r2nn_model *model, const data_list *list, const r2nn_tally *tally, output *to,
                        r2nn_error *error) {
  char subtitle[256];
  accuracy_def def = {.data = self->with_noise ? &self->noise : &self->latency,
                      .is_noise = self->with_noise,
                      .whole = r2nn_tally_accuracy(tally),
                      .chance = 1.0 / model->n_classes,
                      .title = model->name[0] ? model->name : "R2NN model",
                      .subtitle = subtitle};
  snprintf(subtitle, sizeof subtitle, "Accuracy %s: %llu clips of %u classes, %.150s",
           self->with_noise ? "beside white noise" : "over the time of decision", (unsigned long long)tally->n_clips,
           model->n_classes, list->source);
  r2nn_status status = accuracy_write(to->stream, &def, page_is_png(self->plot), error);
  return status == R2NN_OK ? output_commit(to, error) : status;
}

static r2nn_status draw_yield(const eval *self, const r2nn_model *model, const data_list *list, const yield_result *yield,
                              output *to, r2nn_error *error) {
  char subtitle[256];
  snprintf(subtitle, sizeof subtitle, "%u boards of %.40s op-amps, judged on %u recordings, %.120s", yield->n_boards,
           self->built.model.opamp.name, list->n_entries, list->source);
  boards_def def = {
      .data = yield, .n_clips = list->n_entries, .title = model->name[0] ? model->name : "R2NN model", .subtitle = subtitle};
  r2nn_status status = boards_write(to->stream, &def, page_is_png(self->plot), error);
  return status == R2NN_OK ? output_commit(to, error) : status;
}

/* Where the results go. */
typedef struct outputs {
  output report, plot;
} outputs;

static r2nn_status judge(eval *self, const char *path, const r2nn_model *model, const workers *pool, outputs *out,
                         r2nn_error *error) {
  r2nn_readout readout = readout_windows(model, self->common.window_s, self->common.hop_s);
  if (!r2nn_readout_is_continuous(&readout) || self->with_latency) readout.mode = R2NN_MODE_FILE;
  data_list list = {0};
  evaluate_def def = {.model = model,
                      .readout = readout,
                      .list = &list,
                      .channels = &self->common.channels,
                      .skip_bad = self->common.skip_bad,
                      .pool = pool,
                      .latency = self->with_latency ? &self->latency : NULL,
                      .noise = self->with_noise ? &self->noise : NULL,
                      .noise_seed = self->seed};
  evaluation result = {0};
  yield_result yield = {0};
  yield_def boards = {.judged = &def, .built = &self->built, .n_boards = self->n_boards, .wanted = self->wanted};
  r2nn_model *built = NULL;
  r2nn_flaws *flaws = NULL;
  r2nn_baselines baselines;
  r2nn_status status = list_split(self, path, &list, error);
  if (status == R2NN_OK && self->built.parts && !self->n_boards) {
    status = building_make(&self->built, model, &built, &flaws, error);
    def.model = built;
    def.flaws = flaws;
  }
  if (status == R2NN_OK) status = evaluate(&def, &result, error);
  if (status == R2NN_OK && self->n_boards) status = yield_find(&boards, r2nn_tally_accuracy(&result.tally), &yield, error);
  if (status == R2NN_OK && self->baselines) status = find_baselines(self, path, model, &readout, pool, &baselines, error);
  if (status == R2NN_OK) {
    report shown = {.classes = model->classes,
                    .tally = &result.tally,
                    .baselines = self->baselines ? &baselines : NULL,
                    .latency = def.latency,
                    .noise = def.noise,
                    .yield = self->n_boards ? &yield : NULL,
                    .realtime_factor = result.work_s > 0 ? result.sound_s / result.work_s : 0,
                    .by_window = r2nn_readout_is_continuous(&readout)};
    (self->common.format == JSON ? report_json : report_text)(out->report.stream, &shown);
    status = output_commit(&out->report, error);
  }
  if (status == R2NN_OK && self->plot)
    status = self->n_boards ? draw_yield(self, model, &list, &yield, &out->plot, error)
                            : draw(self, model, &list, &result.tally, &out->plot, error);
  yield_free(&yield);
  r2nn_model_free(built);
  r2nn_flaws_free(flaws);
  evaluation_free(&result);
  data_list_free(&list);
  return status;
}

/* Whether what is asked for fits together; an exit code if not, else -1. */
static int check_use(const command *of, const eval *self, const options *line) {
  if (!self->common.model) return options_wrong(of, "which model? give -m MODEL");
  if (line->n_operands != 1) return options_wrong(of, "give one DATASET, not %u", line->n_operands);
  if (self->baselines && self->split >= 0 && self->split != TEST)
    return options_wrong(of, "--baselines are judged on the test split, not with --split %s", splits[self->split]);
  if (self->with_latency && self->common.window_s > 0)
    return options_wrong(of, "--latency decides at times after the onset, not with --window");
  if (self->with_seed && !self->with_noise) return options_wrong(of, "--seed goes with --noise");
  if (!self->n_boards && self->wanted >= 0) return options_wrong(of, "--at-least goes with --yield");
  if (self->n_boards && self->built.with_board) return options_wrong(of, "--yield builds boards 1 to N, not one by --board");
  r2nn_error error = {""};
  if (!self->n_boards && !building_fits(&self->built, &error)) return options_wrong(of, "%s", error.text);
  if (!self->plot) return -1;
  int n_drawn = self->with_latency + self->with_noise + (self->n_boards > 0);
  if (n_drawn != 1)
    return options_wrong(of, "--plot draws %s",
                         n_drawn ? "one of --latency, --noise and --yield, not more" : "--latency, --noise or --yield: give one");
  if (!page_is_picture(self->plot)) return options_wrong(of, "--plot: %s must end in .svg or .png", self->plot);
  if (self->common.output && strcmp(self->common.output, self->plot) == 0)
    return options_wrong(of, "%s: -o and --plot need a file each", self->plot);
  return -1;
}

static int checked(const command *of, eval *self, const options *line) {
  int code = check_use(of, self, line);
  if (code >= 0) return code;
  outputs out = {0};
  r2nn_error error = {""};
  r2nn_model *model = NULL;
  workers *pool = NULL;
  bool same = output_is_input(self->common.output, self->common.model, &error) ||
              output_is_input(self->common.output, line->operands[0], &error) ||
              output_is_input(self->plot, line->operands[0], &error);
  r2nn_status status = same ? R2NN_BAD_ARGUMENT : output_open(&out.report, self->common.output, self->common.force, &error);
  if (status == R2NN_OK && self->plot) status = output_open(&out.plot, self->plot, self->common.force, &error);
  if (status == R2NN_OK) status = model_file_read(self->common.model, &model, &error);
  if (status == R2NN_OK && !(pool = workers_new(self->common.n_jobs))) status = r2nn_fail(&error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = judge(self, line->operands[0], model, pool, &out, &error);
  output_discard(&out.report);
  output_discard(&out.plot);
  workers_free(pool);
  r2nn_model_free(model);
  if (status != R2NN_OK) say_error("%s", error.text);
  return status == R2NN_OK ? EXIT_DONE : EXIT_FAILED;
}

static int run_command(const command *of, int argc, char **argv) {
  eval self = {.common = {.format = -1, .formats = formats, .n_formats = N_FORMATS},
               .split = -1,
               .seed = 1,
               .built = building_default(),
               .wanted = -1};
  options line;
  int code = options_read(&line, of, set, &self, argc, argv);
  if (code < 0) code = checked(of, &self, &line);
  options_free(&line);
  return code;
}

const command cmd_eval = {
    "eval",
    "-m MODEL DATASET",
    "judge a model on labelled recordings",
    "DATASET as for r2nn train; labels are matched to the model's classes by name, and some may be missing.\n"
    "With --latency each clip is decided as a whole and, from rest at its onset, where the model's gate opens, after\n"
    "each time again; a clip that has ended by then counts with its whole.\n\n"
    "Examples:\n"
    "  r2nn eval -m vowels vowels/manifest.csv\n"
    "  r2nn eval -m bearings.json bearings/manifest.csv --window 0.2 --baselines --format json\n"
    "  r2nn eval -m model.json recordings/ --split all\n"
    "  r2nn eval -m model.json recordings/ --latency 0.05,0.1,0.2,0.5 --plot latency.svg\n"
    "  r2nn eval -m model.json recordings/ --noise 30,20,10,0,-10 --format json\n"
    "  r2nn eval -m model.json recordings/ --parts TL074 --board 7\n"
    "  r2nn eval -m vowels vowels/manifest.csv --parts TL074 --yield 1000 --plot yield.svg",
    options_table,
    run_command,
};
