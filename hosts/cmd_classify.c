/* r2nn classify: what does a model hear in sound files? */
#include "model_file.h"
#include "options.h"
#include "output.h"
#include "parse.h"
#include "plot/events.h"
#include "plot/page.h"
#include "progress.h"
#include "readout.h"
#include "say.h"
#include "settings.h"
#include "sinks/sink.h"
#include "stream.h"
#include "words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const sink *const sinks[] = {&sink_text, &sink_json, &sink_csv, &sink_audacity};
static const char *const formats[] = {"text", "json", "csv", "audacity"}; /* as sinks */
static const char *const modes[] = {"event", "continuous", "file"};
enum { N_FORMATS = 4, N_MODES = 3, AS_TRAINED = -1, EVENT = 0, CONTINUOUS, WHOLE_FILE };

static const double default_window_s = 1.0; /* --mode continuous of a model that was not trained on windows */

enum { OPTION_MODE = OPTION_OWN, OPTION_MARGIN, OPTION_GATE, OPTION_ABOVE, OPTION_DECIDE, OPTION_PLOT };
static const option_def options_table[] = {
    SETTING_MODEL,
    {"mode", 'M', OPTION_MODE, "MODE",
     "decide once an event, again and again (continuous), or once a file; as trained if not said"},
    SETTING_WINDOW,
    SETTING_FORMAT("text, json, csv or audacity (text)"),
    SETTING_OUTPUT("OUT", "write the result here (standard output)"),
    SETTING_FORCE,
    {"gate", '\0', OPTION_GATE, "DB", "an event's level is at least DB, re 1 V (the model's)"},
    {"above", '\0', OPTION_ABOVE, "DB", "and DB above the noise, 0 to 60; 0 for a fixed gate (the model's)"},
    {"decide", '\0', OPTION_DECIDE, "S",
     "decide S seconds after an event's onset, or at its end if sooner; 0: at its end (the model's)"},
    {"margin", '\0', OPTION_MARGIN, "X", "a decision whose margin is below X, 0 to 1, is unknown (the model's)"},
    {"plot", 'p', OPTION_PLOT, "FILE.svg|png", "draw the recording and what was decided into this file"},
    SETTING_CHANNEL,
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct classify {
  settings common;
  int mode;
  double margin;                      /* below 0: the model's */
  double gate_db, above_db, decide_s; /* NAN: the model's */
  const char *plot;                   /* NULL: no picture */
} classify;

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  classify *self = context;
  switch (code) {
  case OPTION_MODE:
    self->mode = parse_word("--mode", argument, modes, N_MODES, error);
    return self->mode >= 0;
  case OPTION_MARGIN:
    return parse_number("--margin", argument, 0, 1, &self->margin, error);
  case OPTION_GATE:
    return parse_number("--gate", argument, -200, 200, &self->gate_db, error);
  case OPTION_ABOVE:
    return parse_number("--above", argument, 0, 60, &self->above_db, error);
  case OPTION_DECIDE:
    return parse_number("--decide", argument, 0, 1e6, &self->decide_s, error);
  case OPTION_PLOT:
    self->plot = argument;
    return true;
  default:
    return settings_set(&self->common, code, argument, error);
  }
}

/* Without --format the ending of OUT decides. */
static const sink *choose_sink(const settings *common) {
  if (common->format >= 0) return sinks[common->format];
  const char *ending = common->output ? strrchr(common->output, '.') : NULL;
  if (ending && strcmp(ending, ".csv") == 0) return &sink_csv;
  if (ending && (strcmp(ending, ".json") == 0 || strcmp(ending, ".jsonl") == 0)) return &sink_json;
  return &sink_text;
}

static r2nn_readout choose_readout(const classify *self, const r2nn_model *model) {
  r2nn_readout readout = readout_windows(model, self->common.window_s, self->common.hop_s);
  if (self->mode == EVENT) readout.mode = R2NN_MODE_EVENT;
  if (self->mode == WHOLE_FILE) readout.mode = R2NN_MODE_FILE;
  if (self->mode == CONTINUOUS && !readout_is_continuous(&readout)) {
    readout.mode = R2NN_MODE_WINDOW;
    if (!(readout.window_s > 0)) readout.window_s = default_window_s;
  }
  if (!isnan(self->gate_db)) readout.gate_db = self->gate_db;
  if (!isnan(self->above_db)) readout.above_db = self->above_db;
  if (!isnan(self->decide_s)) readout.decide_s = self->decide_s;
  return readout;
}

