/* r2nn response: draw a model's impedance landscape. */
#include "landscape.h"
#include "model_file.h"
#include "options.h"
#include "parse.h"
#include "plot/plot.h"
#include "progress.h"
#include "say.h"
#include "settings.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { OPTION_STAGE = OPTION_OWN, OPTION_FROM, OPTION_TO, OPTION_POINTS, OPTION_OUTPUTS };
static const option_def options_table[] = {
    SETTING_OUTPUT("FILE.svg|png|csv", "write it here; the ending says what it is"),
    SETTING_FORCE,
    {"stage", 's', OPTION_STAGE, "N", "which stage of a cascade, from 0 (0)"},
    {"channel", 'c', OPTION_CHANNEL, "N", "which input channel drives it, from 1 (1)"},
    {"outputs", '\0', OPTION_OUTPUTS, "all|N,...", "show these nodes, from 0, as far as they are outputs (all)"},
    {"from", '\0', OPTION_FROM, "HZ", "lowest frequency (an octave below the modes)"},
    {"to", '\0', OPTION_TO, "HZ", "highest frequency (an octave above the modes, at most half the rate)"},
    {"points", '\0', OPTION_POINTS, "N", "frequencies, spread over the logarithm (1200)"},
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

typedef enum file_kind { FILE_SVG, FILE_PNG, FILE_CSV, N_FILE_KINDS } file_kind;
static const char *const endings[N_FILE_KINDS] = {".svg", ".png", ".csv"};

typedef struct response {
  settings common;
  landscape_def def;
  uint32_t *outputs; /* owned */
} response;

/* "all" or node numbers with commas between. */
static bool set_outputs(response *self, const char *text, r2nn_error *error) {
  free(self->outputs);
  self->outputs = NULL;
  self->def.n_outputs = 0;
  if (strcmp(text, "all") == 0) return true;
  self->outputs = malloc((strlen(text) + 1) * sizeof *self->outputs);
  if (!self->outputs) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory") == R2NN_OK;
  for (const char *p = text; *p >= '0' && *p <= '9'; p++) {
    char *end;
    unsigned long node = strtoul(p, &end, 10);
    if (node >= R2NN_MAX_NODES) break;
    self->outputs[self->def.n_outputs++] = (uint32_t)node;
    if (*end == '\0') return true;
    if (*end != ',') break;
    p = end;
  }
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "--outputs: must be all or node numbers from 0 like 0,3,7; is \"%s\"", text);
  return false;
}

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  response *self = context;
  uint64_t whole = 0;
  bool good;
  switch (code) {
  case OPTION_STAGE:
    good = parse_whole("--stage", argument, 0, R2NN_MAX_STAGES - 1, &whole, error);
    self->def.stage = (uint32_t)whole;
    return good;
  case OPTION_CHANNEL:
    good = parse_whole("--channel", argument, 1, UINT32_MAX, &whole, error);
    self->def.channel = (uint32_t)whole - 1;
    return good;
  case OPTION_POINTS:
    good = parse_whole("--points", argument, 2, 1000000, &whole, error);
    self->def.n_points = (uint32_t)whole;
    return good;
  case OPTION_FROM:
    return parse_number("--from", argument, 1e-6, 1e9, &self->def.from_hz, error);
  case OPTION_TO:
    return parse_number("--to", argument, 1e-6, 1e9, &self->def.to_hz, error);
  case OPTION_OUTPUTS:
    return set_outputs(self, argument, error);
  default:
    return settings_set(&self->common, code, argument, error);
  }
}

/* N_FILE_KINDS if the ending is none of ours. */
static file_kind kind_of(const char *path) {
  size_t length = strlen(path);
  for (int kind = 0; kind < N_FILE_KINDS; kind++)
    if (length > 4 && strcasecmp(path + length - 4, endings[kind]) == 0) return (file_kind)kind;
  return N_FILE_KINDS;
}

