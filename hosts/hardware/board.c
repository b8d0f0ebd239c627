/* r2nn hardware board: a board that is not there, as a JACK client. */
#include "r2nn/board.h"

#include "audio/duplex.h"
#include "hardware/commands.h"
#include "hardware/trims_file.h"
#include "hardware/virtual.h"
#include "interrupt.h"
#include "model_file.h"
#include "options.h"
#include "parse.h"
#include "parts_file.h"
#include "say.h"
#include "settings.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  OPTION_TOLERANCE = OPTION_OWN,
  OPTION_SEED,
  OPTION_DELAY,
  OPTION_SNR,
  OPTION_FLAT,
  OPTION_OPAMP,
  OPTION_TRIMS,
  OPTION_FAULT,
  OPTION_NAME,
  OPTION_SERVER
};
static const option_def options_table[] = {
    {"tolerance", '\0', OPTION_TOLERANCE, "PCT", "parts lie within so many per cent of their values (5)"},
    {"seed", '\0', OPTION_SEED, "N", "draws them, and the noise (1)"},
    {"opamp", '\0', OPTION_OPAMP, "NAME", "op-amps and capacitors as this part model says: ideal, NE5532... or a file (ideal)"},
    {"trims", '\0', OPTION_TRIMS, "FILE.csv", "its trimmers stand as this list says (as designed)"},
    {"delay", '\0', OPTION_DELAY, "MS", "of the converters, besides JACK's own (3)"},
    {"snr", '\0', OPTION_SNR, "DB", "noise of every output, below what a full-scale sine makes of it at most (60)"},
    {"flat", '\0', OPTION_FLAT, NULL, "converters that do not colour"},
    {"fault", '\0', OPTION_FAULT, "FAULT",
     "dead:N, invert:N, swap:A,B, clip[:SHARE], hum[:HZ], open, silent or jitter: what is wrong with it (nothing)"},
    {"name", 'n', OPTION_NAME, "NAME", "the JACK client's name (board)"},
    {"server", 's', OPTION_SERVER, "SERVER", "the JACK server's name (the default server)"},
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct job {
  settings common;
  virtual_def def;
  double tolerance; /* a share */
  r2nn_part_model parts;
  const char *name, *server, *trims;
  bool is_inverted[DUPLEX_MOST]; /* outputs that the circuit has with the other sign */
} job;

static const char *const faults[] = {"none", "dead", "swap", "clip", "hum", "open", "silent", "invert", "jitter"};

/* KIND[:ARGUMENT] */
static bool set_fault(virtual_def *def, const char *text, r2nn_error *error) {
  char kind[16] = "";
  double numbers[2];
  const char *argument = strchr(text, ':');
  snprintf(kind, sizeof kind, "%.*s", argument ? (int)(argument - text) : (int)sizeof kind, text);
  int fault = parse_word("--fault", kind, faults, VIRTUAL_N_FAULTS, error);
  if (fault < 0) return false;
  def->fault = (virtual_fault)fault;
  uint32_t n_least = fault == VIRTUAL_DEAD || fault == VIRTUAL_INVERT ? 1
                     : fault == VIRTUAL_SWAP                          ? 2
                                                                      : 0,
           n_most = fault == VIRTUAL_CLIP || fault == VIRTUAL_HUM ? 1 : n_least;
  uint32_t n = argument ? parse_numbers("--fault", argument + 1, 0.001, 20000, numbers, 2, error) : 0;
  if (argument && !n) return false;
  if (n < n_least || n > n_most) {
    r2nn_fail(error, R2NN_BAD_ARGUMENT, "--fault: %s takes %s, like dead:2, swap:1,2, clip:0.1 or hum:60", kind,
              n_most == 0   ? "no number"
              : n_most == 1 ? "one number"
                            : "two numbers");
    return false;
  }
  def->value = n ? numbers[0] : fault == VIRTUAL_CLIP ? 0.1 : 50;
  for (uint32_t k = 0; k < n_least; k++) {
    if (numbers[k] < 1 || numbers[k] != floor(numbers[k])) {
      r2nn_fail(error, R2NN_BAD_ARGUMENT, "--fault: outputs are whole numbers from 1");
      return false;
    }
    *(k ? &def->b : &def->a) = (uint32_t)numbers[k] - 1;
  }
  return true;
}

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  job *self = context;
  double number;
  switch (code) {
  case OPTION_TOLERANCE:
    if (!parse_number("--tolerance", argument, 0, 50, &number, error)) return false;
    self->tolerance = number / 100;
    return true;
  case OPTION_SEED:
    return parse_whole("--seed", argument, 1, UINT64_MAX, &self->def.seed, error);
  case OPTION_DELAY:
    if (!parse_number("--delay", argument, 0.01, 5000, &number, error)) return false;
    self->def.delay_s = number / 1000;
    return true;
  case OPTION_SNR:
    return parse_number("--snr", argument, 0, 200, &self->def.snr_db, error);
  case OPTION_FLAT:
    self->def.coloured = false;
    return true;
  case OPTION_OPAMP:
    return parts_file_read("--opamp", argument, &self->parts, error) == R2NN_OK;
  case OPTION_TRIMS:
    self->trims = argument;
    return true;
  case OPTION_FAULT:
    return set_fault(&self->def, argument, error);
  case OPTION_NAME:
    self->name = argument;
    return parse_client("--name", argument, error);
  case OPTION_SERVER:
    self->server = argument;
    return true;
  default:
    return settings_set(&self->common, code, argument, error);
  }
}

