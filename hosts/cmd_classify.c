/* r2nn classify: what does a model hear in sound files? */
#include "batch.h"
#include "building.h"
#include "deciding.h"
#include "model_file.h"
#include "options.h"
#include "output.h"
#include "plot/events.h"
#include "plot/page.h"
#include "progress.h"
#include "say.h"
#include "settings.h"
#include "sinks/sink.h"
#include "words.h"
#include "workers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const sink *const sinks[] = {&sink_text, &sink_json, &sink_csv, &sink_audacity};
static const char *const formats[] = {"text", "json", "csv", "audacity"}; /* as sinks */
enum { N_FORMATS = 4 };

enum { OPTION_PLOT = OPTION_OWN };
static const option_def options_table[] = {
    SETTING_MODEL,
    {"mode", 'M', OPTION_MODE, "MODE",
     "decide once an event, again and again (continuous), or once a file; as trained if not said"},
    SETTING_WINDOW,
    SETTING_FORMAT("text, json, csv or audacity (text)"),
    SETTING_OUTPUT("OUT", "write the result here (standard output)"),
    SETTING_FORCE,
    DECIDING_GATE,
    DECIDING_ABOVE,
    DECIDING_DECIDE,
    DECIDING_MARGIN,
    {"plot", 'p', OPTION_PLOT, "FILE.svg|png", "draw the recording and what was decided into this file"},
    BUILDING_OPTIONS,
    SETTING_CHANNEL,
    SETTING_JOBS,
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct classify {
  settings common;
  deciding when;
  building built;
  const char *plot; /* NULL: no picture */
} classify;

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  classify *self = context;
  bool taken;
  if (building_set(&self->built, code, argument, &taken, error)) return taken;
  if (deciding_set(&self->when, 3, code, argument, &taken, error)) return taken;
  if (code != OPTION_PLOT) return settings_set(&self->common, code, argument, error);
  self->plot = argument;
  return true;
}

/* Without --format the ending of OUT decides. */
static const sink *choose_sink(const settings *common) {
  return common->format >= 0 ? sinks[common->format] : sink_by_ending(common->output);
}

/* One run of the command: all files into one sink. */
typedef struct run {
  const r2nn_model *model;
  const sink *to_sink;
  FILE *to;
  int file_width;
  const char *const *files;
  uint32_t n_files, n_failed;
  bool bar;     /* no progress between the lines of a result on a terminal */
  trace *drawn; /* NULL: no picture */
  double seconds;
} run;

static void on_decision(void *context, uint32_t index, double rate_hz, const r2nn_decision *decision) {
  const run *self = context;
  if (self->drawn) trace_decide(self->drawn, rate_hz, decision);
  sink_event event = {
      .file = self->files[index],
      .start_s = (double)decision->start / rate_hz,
      .end_s = (double)decision->end / rate_hz,
      .class_name = decision->class_index < 0 ? "unknown" : self->model->classes[decision->class_index],
      .score = (double)decision->score,
      .margin = (double)decision->margin,
      .scores = decision->scores,
  };
  self->to_sink->event(self->to, self->model, self->file_width, &event);
}

static void on_progress(void *context, uint32_t index, double share) {
  const run *self = context;
  if (self->bar) progress_show(self->files[index], (index + (share > 0 ? share : 0)) / self->n_files);
}

static void on_end(void *context, uint32_t index, r2nn_status status, const stream_result *result, const r2nn_error *error) {
  run *self = context;
  self->seconds = result->seconds;
  if (result->remark[0]) say_warning("%s: %s", self->files[index], result->remark);
  if (status == R2NN_OK) return;
  say_error("%s: %s", self->files[index], error->text);
  self->n_failed++;
}

/* Writing that fails ends it: there is no place for the rest. */
static bool is_over(void *context) {
  const run *self = context;
  return ferror(self->to);
}

/* Do every file; those that fail are told and counted. */
static r2nn_status do_files(run *self, stream *streams, uint32_t n_streams, const r2nn_workers *hook, r2nn_error *error) {
  batch_def def = {self->files, self->n_files, on_decision, on_end, on_progress, is_over, self};
  self->to_sink->begin(self->to, self->model, self->file_width);
  r2nn_status status = batch_run(&def, streams, n_streams, hook, error);
  progress_end();
  return status;
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
  const char *file = self->files[0], *slash = strrchr(file, '/');
  char subtitle[256];
  uint32_t n_unknown = 0;
  for (uint32_t i = 0; i < self->drawn->n_events; i++) n_unknown += self->drawn->events[i].class_index < 0;
  snprintf(subtitle, sizeof subtitle, "Heard by %.120s: %u decision%s, %u of them unknown; above each its class and score",
           self->model->name[0] ? self->model->name : "the model", self->drawn->n_events, self->drawn->n_events == 1 ? "" : "s",
           n_unknown);
  events_def def = {.data = self->drawn,
                    .seconds = self->seconds,
                    .classes = (const char *const *)self->model->classes,
                    .title = slash ? slash + 1 : file,
                    .subtitle = subtitle};
  if (self->drawn->is_short) say_warning("%s: not all decisions are drawn: out of memory", path);
  r2nn_status status = events_write(to->stream, &def, page_is_png(path), error);
  return status == R2NN_OK ? output_commit(to, error) : status;
}

/* As many streams as threads can be at work. */
static r2nn_status begin_streams(stream *streams, uint32_t n, const r2nn_model *model, const r2nn_flaws *flaws,
                                 const r2nn_readout *readout, const channel_list *channels, r2nn_error *error) {
  r2nn_status status = R2NN_OK;
  for (uint32_t i = 0; status == R2NN_OK && i < n; i++) {
    status = stream_begin(&streams[i], model, readout, channels, error);
    streams[i].flaws = flaws;
  }
  return status;
}

