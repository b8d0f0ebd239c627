/* r2nn live: a model on a sound card, where there is no JACK. */
#include "audio/portaudio.h"
#include "live/device.h"
#include "parse.h"
#include "say.h"

#include <stdio.h>
#include <string.h>

enum { OPTION_DEVICE = OPTION_OWN, OPTION_LIST, OPTION_RATE, OPTION_FRAMES, OPTION_PASS };
static const option_def options_table[] = {
    {"list", 'l', OPTION_LIST, NULL, "show the devices that hear, and leave"},
    {"device", 'd', OPTION_DEVICE, "NAME|NUMBER", "hear this device: its number, or a part of its name (the default one)"},
    {"rate", 'r', OPTION_RATE, "HZ", "the sample rate (the device's own)"},
    {"frames", '\0', OPTION_FRAMES, "N", "N frames at a time (as the device likes)"},
    SETTING_CHANNEL,
    {"pass", '\0', OPTION_PASS, NULL, "play what is heard on the default output"},
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct sound {
  portaudio_def def;
  live_device device;
  live_settings settings;
  portaudio *host; /* NULL while there is no device */
  live *to;
  char source[160];
  bool list;
} sound;

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  sound *self = context;
  uint64_t whole;
  switch (code) {
  case OPTION_LIST:
    return self->list = true;
  case OPTION_DEVICE:
    self->def.device = argument;
    return true;
  case OPTION_RATE:
    return parse_number("--rate", argument, R2NN_RATE_MIN, R2NN_RATE_MAX, &self->def.rate_hz, error);
  case OPTION_FRAMES:
    if (!parse_whole("--frames", argument, 1, 65536, &whole, error)) return false;
    self->def.frames = (uint32_t)whole;
    return true;
  default:
    return self->def.pass = true;
  }
}

static void hear(void *context, const float *in, uint32_t n_frames) {
  live_process_interleaved(live_audio(((sound *)context)->to), in, n_frames);
}

static void xrun(void *context) {
  live_note_xrun(((sound *)context)->to);
}

static r2nn_status open_card(void *context, r2nn_error *error) {
  sound *self = context;
  self->def.n_channels = self->device.n_channels;
  r2nn_status status = portaudio_open(&self->def, &self->host, error);
  if (status == R2NN_OK && !self->source[0]) snprintf(self->source, sizeof self->source, "live:%s", portaudio_name(self->host));
  return status;
}

static double rate(void *context) {
  return portaudio_rate(((sound *)context)->host);
}

static r2nn_status start(void *context, live *to, r2nn_error *error) {
  sound *self = context;
  self->to = to;
  return portaudio_start(self->host, hear, xrun, self, error);
}

static bool is_gone(void *context, const char **reason) {
  (void)reason;
  return portaudio_is_gone(((sound *)context)->host);
}

static void close_card(void *context) {
  sound *self = context;
  portaudio_close(self->host);
  self->host = NULL;
}

static void tick(void *context, live *to) {
  sound *self = context;
  if (!portaudio_is_stuck()) return;
  say_error("%s does not let go of PortAudio; start again when it is there", self->source);
  live_stop(to, EXIT_FAILED);
}

static const live_device_kind card = {open_card, rate, start, is_gone, close_card, tick};

static int show_devices(void) {
  r2nn_error error = {""};
  if (portaudio_list(stdout, &error) == R2NN_OK) return EXIT_DONE;
  say_error("%s", error.text);
  return EXIT_FAILED;
}

/* --list needs no model. */
static bool wants_list(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (strcmp(argv[i], "--list") == 0 || strcmp(argv[i], "-l") == 0) return true;
  return false;
}

static int run_command(const command *of, int argc, char **argv) {
  sound self = {.device = {.kind = &card, .context = &self, .name = self.source, .source = self.source, .waits = true}};
  self.def.channels = &self.settings.common.channels;
  options line;
  if (argc == 2 && wants_list(argc, argv)) return show_devices();
  int code = live_settings_read(&self.settings, &line, of, options_table, set, &self, argc, argv);
  if (code < 0) code = self.list ? show_devices() : live_device_run(&self.device, &self.settings);
  options_free(&line);
  return code;
}

const command cmd_live = {
    "live",
    "-m MODEL",
    "run a model on a sound card (PortAudio)",
    "For machines without JACK. A device that goes away is waited for. Decisions go to standard output and wherever else the\n"
    "options say; Ctrl-C ends it.\n\n"
    "Examples:\n"
    "  r2nn live --list\n"
    "  r2nn live -m digits\n"
    "  r2nn live -m fan.json --device USB --channel 2 --alert stopped,5 -o day.csv",
    options_table,
    run_command,
};