/* What the parts are in multiples of their stock values: drawn, and trimmers turned. */
static r2nn_status draw(const job *self, const r2nn_model *model, const r2nn_circuit *circuit, double *factors, r2nn_error *error) {
  r2nn_board_def board = {self->tolerance, self->def.seed};
  r2nn_trim *trims;
  uint32_t n;
  r2nn_error reason = {""};
  r2nn_board_draw(circuit, &board, factors);
  if (!self->trims) return R2NN_OK;
  r2nn_status status = trims_file_read(self->trims, &model->stages[0], &trims, &n, error);
  if (status == R2NN_OK && (status = r2nn_circuit_turn(circuit, trims, n, factors, &reason)) != R2NN_OK)
    r2nn_fail(error, status, "%s: %s", self->trims, reason.text);
  free(trims);
  return status;
}

/* The model as it comes out of the workshop. */
static r2nn_status build(job *self, const char *name, r2nn_model **built, r2nn_error *error) {
  r2nn_model *model;
  r2nn_circuit *circuit = NULL;
  double *factors = NULL;
  r2nn_circuit_def def = r2nn_circuit_def_default();
  def.parts = self->parts;
  def.network_only = true;
  r2nn_status status = model_file_read(name, &model, error);
  if (status != R2NN_OK) return status;
  status = r2nn_circuit_design(model, &def, &circuit, error);
  if (status == R2NN_OK) factors = malloc((circuit->n_elements + (size_t)1) * sizeof *factors);
  if (status == R2NN_OK && !factors) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = draw(self, model, circuit, factors, error);
  if (status == R2NN_OK) status = r2nn_board_model(circuit, factors, built, error);
  for (uint32_t o = 0; status == R2NN_OK && o < circuit->n_probes && o < DUPLEX_MOST; o++)
    self->is_inverted[o] = circuit->probes[o].volt < 0;
  self->def.is_inverted = self->is_inverted;
  free(factors);
  r2nn_circuit_free(circuit);
  r2nn_model_free(model);
  return status;
}

static void process(void *context, const float *const *in, float *const *out, uint32_t n_frames) {
  virtual_board_process(context, in, out, n_frames);
}

/* Until a signal, or the server goes. */
static int run(void *host) {
  const char *reason = NULL;
  struct pollfd signals = {.fd = interrupt_watch(), .events = POLLIN};
  for (;;) {
    poll(&signals, 1, 50);
    if (interrupt_read().stop) return EXIT_DONE;
    if (!duplex_jack.is_gone(host, &reason)) continue;
    say_error("%s has gone away: %s", duplex_jack.name, reason);
    return EXIT_FAILED;
  }
}

static void name_ports(duplex_def *def, const job *self, uint32_t n_channels, uint32_t n_outputs) {
  def->name = self->name;
  def->server = self->server;
  def->n_in = n_channels;
  def->n_out = n_outputs;
  for (uint32_t k = 0; k < n_channels; k++) snprintf(def->in[k].name, sizeof def->in[k].name, "in_%u", k + 1);
  for (uint32_t k = 0; k < n_outputs; k++) snprintf(def->out[k].name, sizeof def->out[k].name, "out_%u", k + 1);
}

static r2nn_status serve(job *self, const char *name, int *code, r2nn_error *error) {
  r2nn_model *model = NULL;
  virtual_board *board = NULL;
  void *host = NULL;
  duplex_def *def = calloc(1, sizeof *def);
  r2nn_status status = def ? build(self, name, &model, error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK && model->stages[0].n_outputs >= DUPLEX_MOST)
    status = r2nn_fail(error, R2NN_BAD_ARGUMENT, "the first stage has %u outputs, a client has %d at most",
                       model->stages[0].n_outputs, DUPLEX_MOST);
  if (status == R2NN_OK) {
    name_ports(def, self, model->n_channels, model->stages[0].n_outputs + 1);
    status = duplex_jack.open(def, &host, error);
  }
  if (status == R2NN_OK) {
    self->def.model = model;
    self->def.rate_hz = duplex_jack.rate(host);
    status = virtual_board_new(&self->def, &board, error);
  }
  if (status == R2NN_OK) status = duplex_jack.start(host, process, board, error);
  if (status == R2NN_OK) {
    say_note("%s: in_1%s%.0u drive it, out_1 to out_%u are its outputs, out_%u is the loopback", self->name,
             def->n_in > 1 ? " to in_" : "", def->n_in > 1 ? def->n_in : 0, def->n_out - 1, def->n_out);
    *code = run(host);
  }
  if (host) duplex_jack.close(host);
  virtual_board_free(board);
  r2nn_model_free(model);
  free(def);
  return status;
}

static int run_command(const command *of, int argc, char **argv) {
  job self = {.def = {.delay_s = 0.003, .snr_db = 60, .coloured = true, .seed = 1},
              .tolerance = 0.05,
              .parts = r2nn_part_model_ideal(),
              .name = "board"};
  options line;
  r2nn_error error = {""};
  int code = options_read(&line, of, set, &self, argc, argv);
  if (code < 0 && line.n_operands != 1) code = options_wrong(of, "give one MODEL, not %u", line.n_operands);
  if (code < 0 && serve(&self, line.operands[0], &code, &error) != R2NN_OK) {
    say_error("%s", error.text);
    code = EXIT_FAILED;
  }
  options_free(&line);
  return code;
}

const command hardware_board = {
    "hardware board",
    "MODEL",
    "a board that is not there: a JACK client that does what a built one would",
    "The network of MODEL, built from parts that are off, behind converters that delay, colour and add noise. Ports: in_1 ... "
    "drive\n"
    "it, out_1 ... are the outputs of the first stage, the last one is in_1 through the same converters. Ctrl-C ends it.\n\n"
    "Examples:\n"
    "  r2nn hardware board vowels --tolerance 5 --seed 7\n"
    "  r2nn hardware board paper-grid --opamp TL074 --snr 70 --fault swap:1,2",
    options_table,
    run_command,
};
