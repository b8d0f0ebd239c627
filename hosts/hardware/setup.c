/* How a board is wired to the interface. */
#include "hardware/setup.h"

#include "parse.h"
#include "r2nn/engine.h"
#include "r2nn/measure.h"
#include "say.h"

#include <stdio.h>
#include <string.h>

enum {
  OPTION_DEVICE = OPTION_OWN,
  OPTION_SERVER,
  OPTION_NAME,
  OPTION_PORTAUDIO,
  OPTION_RATE,
  OPTION_OUT,
  OPTION_IN,
  OPTION_LOOPBACK,
  OPTION_INVERTED,
  OPTION_LEVEL,
  OPTION_ANYWAY
};

static const option_def shared[] = {
    {"device", 'd', OPTION_DEVICE, "NAME", "the JACK client that the board hangs on (the sound card), or PortAudio's device"},
    {"out", '\0', OPTION_OUT, "LIST", "the device's channels that drive the board, like 1 (the first ones)"},
    {"in", '\0', OPTION_IN, "LIST", "its channels that hear the board's outputs, in their order, like 3-34 (the first ones)"},
    {"loopback", 'l', OPTION_LOOPBACK, "N", "its channel that hears the first of --out by a cable"},
    {"inverted", '\0', OPTION_INVERTED, "LIST",
     "outputs of the board that carry the negative, like 2,5 (found out, but not by run)"},
    {"level", '\0', OPTION_LEVEL, "DB", "play so far below full scale (-12)"},
    {"anyway", '\0', OPTION_ANYWAY, NULL, "go on with a board that has troubles"},
    {"server", 's', OPTION_SERVER, "SERVER", "the JACK server's name (the default server)"},
    {"name", 'n', OPTION_NAME, "NAME", "our JACK client's name (r2nn-hardware)"},
    {"portaudio", '\0', OPTION_PORTAUDIO, NULL, "by PortAudio, without JACK"},
    {"rate", 'r', OPTION_RATE, "HZ", "PortAudio's sample rate (the device's own)"},
};
enum { N_SHARED = sizeof shared / sizeof *shared, MOST_OPTIONS = 40 };

setup setup_usual(void) {
  static const char *const formats[] = {"text", "json"};
#ifdef R2NN_WITH_JACK
  const duplex_kind *kind = &duplex_jack;
#elif defined R2NN_WITH_PORTAUDIO
  const duplex_kind *kind = &duplex_portaudio;
#else
  const duplex_kind *kind = NULL;
#endif
  return (setup){
      .common = {.format = -1, .formats = formats, .n_formats = 2}, .kind = kind, .name = "r2nn-hardware", .level_db = -12};
}

const option_def *setup_table(const option_def *own) {
  static option_def table[MOST_OPTIONS];
  uint32_t n = 0;
  for (; own[n].name; n++) table[n] = own[n];
  for (uint32_t i = 0; i < N_SHARED && n + 1 < MOST_OPTIONS; i++) table[n++] = shared[i];
  table[n] = (option_def){NULL, '\0', 0, NULL, NULL};
  return table;
}

static bool set_portaudio(setup *self, r2nn_error *error) {
#ifdef R2NN_WITH_PORTAUDIO
  (void)error;
  self->kind = &duplex_portaudio;
  return true;
#else
  (void)self;
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "--portaudio: this program was built without PortAudio");
  return false;
#endif
}

static bool set_loopback(setup *self, const char *argument, r2nn_error *error) {
  if (!channels_parse("--loopback", argument, &self->loopback, error)) return false;
  if (self->loopback.n_channels == 1) return true;
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "--loopback: one channel, not %u", self->loopback.n_channels);
  return false;
}

bool setup_set(setup *self, int code, const char *argument, r2nn_error *error) {
  switch (code) {
  case OPTION_DEVICE:
    self->device = argument;
    return true;
  case OPTION_SERVER:
    self->server = argument;
    return true;
  case OPTION_NAME:
    self->name = argument;
    return parse_client("--name", argument, error);
  case OPTION_PORTAUDIO:
    return set_portaudio(self, error);
  case OPTION_RATE:
    return parse_number("--rate", argument, R2NN_RATE_MIN, R2NN_RATE_MAX, &self->rate_hz, error);
  case OPTION_OUT:
    return channels_parse("--out", argument, &self->out, error);
  case OPTION_IN:
    return channels_parse("--in", argument, &self->in, error);
  case OPTION_LOOPBACK:
    return set_loopback(self, argument, error);
  case OPTION_INVERTED:
    return channels_parse("--inverted", argument, &self->inverted, error);
  case OPTION_LEVEL:
    return parse_number("--level", argument, -80, 0, &self->level_db, error);
  case OPTION_ANYWAY:
    return self->anyway = true;
  default:
    return settings_set(&self->common, code, argument, error);
  }
}

