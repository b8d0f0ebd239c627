/* r2nn circuit: a model as a circuit that can be built. */
#include "circuit/clips.h"
#include "circuit/scratch.h"
#include "circuit/spice.h"
#include "circuit/write.h"
#include "interrupt.h"
#include "model_file.h"
#include "options.h"
#include "parse.h"
#include "parts_file.h"
#include "progress.h"
#include "r2nn/board.h"
#include "say.h"
#include "settings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const formats[] = {"text", "json"};
static const char *const series[] = {"E24", "E96"};
enum { N_FORMATS = 2, JSON = 1, N_SERIES = 2 };

enum { OPTION_SERIES = OPTION_OWN, OPTION_SCALE, OPTION_OPAMP, OPTION_TRIMS, OPTION_VERIFY, OPTION_CLIPS, OPTION_COUNT };
static const option_def options_table[] = {
    SETTING_OUTPUT("DIR", "write the files into this new folder"),
    {"force", 'f', OPTION_FORCE, NULL, "overwrite the files of a folder that is there"},
    {"series", 's', OPTION_SERIES, "E24|E96", "series of the resistors (E96)"},
    {"scale", '\0', OPTION_SCALE, "OHM", "where the middle of the resistors lies (chosen)"},
    {"opamp", '\0', OPTION_OPAMP, "NAME", "op-amps as this part model says: ideal, NE5532, OPA1679, TL074... or a file (ideal)"},
    {"trims", '\0', OPTION_TRIMS, "LIST[:PCT]",
     "trimmers, which r2nn hardware refit turns: ground, fdnr, input, coupling; by +-PCT per cent at least (10)"},
    {"verify", 'V', OPTION_VERIFY, NULL, "run the network in ngspice and compare it with the engine"},
    {"clips", '\0', OPTION_CLIPS, "DATASET", "verify with recordings too: do both decide alike?"},
    {"count", '\0', OPTION_COUNT, "N", "so many of them, spread over the set (10)"},
    SETTING_FORMAT("text or json: what --verify found (text)"),
    SETTING_JOBS,
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct job {
  settings common;
  r2nn_circuit_def def;
  bool verify;
  const char *clips;
  uint32_t n_clips;
} job;

/* "ground,fdnr:20" */
static bool set_trims(r2nn_circuit_def *def, const char *text, r2nn_error *error) {
  char word[16];
  double percent;
  size_t n = strcspn(text, ":");
  if (text[n]) {
    if (!parse_number("--trims", text + n + 1, 100 * R2NN_TRIM_LEAST, 100 * R2NN_TRIM_MOST, &percent, error)) return false;
    def->trim_range = percent / 100;
  }
  for (size_t at = 0, length; at <= n; at += length + 1) {
    length = strcspn(text + at, ",:");
    snprintf(word, sizeof word, "%.*s", (int)length, text + at);
    int kind = parse_word("--trims", word, r2nn_trim_names, R2NN_N_TRIMS, error);
    if (kind < 0) return false;
    def->trims[kind] = true;
  }
  return true;
}

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  job *self = context;
  uint64_t whole = 0;
  bool good;
  int index;
  switch (code) {
  case OPTION_SERIES:
    index = parse_word("--series", argument, series, N_SERIES, error);
    if (index >= 0) self->def.resistors = (r2nn_series)r2nn_series_find(series[index]);
    return index >= 0;
  case OPTION_SCALE:
    return parse_number("--scale", argument, 100, 1e6, &self->def.scale_ohm, error);
  case OPTION_OPAMP:
    return parts_file_read("--opamp", argument, &self->def.parts, error) == R2NN_OK;
  case OPTION_TRIMS:
    return set_trims(&self->def, argument, error);
  case OPTION_VERIFY:
    return self->verify = true;
  case OPTION_CLIPS:
    self->clips = argument;
    return true;
  case OPTION_COUNT:
    good = parse_whole("--count", argument, 1, 1000000, &whole, error);
    self->n_clips = (uint32_t)whole;
    return good;
  default:
    return settings_set(&self->common, code, argument, error);
  }
}

/* The sweep with its response, then the clips. */
static r2nn_status verify(const job *self, const r2nn_model *model, verify_result *result, r2nn_error *error) {
  r2nn_circuit_def def = self->def;
  r2nn_circuit *network = NULL;
  r2nn_model *board = NULL;
  sweep_sound sound = {0};
  verify_result clips = {.response_error = -1};
  def.network_only = true;
  *result = (verify_result){.response_error = -1};
  r2nn_status status = r2nn_circuit_design(model, &def, &network, error);
  if (status == R2NN_OK) status = r2nn_board_model(network, NULL, &board, error);
  const verify_job both = {network, model, board};
  if (status == R2NN_OK) status = sweep_sound_make(network, CIRCUIT_SWEEP_V, &sound, error);
  if (status == R2NN_OK)
    status = verify_sound_on(&both, sound.in, sound.n_frames, sound.rate_hz, VERIFY_STEPS_SWEEP, true, result, error);
  if (status == R2NN_OK && self->clips) {
    workers *pool = workers_new(self->common.n_jobs);
    result->decisions_compared = result->decisions_equal = result->rounding_equal = 0; /* a sweep is no clip */
    status = pool ? verify_clips(&both, self->clips, self->n_clips, pool, &clips, error)
                  : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
    workers_free(pool);
    verify_add(result, &clips);
  }
  sweep_sound_free(&sound);
  r2nn_model_free(board);
  r2nn_circuit_free(network);
  return status;
}