/* Outputs of the last stage under the energy head stand for the classes; names is [n_outputs], NULL if they stand for nothing. */
static r2nn_status name_outputs(const r2nn_model *model, const landscape_def *def, const landscape *data, char ***names,
                                r2nn_error *error) {
  *names = NULL;
  if (model->head.kind != R2NN_HEAD_ENERGY || def->stage + 1 != model->n_stages) return R2NN_OK;
  *names = malloc((data->n_outputs + 1) * sizeof **names);
  if (!*names) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t i = 0; i < data->n_outputs; i++) (*names)[i] = model->classes[data->places[i]];
  return R2NN_OK;
}

static r2nn_status write_picture(const r2nn_model *model, const landscape_def *def, const landscape *data, file_kind kind, FILE *to,
                                 r2nn_error *error) {
  const r2nn_stage *stage = &model->stages[def->stage];
  char subtitle[256], which[32] = "", from[32] = "", **names;
  if (model->n_stages > 1) snprintf(which, sizeof which, "stage %u, ", def->stage);
  if (r2nn_model_stage_channels(model, def->stage) > 1) snprintf(from, sizeof from, " from channel %u", def->channel + 1);
  snprintf(subtitle, sizeof subtitle, "Impedance landscape: %s%s, %u node%s, transfer to %u output%s%s", which, stage->topology,
           stage->n_nodes, stage->n_nodes == 1 ? "" : "s", data->n_outputs, data->n_outputs == 1 ? "" : "s", from);
  r2nn_status status = name_outputs(model, def, data, &names, error);
  plot_def plot = {data, model->name[0] ? model->name : "R2NN model", subtitle, names};
  if (status == R2NN_OK) status = plot_write(to, &plot, kind == FILE_PNG, error);
  free(names);
  return status;
}

static void on_progress(double share) {
  progress_show("computing the response", share);
}

static r2nn_status respond(response *self, const char *name, r2nn_error *error) {
  file_kind kind = kind_of(self->common.output);
  output out = {0};
  landscape data = {0};
  r2nn_model *model = NULL;
  self->def.outputs = self->outputs;
  self->def.refine = kind != FILE_CSV;
  r2nn_status status = output_open(&out, self->common.output, self->common.force, error);
  if (status == R2NN_OK) status = model_file_read(name, &model, error);
  if (status == R2NN_OK) status = landscape_of(model, &self->def, on_progress, &data, error);
  progress_end();
  if (status == R2NN_OK && kind == FILE_CSV) landscape_csv(out.stream, &data);
  if (status == R2NN_OK && kind != FILE_CSV) status = write_picture(model, &self->def, &data, kind, out.stream, error);
  if (status == R2NN_OK) status = output_commit(&out, error);
  output_discard(&out);
  landscape_free(&data);
  r2nn_model_free(model);
  return status;
}

static int checked(const command *of, response *self, const options *line) {
  if (line->n_operands != 1) return options_wrong(of, "give one MODEL, not %u", line->n_operands);
  if (!self->common.output) return options_wrong(of, "where to? give -o FILE.svg, FILE.png or FILE.csv");
  if (kind_of(self->common.output) == N_FILE_KINDS)
    return options_wrong(of, "%s: must end in .svg, .png or .csv", self->common.output);
  r2nn_error error = {""};
  if (respond(self, line->operands[0], &error) == R2NN_OK) return EXIT_DONE;
  say_error("%s", error.text);
  return EXIT_FAILED;
}

static int run_command(const command *of, int argc, char **argv) {
  response self = {.common = {.format = -1}, .def = {.n_points = 1200}};
  options line;
  int code = options_read(&line, of, set, &self, argc, argv);
  if (code < 0) code = checked(of, &self, &line);
  options_free(&line);
  free(self.outputs);
  return code;
}

const command cmd_response = {
    "response",
    "MODEL -o FILE.svg|png|csv",
    "draw the impedance landscape: |H| of every output, and the driving-point conductance",
    "MODEL is a file, or the name of a preset.\n\n"
    "Examples:\n"
    "  r2nn response paper-grid -o landscape.svg\n"
    "  r2nn response model.json -o landscape.csv --from 50 --to 4000 --points 500 --outputs 0,3",
    options_table,
    run_command,
};
