/* r2nn hardware run: a live signal through the board, and the rest of the model behind it. */
#include "hardware/commands.h"
#include "hardware/measure.h"
#include "hardware/run_process.h"
#include "live/device.h"
#include "model_file.h"
#include "parse.h"
#include "say.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPTION_TWIN = SETUP_OWN, OPTION_LATENCY, OPTION_CONNECT, OPTION_SOURCE };
static const option_def own_options[] = {
    {"connect", 'c', OPTION_CONNECT, "REGEX", "hear the JACK ports whose names match (the sound card's)"},
    {"source", '\0', OPTION_SOURCE, "LIST", "which of those is the signal, like 1 (the first ones)"},
    {"latency", '\0', OPTION_LATENCY, "FRAMES", "the round trip, where no loopback tells it"},
    {"twin", '\0', OPTION_TWIN, "MODEL", "run this model beside the board and tell how they agree"},
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct job {
  setup wiring;
  live_settings settings;
  live_device device;
  exchange line;
  board_run run;
  exchange_job process;
  const char *twin;
  double latency; /* frames; < 0: not said */
  char source[160];
} job;

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  job *self = context;
  switch (code) {
  case OPTION_TWIN:
    self->twin = argument;
    return true;
  case OPTION_LATENCY:
    return parse_number("--latency", argument, 0, 1e6, &self->latency, error);
  case OPTION_SOURCE:
    return channels_parse("--source", argument, &self->wiring.source, error);
  case OPTION_CONNECT:
    self->wiring.connect = argument;
    return parse_regex("--connect", argument, error);
  default:
    return setup_set(&self->wiring, code, argument, error);
  }
}

static r2nn_status open_line(void *context, r2nn_error *error) {
  job *self = context;
  r2nn_status status = exchange_open(&self->line, &self->wiring, self->run.n_channels, self->run.n_outputs, error);
  if (status == R2NN_OK && !self->source[0])
    snprintf(self->source, sizeof self->source, "board:%s", self->wiring.device ? self->wiring.device : self->line.kind->name);
  return status;
}

static double rate(void *context) {
  return ((job *)context)->line.rate_hz;
}

/* Room for what the audio thread needs, the twin among it. */
static r2nn_status make_run(job *self, r2nn_error *error) {
  board_run *run = &self->run;
  uint32_t m = run->n_channels, n = run->n_outputs;
  run->n_history = 1;
  while (run->n_history < run->latency + 2 * RUN_PIECE) run->n_history *= 2;
  run->history = calloc((size_t)m * run->n_history, sizeof *run->history);
  run->late = calloc((size_t)m * RUN_PIECE, sizeof *run->late);
  run->is_inverted = self->line.is_inverted;
  run->turned = calloc((size_t)n * RUN_PIECE, sizeof *run->turned);
  run->rows = calloc(m + (size_t)n, sizeof *run->rows);
  run->nodes = calloc((size_t)n * RUN_LATEST, sizeof *run->nodes);
  run->twin_in = calloc((size_t)m * RUN_PIECE, sizeof *run->twin_in);
  run->twin_out = calloc((size_t)n * RUN_PIECE, sizeof *run->twin_out);
  if (!run->history || !run->late || !run->turned || !run->rows || !run->nodes || !run->twin_in || !run->twin_out)
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (!self->twin) return R2NN_OK;
  r2nn_model *model;
  r2nn_status status = model_file_read(self->twin, &model, error);
  if (status != R2NN_OK) return status;
  if (model->n_channels != m || model->stages[0].n_outputs != n)
    status = r2nn_fail(error, R2NN_BAD_DATA, "%s: has %u channels and %u outputs, the board %u and %u", self->twin,
                       model->n_channels, model->stages[0].n_outputs, m, n);
  r2nn_program twin;
  r2nn_engine_def def = r2nn_engine_def_default(model, self->line.rate_hz);
  def.readout = deciding_readout(&self->settings.when, &self->settings.common, model);
  if (status == R2NN_OK) status = r2nn_program_init(&twin, model, &def, false, error);
  if (status == R2NN_OK) {
    run->twin = twin.engine;
    run->twin_late = r2nn_engine_latency(twin.engine) % RUN_LATEST;
    twin.engine = NULL;
    r2nn_program_end(&twin);
  }
  r2nn_model_free(model);
  return status;
}