static void show_text(FILE *to, const verify_result *result) {
  fprintf(to, "verified against ngspice\n");
  fprintf(to, "  waveform error        %.3g %% of each output's peak\n", 100 * result->waveform_error);
  fprintf(to, "  response error        %.3g %% of each output's peak\n", 100 * result->response_error);
  fprintf(to, "  decisions             %u of %u equal\n", result->decisions_equal, result->decisions_compared);
  fprintf(to, "  with rounded values   %u of %u decided as by the model\n", result->rounding_equal, result->decisions_compared);
  fprintf(to, "  time                  ngspice %.3g s, engine %.3g s, ratio %.3g\n", result->ngspice_s, result->engine_s,
          result->ngspice_s / result->engine_s);
}

static void show_json(FILE *to, const verify_result *result) {
  fprintf(to,
          "{\"waveform_error\": %.6g, \"response_error\": %.6g, \"decisions_compared\": %u, \"decisions_equal\": %u, "
          "\"rounding_equal\": %u, \"ratio_to_ngspice\": %.6g}\n",
          result->waveform_error, result->response_error, result->decisions_compared, result->decisions_equal,
          result->rounding_equal, result->ngspice_s / result->engine_s);
}

static r2nn_status show(const job *self, const verify_result *result, r2nn_error *error) {
  output out = {0};
  r2nn_status status = output_open(&out, NULL, false, error);
  if (status != R2NN_OK) return status;
  (self->common.format == JSON ? show_json : show_text)(out.stream, result);
  return output_commit(&out, error);
}

static r2nn_status make(const job *self, const char *name, r2nn_error *error) {
  result_folder folder = {0};
  r2nn_model *model = NULL;
  r2nn_circuit *circuit = NULL;
  verify_result result;
  r2nn_status status = R2NN_OK;
  if (self->verify && !spice_is_there())
    status =
        r2nn_fail(error, R2NN_BAD_ARGUMENT, "--verify needs ngspice, which is not in PATH; on Debian: apt-get install ngspice");
  if (status == R2NN_OK) status = result_folder_open(&folder, self->common.output, self->common.force, error);
  if (status == R2NN_OK) status = model_file_read(name, &model, error);
  if (status == R2NN_OK) status = r2nn_circuit_design(model, &self->def, &circuit, error);
  if (status == R2NN_OK) status = circuit_write(circuit, &folder, error);
  if (status == R2NN_OK && self->verify) status = verify(self, model, &result, error);
  progress_end();
  if (status == R2NN_OK) status = result_folder_commit(&folder, error);
  if (status == R2NN_OK && circuit->n_missing)
    say_warning("%u thing%s cannot be built; %s/README.md names them, the first is %s", circuit->n_missing,
                circuit->n_missing == 1 ? "" : "s", self->common.output, circuit->missing[0]);
  if (status == R2NN_OK && self->verify) status = show(self, &result, error);
  result_folder_discard(&folder);
  r2nn_circuit_free(circuit);
  r2nn_model_free(model);
  return status;
}

/* Nothing of ours outlives a signal. */
static void on_end(void) {
  spice_end_all();
  scratch_remove_all();
}

static int checked(const command *of, job *self, const options *line) {
  if (line->n_operands != 1) return options_wrong(of, "give one MODEL, not %u", line->n_operands);
  if (!self->common.output) return options_wrong(of, "where to? give -o DIR");
  if (self->clips && !self->verify) return options_wrong(of, "--clips goes with --verify");
  r2nn_error error = {""};
  interrupt_at_end(on_end);
  if (make(self, line->operands[0], &error) == R2NN_OK) return EXIT_DONE;
  say_error("%s", error.text);
  return EXIT_FAILED;
}

static int run_command(const command *of, int argc, char **argv) {
  job self = {
      .common = {.format = -1, .formats = formats, .n_formats = N_FORMATS}, .def = r2nn_circuit_def_default(), .n_clips = 10};
  options line;
  int code = options_read(&line, of, set, &self, argc, argv);
  if (code < 0) code = checked(of, &self, &line);
  options_free(&line);
  return code;
}

const command cmd_circuit = {
    "circuit",
    "MODEL -o DIR",
    "write a model as a circuit that can be built: netlist, parts, schematic, test vector",
    "MODEL is a file, or the name of a preset. DIR gets net.cir (for ngspice), bom.csv, map.csv (what each value\n"
    "became), schematic.svg, stimulus.wav and expected.wav (a test vector), README.md for the builder, trims.csv if it has "
    "trimmers.\n\n"
    "Examples:\n"
    "  r2nn circuit paper-grid -o board\n"
    "  r2nn circuit paper-grid -o board --opamp OPA1679 --series E24 --scale 22000\n"
    "  r2nn circuit vowels -o board --trims fdnr:20\n"
    "  r2nn circuit model.json -o board --verify --clips recordings/manifest.csv --count 60",
    options_table,
    run_command,
};