/* The first n channels that are not the loopback's, unless the options say others. */
static r2nn_status fill(const char *name, channel_list *list, uint32_t n, const channel_list *except, const char *what,
                        r2nn_error *error) {
  if (list->n_channels && list->n_channels != n)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: names %u channel%s where the model has %u %s", name, list->n_channels,
                     list->n_channels == 1 ? "" : "s", n, what);
  for (uint32_t c = 0; list->n_channels < n; c++)
    if (!except->n_channels || except->channels[0] != c) list->channels[list->n_channels++] = c;
  for (uint32_t k = 0; k < n && except->n_channels; k++)
    if (list->channels[k] == except->channels[0])
      return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s and --loopback both name channel %u", name, except->channels[0] + 1);
  return R2NN_OK;
}

static void add_port(const setup *self, duplex_port *ports, uint32_t *n, const char *name, uint32_t number, uint32_t channel) {
  duplex_port *port = &ports[(*n)++];
  *port = (duplex_port){.is_wired = true, .device = self->device ? self->pattern : NULL, .channel = channel};
  snprintf(port->name, sizeof port->name, number ? "%s_%u" : "%s", name, number);
}

/* For JACK a client's name stands for its ports. */
static bool find_pattern(setup *self, r2nn_error *error) {
#ifdef R2NN_WITH_PORTAUDIO
  if (self->kind == &duplex_portaudio) return true;
#endif
  if (!self->device) return true;
  snprintf(self->pattern, sizeof self->pattern, strchr(self->device, ':') ? "%s" : "^%s:", self->device);
  return parse_regex("--device", self->pattern, error);
}

r2nn_status setup_wire(setup *self, uint32_t n_channels, uint32_t n_outputs, duplex_def *def, r2nn_error *error) {
  static const channel_list none;
  if (!self->kind) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "this program was built without JACK and without PortAudio");
  if (n_outputs > R2NN_MAX_CHANNELS)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "the first stage has %u outputs, an interface can hear %u", n_outputs,
                     R2NN_MAX_CHANNELS);
  if (!find_pattern(self, error)) return R2NN_BAD_ARGUMENT;
  def->name = self->name;
  def->server = self->server;
  def->device = self->device;
  def->rate_hz = self->rate_hz;
  def->n_in = def->n_out = 0;
  for (uint32_t k = 0; k < self->inverted.n_channels; k++)
    if (self->inverted.channels[k] >= n_outputs && n_outputs)
      return r2nn_fail(error, R2NN_BAD_ARGUMENT, "--inverted: the board has %u outputs, not a number %u", n_outputs,
                       self->inverted.channels[k] + 1);
  r2nn_status status = fill("--out", &self->out, n_channels, &none, "channels", error);
  if (status == R2NN_OK) status = fill("--in", &self->in, n_outputs, &self->loopback, "outputs", error);
  if (status != R2NN_OK) return status;
  for (uint32_t k = 0; k < n_channels; k++) add_port(self, def->out, &def->n_out, "drive", k + 1, self->out.channels[k]);
  for (uint32_t k = 0; k < n_outputs; k++) add_port(self, def->in, &def->n_in, "node", k + 1, self->in.channels[k]);
  if (self->loopback.n_channels) add_port(self, def->in, &def->n_in, "loopback", 0, self->loopback.channels[0]);
  if (self->is_live) status = fill("--source", &self->source, n_channels, &none, "channels", error);
  for (uint32_t k = 0; self->is_live && k < n_channels && status == R2NN_OK; k++) {
    add_port(self, def->in, &def->n_in, "in", k + 1, self->source.channels[k]);
    def->in[def->n_in - 1].device = self->connect;
  }
  return status;
}

uint32_t setup_channel(const setup *self, uint32_t output) {
  return 1 + (output == R2NN_LOOPBACK ? self->loopback.channels[0] : self->in.channels[output]);
}

bool setup_wants_json(const setup *self) {
  return self->common.format == 1;
}

int setup_run(const setup *self, const setup_task *task, void *job, const command *of, int argc, char **argv) {
  command full = *of;
  options line;
  r2nn_error error = {""};
  full.options = setup_table(of->options);
  int code = options_read(&line, &full, task->set, job, argc, argv);
  if (code < 0 && task->wants_model && !self->common.model) code = options_wrong(of, "which model? give -m MODEL");
  if (code < 0 && task->operand && line.n_operands != 1)
    code = options_wrong(of, "give one %s, not %u", task->operand, line.n_operands);
  if (code < 0 && !task->operand && line.n_operands) code = options_wrong(of, "%s: what is this?", line.operands[0]);
  if (code < 0 && task->wants_output && !self->common.output) code = options_wrong(of, "where to? give -o MODEL.json");
  if (code < 0 && !self->loopback.n_channels) code = options_wrong(of, "which channel hears what is played? give --loopback N");
  if (code < 0) {
    code = task->work(job, task->operand ? line.operands[0] : NULL, &error) == R2NN_OK ? EXIT_DONE : EXIT_FAILED;
    if (code != EXIT_DONE) say_error("%s", error.text);
  }
  options_free(&line);
  return code;
}