static r2nn_status start(void *context, live *to, r2nn_error *error) {
  job *self = context;
  latency_found late = {.frames = self->latency};
  r2nn_status status = R2NN_OK;
  if (self->latency < 0 && self->run.n_channels > 1) status = measure_latency(&self->line, &self->wiring, 2, &late, error);
  self->run.latency = (uint32_t)lround(fmax(late.frames, 0));
  self->run.audio = live_audio(to);
  if (status == R2NN_OK) status = make_run(self, error);
  if (status != R2NN_OK) return status;
  self->run.audio->hear = board_run_hear;
  self->run.audio->context = &self->run;
  self->process = (exchange_job){board_run_process, &self->run};
  exchange_set(&self->line, &self->process);
  return status;
}

static bool is_gone(void *context, const char **reason) {
  job *self = context;
  return self->line.kind->is_gone(self->line.host, reason);
}

static void close_line(void *context) {
  job *self = context;
  exchange_close(&self->line);
  if (self->run.audio) self->run.audio->hear = NULL;
}

static const live_device_kind board = {open_line, rate, start, is_gone, close_line, NULL};

static void tell_agreement(const board_run *run) {
  uint64_t n = atomic_load(&run->n_compared);
  if (!run->twin) return;
  say_note("the twin: %llu of %llu decisions alike, node voltages off by %.2f %%", (unsigned long long)atomic_load(&run->n_alike),
           (unsigned long long)n, run->square > 0 ? 100 * sqrt(run->off / run->square) : 0);
}

static int run_all(job *self) {
  r2nn_model *model;
  r2nn_error error = {""};
  if (model_file_read(self->settings.common.model, &model, &error) != R2NN_OK) {
    say_error("%s", error.text);
    return EXIT_FAILED;
  }
  self->run.n_channels = model->n_channels;
  self->run.n_outputs = model->stages[0].n_outputs;
  self->run.has_loopback = self->wiring.loopback.n_channels > 0;
  r2nn_model_free(model);
  self->settings.has_board = self->wiring.is_live = true;
  int code = live_device_run(&self->device, &self->settings);
  tell_agreement(&self->run);
  free(self->run.history);
  free(self->run.turned);
  free(self->run.late);
  free(self->run.rows);
  free(self->run.nodes);
  free(self->run.twin_in);
  free(self->run.twin_out);
  r2nn_engine_free(self->run.twin);
  return code;
}

static int run_command(const command *of, int argc, char **argv) {
  job *self = calloc(1, sizeof *self);
  options line;
  if (!self) {
    say_error("out of memory");
    return EXIT_FAILED;
  }
  self->wiring = setup_usual();
  self->latency = -1;
  self->device = (live_device){.kind = &board, .context = self, .name = "the interface", .source = self->source};
  int code = live_settings_read(&self->settings, &line, of, setup_table(own_options), set, self, argc, argv);
  if (code < 0 && !self->wiring.loopback.n_channels && self->latency < 0)
    code = options_wrong(of, "how late is the board? give --loopback N, or --latency FRAMES");
  if (code < 0) code = run_all(self);
  options_free(&line);
  free(self);
  return code;
}

const command hardware_run = {
    "hardware run",
    "-m MODEL --loopback N",
    "a live signal through the board, and the rest of the model behind it",
    "The signal goes out to the board; its outputs take the place of the model's first stage. Decisions go where those of r2nn "
    "jack go.\n"
    "With --twin the engine runs beside it, on what the loopback hears; at the end it is said how far they agree.\n\n"
    "Examples:\n"
    "  r2nn hardware run -m refitted.json --out 1 --in 3-34 --loopback 2 --source 1 --json\n"
    "  r2nn hardware run -m vowels --device board --loopback 33 --connect player: --twin board.json",
    own_options,
    run_command,
};