static int classify_files(const classify *self, r2nn_model *model, const r2nn_flaws *flaws, const options *line) {
  const r2nn_readout readout = deciding_readout(&self->when, &self->common, model);
  const char *const *files = (const char *const *)line->operands;
  run work = {.model = model,
              .to_sink = choose_sink(&self->common),
              .file_width = (int)strlen("file"),
              .files = files,
              .n_files = line->n_operands};
  if (self->when.margin >= 0) model->margin_threshold = self->when.margin;
  for (uint32_t i = 0; i < line->n_operands; i++) {
    int width = words_width(files[i]);
    if (width > work.file_width && width <= 60) work.file_width = width;
  }
  trace drawn = {0};
  wholes *by_spectrum = NULL;
  outputs out = {0};
  r2nn_error error = {""};
  workers *pool = workers_new(work.n_files > 1 ? self->common.n_jobs : 1);
  uint32_t n_streams = pool ? workers_n_jobs(pool) : 0;
  stream *streams = n_streams ? calloc(n_streams, sizeof *streams) : NULL;
  r2nn_status status = streams ? begin_streams(streams, n_streams, model, flaws, &readout, &self->common.channels, &error)
                               : r2nn_fail(&error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK && !self->plot) {
    r2nn_engine_def def = stream_engine_def(streams, R2NN_RATE_MIN);
    status = wholes_for(model, &def, STREAM_TAIL_S, work.n_files, &by_spectrum, &error);
    for (uint32_t i = 0; i < n_streams; i++) streams[i].by_spectrum = by_spectrum;
  }
  if (status == R2NN_OK && self->plot) {
    status = trace_begin(&drawn, model->n_channels, model->n_classes, &error);
    work.drawn = streams->filter_context = &drawn;
    streams->filter = trace_hear;
  }
  if (status == R2NN_OK) status = open_outputs(self, line, &out, &error);
  if (status == R2NN_OK) {
    work.to = out.result.stream;
    work.bar = !isatty(fileno(out.result.stream));
    status = do_files(&work, streams, n_streams, workers_hook(pool), &error);
  }
  if (status == R2NN_OK) status = output_commit(&out.result, &error);
  if (status == R2NN_OK && self->plot && work.n_failed == 0) status = draw(&work, self->plot, &out.plot, &error);
  output_discard(&out.result);
  output_discard(&out.plot);
  trace_free(&drawn);
  for (uint32_t i = 0; streams && i < n_streams; i++) stream_free(&streams[i]);
  free(streams);
  wholes_free(by_spectrum);
  workers_free(pool);
  if (status != R2NN_OK) say_error("%s", error.text);
  return status == R2NN_OK && work.n_failed == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* The same by the circuit that would be built from the model. */
static int classify_built(const classify *self, const r2nn_model *model, const options *line) {
  r2nn_model *built = NULL;
  r2nn_flaws *flaws = NULL;
  r2nn_error error = {""};
  int code = EXIT_FAILED;
  if (building_make(&self->built, model, &built, &flaws, &error) == R2NN_OK)
    code = classify_files(self, built, flaws, line);
  else
    say_error("%s", error.text);
  r2nn_model_free(built);
  r2nn_flaws_free(flaws);
  return code;
}

static int checked(const command *of, classify *self, const options *line) {
  if (!self->common.model) return options_wrong(of, "which model? give -m MODEL");
  if (line->n_operands == 0) return options_wrong(of, "no sound files given");
  r2nn_error error = {""};
  if (!building_fits(&self->built, &error) || !deciding_fits(&self->when, &self->common, NULL, &error))
    return options_wrong(of, "%s", error.text);
  if (self->plot && !page_is_picture(self->plot)) return options_wrong(of, "--plot: %s must end in .svg or .png", self->plot);
  if (self->plot && line->n_operands > 1) return options_wrong(of, "--plot draws one file, not %u", line->n_operands);
  if (self->plot && self->common.output && strcmp(self->common.output, self->plot) == 0)
    return options_wrong(of, "%s: -o and --plot need a file each", self->plot);
  if (choose_sink(&self->common) == &sink_audacity && line->n_operands > 1)
    say_warning("an Audacity label track belongs to one file; those of %u files follow each other", line->n_operands);
  r2nn_model *model;
  if (model_file_read(self->common.model, &model, &error) != R2NN_OK) {
    say_error("%s", error.text);
    return EXIT_FAILED;
  }
  int code;
  if (!deciding_fits(&self->when, &self->common, model, &error))
    code = options_wrong(of, "%s", error.text);
  else if (self->built.parts)
    code = classify_built(self, model, line);
  else
    code = classify_files(self, model, NULL, line);
  r2nn_model_free(model);
  return code;
}

static int run_command(const command *of, int argc, char **argv) {
  classify self = {
      .common = {.format = -1, .formats = formats, .n_formats = N_FORMATS}, .when = DECIDING_DEFAULT, .built = building_default()};
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
    "FILE is anything libsndfile reads, at any rate; - is standard input. Files are streamed: length costs no memory; several\n"
    "are done at once, and told in their order.\n\n"
    "Examples:\n"
    "  r2nn classify -m vowels *.wav\n"
    "  r2nn classify -m fan.json --window 2,0.5 --format csv -o day.csv recording.flac\n"
    "  r2nn classify -m words.json --mode event --format audacity -o labels.txt talk.wav\n"
    "  r2nn classify -m digits --plot numbers.svg numbers.wav\n"
    "  r2nn classify -m vowels --parts TL074 --board 3 *.wav",
    options_table,
    run_command,
};