/* One run of the command: all files into one sink. */
typedef struct run {
  const r2nn_model *model;
  const sink *to_sink;
  FILE *to;
  int file_width;
  const char *file;
  uint32_t index, n_files;
  bool bar;     /* no progress between the lines of a result on a terminal */
  trace *drawn; /* NULL: no picture */
  double seconds;
} run;

static void on_decision(void *context, double rate_hz, const r2nn_decision *decision) {
  const run *self = context;
  if (self->drawn) trace_decide(self->drawn, rate_hz, decision);
  sink_event event = {
      .file = self->file,
      .start_s = (double)decision->start / rate_hz,
      .end_s = (double)decision->end / rate_hz,
      .class_name = decision->class_index < 0 ? "unknown" : self->model->classes[decision->class_index],
      .score = (double)decision->score,
      .margin = (double)decision->margin,
      .scores = decision->scores,
  };
  self->to_sink->event(self->to, self->model, self->file_width, &event);
}

static void on_progress(void *context, double share) {
  const run *self = context;
  if (self->bar) progress_show(self->file, (self->index + (share > 0 ? share : 0)) / self->n_files);
}

/* Do every file; how many failed. Writing that fails ends it: there is no place for the rest. */
static uint32_t do_files(run *self, stream *engine, const char *const *files) {
  uint32_t n_failed = 0;
  self->to_sink->begin(self->to, self->model, self->file_width);
  for (self->index = 0; self->index < self->n_files && !ferror(self->to); self->index++) {
    stream_result result;
    r2nn_error error = {""};
    self->file = files[self->index];
    r2nn_status status = stream_file(engine, self->file, on_decision, on_progress, self, &result, &error);
    self->seconds = result.seconds;
    if (result.remark[0]) say_warning("%s: %s", self->file, result.remark);
    if (status == R2NN_OK) continue;
    say_error("%s: %s", self->file, error.text);
    n_failed++;
  }
  progress_end();
  return n_failed;
}

/* Where the results go. */
typedef struct outputs {
  output result, plot;
} outputs;

static r2nn_status open_outputs(const classify *self, const options *line, outputs *out, r2nn_error *error) {
  const char *const paths[] = {self->common.output, self->plot};
  for (int k = 0; k < 2; k++) {
    for (uint32_t i = 0; i < line->n_operands; i++)
      if (output_is_input(paths[k], line->operands[i], error)) return R2NN_BAD_ARGUMENT;
    if (output_is_input(paths[k], self->common.model, error)) return R2NN_BAD_ARGUMENT;
  }
  r2nn_status status = output_open(&out->result, self->common.output, self->common.force, error);
  return status == R2NN_OK && self->plot ? output_open(&out->plot, self->plot, self->common.force, error) : status;
}

static r2nn_status draw(const run *self, const char *path, output *to, r2nn_error *error) {
  const char *slash = strrchr(self->file, '/');
  char subtitle[256];
  uint32_t n_unknown = 0;
  for (uint32_t i = 0; i < self->drawn->n_events; i++) n_unknown += self->drawn->events[i].class_index < 0;
  snprintf(subtitle, sizeof subtitle, "Heard by %.120s: %u decision%s, %u of them unknown; above each its class and score",
           self->model->name[0] ? self->model->name : "the model", self->drawn->n_events, self->drawn->n_events == 1 ? "" : "s",
           n_unknown);
  events_def def = {.data = self->drawn,
                    .seconds = self->seconds,
                    .classes = (const char *const *)self->model->classes,
                    .title = slash ? slash + 1 : self->file,
                    .subtitle = subtitle};
  if (self->drawn->is_short) say_warning("%s: not all decisions are drawn: out of memory", path);
  r2nn_status status = events_write(to->stream, &def, page_is_png(path), error);
  return status == R2NN_OK ? output_commit(to, error) : status;
}

