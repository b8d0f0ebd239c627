/* r2nn hardware identify: which values has the board that was built? */
#include "hardware/commands.h"
#include "hardware/found.h"
#include "hardware/measure.h"
#include "model_file.h"
#include "parse.h"

enum { OPTION_TOLERANCE = SETUP_OWN, OPTION_PARTS };
static const option_def own_options[] = {
    SETTING_OUTPUT("MODEL.json", "write the model that the board is"),
    {"parts", '\0', OPTION_PARTS, "FILE.csv", "write every value with its deviation"},
    SETTING_FORCE,
    {"tolerance", '\0', OPTION_TOLERANCE, "PCT", "by how much its parts may be expected to be off (5)"},
    SETTING_FORMAT("text or json (text)"),
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct job {
  setup wiring;
  const char *parts;
  double tolerance; /* a share */
} job;

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  job *self = context;
  double percent;
  switch (code) {
  case OPTION_TOLERANCE:
    if (!parse_number("--tolerance", argument, 0.01, 30, &percent, error)) return false;
    self->tolerance = percent / 100;
    return true;
  case OPTION_PARTS:
    self->parts = argument;
    return true;
  default:
    return setup_set(&self->wiring, code, argument, error);
  }
}

static r2nn_status measure(job *self, const r2nn_model *model, r2nn_identified *found, r2nn_error *error) {
  exchange line;
  measurement all;
  r2nn_status status = exchange_open(&line, &self->wiring, model->n_channels, model->stages[0].n_outputs, error);
  if (status != R2NN_OK) return status;
  status = measure_board(&line, &self->wiring, model, &all, error);
  r2nn_identify_def def = r2nn_identify_def_default(self->tolerance, line.rate_hz);
  exchange_close(&line);
  if (status != R2NN_OK) return status;
  status = r2nn_identify(model, all.heard, &all.loopback, &def, found, error);
  measurement_free(&all);
  return status;
}

static r2nn_status show(const job *self, const r2nn_identified *found, r2nn_error *error) {
  output out = {0};
  r2nn_status status = output_open(&out, NULL, false, error);
  if (status != R2NN_OK) return status;
  (setup_wants_json(&self->wiring) ? found_json : found_text)(out.stream, found);
  return output_commit(&out, error);
}

/* The outputs are opened before anything is played: one that cannot be written is told at once. */
static r2nn_status identify(void *context, const char *name, r2nn_error *error) {
  job *self = context;
  r2nn_model *model;
  r2nn_identified found = {0};
  output out = {0}, parts = {0};
  const settings *common = &self->wiring.common;
  r2nn_status status = model_file_read(name, &model, error);
  if (status != R2NN_OK) return status;
  if (common->output) status = output_open(&out, common->output, common->force, error);
  if (status == R2NN_OK && self->parts) status = output_open(&parts, self->parts, common->force, error);
  if (status == R2NN_OK) status = measure(self, model, &found, error);
  if (status == R2NN_OK && common->output) status = model_file_write(found.model, &out, error);
  if (status == R2NN_OK && self->parts) {
    found_csv(parts.stream, &found);
    status = output_commit(&parts, error);
  }
  if (status == R2NN_OK) status = show(self, &found, error);
  output_discard(&out);
  output_discard(&parts);
  r2nn_identified_free(&found);
  r2nn_model_free(model);
  return status;
}

static int run_command(const command *of, int argc, char **argv) {
  job self = {.wiring = setup_usual(), .tolerance = 0.05};
  static const setup_task task = {.set = set, .work = identify, .operand = "MODEL"};
  return setup_run(&self.wiring, &task, &self, of, argc, argv);
}

const command hardware_identify = {
    "hardware identify",
    "MODEL --loopback N",
    "which values has the board that was built?",
    "Sweeps are played to the board; what the interface does itself, heard through a cable, is taken away; then the values of the\n"
    "first stage are fitted to what is left. A board that is not connected, hums, clips, or has dead or swapped outputs is "
    "named.\n\n"
    "Examples:\n"
    "  r2nn hardware identify vowels --out 1 --in 3-34 --loopback 2 -o board.json --parts parts.csv\n"
    "  r2nn hardware identify paper-grid --device board --loopback 4 --tolerance 5 --format json",
    own_options,
    run_command,
};
