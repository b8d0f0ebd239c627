/* r2nn jack: a model as a JACK client. */
#include "audio/jack.h"
#include "live/device.h"
#include "parse.h"
#include "session.h"

#include <stdio.h>
#include <string.h>

enum { OPTION_NAME = OPTION_OWN, OPTION_SERVER, OPTION_CONNECT, OPTION_NO_CONNECT, OPTION_RECONNECT, OPTION_MIDI };
static const option_def options_table[] = {
    {"name", 'n', OPTION_NAME, "NAME", "the client's name (r2nn)"},
    {"server", 's', OPTION_SERVER, "SERVER", "the JACK server's name (the default server)"},
    {"connect", 'c', OPTION_CONNECT, "REGEX",
     "hear the ports whose names match, in order, and play notes to those that take MIDI; more than once for more (the sound "
     "card's)"},
    {"no-connect", '\0', OPTION_NO_CONNECT, NULL, "connect nothing"},
    {"reconnect", '\0', OPTION_RECONNECT, NULL, "wait for the server, at the start and when it goes away"},
    {"midi", '\0', OPTION_MIDI, NULL, "connect the port events to the MIDI devices"},
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct jack {
  jack_def def;
  live_device device;
  jack_host *host; /* NULL while there is no server */
  session *session;
  char source[128];
} jack;

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  jack *self = context;
  switch (code) {
  case OPTION_NAME:
    self->def.name = argument;
    return parse_client("--name", argument, error);
  case OPTION_SERVER:
    self->def.server = argument;
    return true;
  case OPTION_CONNECT:
    if (self->def.n_connect == JACK_MAX_CONNECT) {
      r2nn_fail(error, R2NN_BAD_ARGUMENT, "--connect: at most %d", JACK_MAX_CONNECT);
      return false;
    }
    if (!parse_regex("--connect", argument, error)) return false;
    self->def.connect[self->def.n_connect++] = argument;
    return true;
  case OPTION_NO_CONNECT:
    self->def.no_connect = true;
    return true;
  case OPTION_RECONNECT:
    self->device.waits = self->device.waits_at_start = true;
    return true;
  default:
    self->def.midi = true;
    return true;
  }
}

static r2nn_status open_host(void *context, r2nn_error *error) {
  jack *self = context;
  r2nn_status status = jack_host_open(&self->def, &self->host, error);
  if (status == R2NN_OK && !self->source[0]) snprintf(self->source, sizeof self->source, "jack:%s", jack_host_name(self->host));
  return status;
}

static double rate(void *context) {
  return jack_host_rate(((jack *)context)->host);
}

static r2nn_status start(void *context, live *to, r2nn_error *error) {
  return jack_host_start(((jack *)context)->host, to, error);
}

static bool is_gone(void *context, const char **reason) {
  return jack_host_is_gone(((jack *)context)->host, reason);
}

static void close_host(void *context) {
  jack *self = context;
  jack_host_close(self->host);
  self->host = NULL;
}

static void tick(void *context, live *to) {
  jack *self = context;
  (void)to;
#ifdef R2NN_WITH_LO
  if (self->session) session_tick(self->session);
#endif
  if (self->host) jack_host_connect(self->host);
}

static const live_device_kind server = {open_host, rate, start, is_gone, close_host, tick};

static int run_command(const command *of, int argc, char **argv) {
  jack self = {.def = {.name = "r2nn"},
               .device = {.kind = &server, .context = &self, .name = "the JACK server", .source = self.source}};
  live_settings settings;
  options line;
  int code = live_settings_read(&settings, &line, of, options_table, set, &self, argc, argv);
  if (code < 0 && self.def.no_connect && self.def.n_connect)
    code = options_wrong(of, "--connect and --no-connect do not go together");
  if (code < 0) {
#ifdef R2NN_WITH_LO
    self.session = session_begin("r2nn");
    if (self.session) self.def.name = session_client_name(self.session);
#endif
    code = live_device_run(&self.device, &settings);
#ifdef R2NN_WITH_LO
    session_end(self.session);
#endif
  }
  options_free(&line);
  return code;
}

const command cmd_jack = {
    "jack",
    "-m MODEL",
    "run a model as a JACK client",
    "The client hears on in_1, in_2 ..., one port a channel of the model, and passes on what it hears, bit for bit, on out_1, "
    "out_2 ...\n"
    "Decisions go to standard output and wherever else the options say; the MIDI port events plays note 36 + class, from the "
    "decision\n"
    "to the event's end. SIGHUP reads the model again without a break in the sound; Ctrl-C ends it.\n\n"
    "Examples:\n"
    "  r2nn jack -m digits\n"
    "  r2nn jack -m words.json -c 'system:capture_2' --json\n"
    "  r2nn jack -m fan.json --no-connect --reconnect --alert stopped,5 -o day.csv",
    options_table,
    run_command,
};