static int classify_files(const classify *self, r2nn_model *model, const options *line) {
  const r2nn_readout readout = choose_readout(self, model);
  run work = {
      .model = model, .to_sink = choose_sink(&self->common), .file_width = (int)strlen("file"), .n_files = line->n_operands};
  if (self->margin >= 0) model->margin_threshold = self->margin;
  for (uint32_t i = 0; i < line->n_operands; i++) {
    int width = words_width(line->operands[i]);
    if (width > work.file_width && width <= 60) work.file_width = width;
  }
  stream engine;
  trace drawn = {0};
  outputs out = {0};
  r2nn_error error = {""};
  uint32_t n_failed = 0;
  r2nn_status status = stream_begin(&engine, model, &readout, &self->common.channels, &error);
  if (status == R2NN_OK && self->plot) {
    status = trace_begin(&drawn, model->n_channels, model->n_classes, &error);
    work.drawn = engine.filter_context = &drawn;
    engine.filter = trace_hear;
  }
  if (status == R2NN_OK) status = open_outputs(self, line, &out, &error);
  if (status == R2NN_OK) {
    work.to = out.result.stream;
    work.bar = !isatty(fileno(out.result.stream));
    n_failed = do_files(&work, &engine, line->operands);
    status = output_commit(&out.result, &error);
  }
  if (status == R2NN_OK && self->plot && n_failed == 0) status = draw(&work, self->plot, &out.plot, &error);
  output_discard(&out.result);
  output_discard(&out.plot);
  trace_free(&drawn);
  stream_free(&engine);
  if (status != R2NN_OK) say_error("%s", error.text);
  return status == R2NN_OK && n_failed == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int checked(const command *of, classify *self, const options *line) {
  if (!self->common.model) return options_wrong(of, "which model? give -m MODEL");
  if (line->n_operands == 0) return options_wrong(of, "no sound files given");
  if (self->common.window_s > 0 && (self->mode == EVENT || self->mode == WHOLE_FILE))
    return options_wrong(of, "--window goes with --mode continuous, not with --mode %s", modes[self->mode]);
  if (self->plot && !page_is_picture(self->plot)) return options_wrong(of, "--plot: %s must end in .svg or .png", self->plot);
  if (self->plot && line->n_operands > 1) return options_wrong(of, "--plot draws one file, not %u", line->n_operands);
  if (self->plot && self->common.output && strcmp(self->common.output, self->plot) == 0)
    return options_wrong(of, "%s: -o and --plot need a file each", self->plot);
  if (choose_sink(&self->common) == &sink_audacity && line->n_operands > 1)
    say_warning("an Audacity label track belongs to one file; those of %u files follow each other", line->n_operands);
  r2nn_model *model;
  r2nn_error error = {""};
  if (model_file_read(self->common.model, &model, &error) != R2NN_OK) {
    say_error("%s", error.text);
    return EXIT_FAILED;
  }
  const char *events_only = !isnan(self->gate_db)    ? "--gate"
                            : !isnan(self->above_db) ? "--above"
                            : !isnan(self->decide_s) ? "--decide"
                                                     : NULL;
  int code;
  if (events_only && choose_readout(self, model).mode != R2NN_MODE_EVENT)
    code = options_wrong(of, "%s goes with --mode event", events_only);
  else
    code = classify_files(self, model, line);
  r2nn_model_free(model);
  return code;
}

static int run_command(const command *of, int argc, char **argv) {
  classify self = {.common = {.format = -1, .formats = formats, .n_formats = N_FORMATS},
                   .mode = AS_TRAINED,
                   .margin = -1,
                   .gate_db = NAN,
                   .above_db = NAN,
                   .decide_s = NAN};
  options line;
  int code = options_read(&line, of, set, &self, argc, argv);
  if (code < 0) code = checked(of, &self, &line);
  options_free(&line);
  return code;
}

const command cmd_classify = {
    "classify",
    "-m MODEL FILE...",
    "tell what a model hears in sound files",
    "FILE is anything libsndfile reads, at any rate; - is standard input. Files are streamed: length costs no memory.\n\n"
    "Examples:\n"
    "  r2nn classify -m vowels *.wav\n"
    "  r2nn classify -m fan.json --window 2,0.5 --format csv -o day.csv recording.flac\n"
    "  r2nn classify -m words.json --mode event --format audacity -o labels.txt talk.wav\n"
    "  r2nn classify -m digits --plot numbers.svg numbers.wav",
    options_table,
    run_command,
};
