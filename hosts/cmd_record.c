/* r2nn record: labelled clips from a live source, for r2nn train. */
#include "clips/cutter.h"
#include "clips/folder.h"
#include "deciding.h"
#include "interrupt.h"
#include "options.h"
#include "parse.h"
#include "say.h"
#include "sensors/intake.h"
#include "settings.h"
#ifdef R2NN_WITH_PORTAUDIO
#include "audio/sound_queue.h"
#endif

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_LABEL = OPTION_OWN, OPTION_COUNT, OPTION_SECONDS, OPTION_BEFORE, OPTION_AFTER, OPTION_LONGEST, OPTION_DEVICE };
static const option_def options_table[] = {
    {"label", 'n', OPTION_LABEL, "NAME", "what is heard: the class"},
    {"count", '\0', OPTION_COUNT, "N", "leave after N clips (on Ctrl-C, or when the source ends)"},
    {"seconds", 's', OPTION_SECONDS, "S", "clips of S seconds one after another, whatever the level, for sounds that go on"},
    DECIDING_GATE,
    DECIDING_ABOVE,
    {"before", '\0', OPTION_BEFORE, "S", "keep S seconds before a sound (0.1)"},
    {"after", '\0', OPTION_AFTER, "S", "and S behind it (0.15)"},
    {"longest", '\0', OPTION_LONGEST, "S", "a sound longer than S seconds is cut (10)"},
    INTAKE_OPTIONS,
#ifdef R2NN_WITH_PORTAUDIO
    {"device", 'd', OPTION_DEVICE, "NAME|NUMBER", "without --from: hear this sound card (the default one)"},
#endif
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct record {
  settings common;
  intake_def def;
  cutter_def cut;
  const char *label, *device;
  uint64_t count, n_clips; /* count: 0 = no end */
  clips_folder folder;
  cutter *cutter;
  int code; /* -1: goes on */
} record;

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  record *self = context;
  switch (code) {
  case OPTION_LABEL:
    self->label = argument;
    return true;
  case OPTION_COUNT:
    return parse_whole("--count", argument, 1, 1000000, &self->count, error);
  case OPTION_SECONDS:
    return parse_number("--seconds", argument, 0.05, 3600, &self->cut.piece_s, error);
  case OPTION_GATE:
    return parse_number("--gate", argument, -200, 200, &self->cut.gate_db, error);
  case OPTION_ABOVE:
    return parse_number("--above", argument, 0, 60, &self->cut.above_db, error);
  case OPTION_BEFORE:
    return parse_number("--before", argument, 0, 10, &self->cut.before_s, error);
  case OPTION_AFTER:
    return parse_number("--after", argument, 0, 10, &self->cut.after_s, error);
  case OPTION_LONGEST:
    return parse_number("--longest", argument, 0.1, 3600, &self->cut.longest_s, error);
  case OPTION_DEVICE:
    self->device = argument;
    return true;
  default:
    return code >= INTAKE_OPTION && code < INTAKE_OPTIONS_END ? intake_set(&self->def, code, argument, error)
                                                              : settings_set(&self->common, code, argument, error);
  }
}

/* A clip: write it and say so. */
static bool take(void *context, const float *in, uint32_t n_frames, double start_s, double level_db) {
  record *self = context;
  char name[4200];
  r2nn_error error = {""};
  if (clips_add(&self->folder, in, n_frames, self->cut.n_channels, self->cut.rate_hz, name, sizeof name, &error) != R2NN_OK) {
    say_error("%s", error.text);
    self->code = EXIT_FAILED;
    return false;
  }
  printf("%s  %.3f s  %.1f dB  at %.3f s\n", name, n_frames / self->cut.rate_hz, level_db, start_s);
  fflush(stdout);
  if (++self->n_clips == self->count) self->code = EXIT_DONE;
  return self->code < 0;
}

static void hear(void *context, const float *in, uint32_t n_frames) {
  cutter_hear(((record *)context)->cutter, in, n_frames);
}

static void break_off(void *context, double gap_s, double at_s) {
  (void)gap_s, (void)at_s;
  cutter_end(((record *)context)->cutter);
}

/* The source is known: begin. */
static r2nn_status begin(record *self, double rate_hz, uint32_t n_channels, const char *folder, r2nn_error *error) {
  self->cut.rate_hz = rate_hz;
  self->cut.n_channels = n_channels;
  r2nn_status status = clips_open(&self->folder, folder, self->label, error);
  if (status == R2NN_OK && fabs(rate_hz - round(rate_hz)) > 1e-6 * rate_hz)
    say_warning("the rate is %.6g Hz; the sound files say %.0f", rate_hz, round(rate_hz));
  return status == R2NN_OK ? cutter_new(&self->cut, take, self, &self->cutter, error) : status;
}

static void end(record *self) {
  if (self->cutter && self->code < 0) cutter_end(self->cutter);
  if (self->code < 0) self->code = EXIT_DONE;
  if (self->cutter) say_note("%llu clip%s of %s", (unsigned long long)self->n_clips, self->n_clips == 1 ? "" : "s", self->label);
}

static r2nn_status record_sensor(record *self, const char *folder, r2nn_error *error) {
  intake *readings = NULL;
  bool is_stopped;
  r2nn_error reason = {""};
  r2nn_status status = intake_open(&self->def, NULL, &readings, &is_stopped, &reason);
  if (status != R2NN_OK) return r2nn_fail(error, status, "%s: %s", self->def.from, reason.text);
  if (is_stopped) return R2NN_OK;
  status = begin(self, intake_rate(readings), intake_n_channels(readings), folder, error);
  if (status == R2NN_OK) {
    intake_to(readings, hear, break_off, self);
    sensor_state state = SENSOR_GOES_ON;
    while (self->code < 0 && state != SENSOR_ENDED && state != SENSOR_FAILED && !interrupt_read().stop) {
      state = intake_read(readings, &reason);
      if (state == SENSOR_WAITS) usleep(4000);
    }
    end(self);
    if (state == SENSOR_FAILED) status = r2nn_fail(error, R2NN_BAD_DATA, "%s: %s", self->def.from, reason.text);
  }
  intake_close(readings);
  return status;
}

#ifdef R2NN_WITH_PORTAUDIO
static r2nn_status record_sound(record *self, const char *folder, r2nn_error *error) {
  sound_queue *sound;
  portaudio_def def = {.device = self->device, .rate_hz = self->def.rate_hz, .channels = &self->common.channels};
  if (self->def.columns.channels && !channels_parse("--channel", self->def.columns.channels, &self->common.channels, error))
    return R2NN_BAD_ARGUMENT;
  r2nn_status status = sound_queue_open(&def, &sound, error);
  if (status != R2NN_OK) return status;
  status = begin(self, sound_queue_rate(sound), sound_queue_n_channels(sound), folder, error);
  if (status == R2NN_OK) status = sound_queue_start(sound, error);
  if (status == R2NN_OK) {
    interrupt_watch();
    while (status == R2NN_OK && self->code < 0 && !interrupt_read().stop) {
      status = sound_queue_read(sound, hear, self, error);
      usleep(4000);
    }
    end(self);
  }
  sound_queue_close(sound);
  return status;
}
#endif

static int run_record(record *self, const char *folder) {
  r2nn_error error = {""};
#ifdef R2NN_WITH_PORTAUDIO
  r2nn_status status = self->def.from ? record_sensor(self, folder, &error) : record_sound(self, folder, &error);
#else
  r2nn_status status = record_sensor(self, folder, &error);
#endif
  cutter_free(self->cutter);
  if (status != R2NN_OK) say_error("%s", error.text);
  return status != R2NN_OK ? EXIT_FAILED : self->code < 0 ? EXIT_DONE : self->code;
}

static int run_command(const command *of, int argc, char **argv) {
  record self = {.cut = {.gate_db = NAN, .above_db = NAN, .before_s = 0.1, .after_s = 0.15, .longest_s = 10}, .code = -1};
  options line;
  int code = options_read(&line, of, set, &self, argc, argv);
  if (code < 0 && line.n_operands != 1) code = options_wrong(of, "one DIR to write into is needed");
  if (code < 0 && !self.label) code = options_wrong(of, "what is heard? give --label NAME");
#ifndef R2NN_WITH_PORTAUDIO
  if (code < 0 && !self.def.from) code = options_wrong(of, "from where? give --from SOURCE");
#endif
  if (code < 0) code = run_record(&self, line.operands[0]);
  options_free(&line);
  return code;
}

const command cmd_record = {
    "record",
    "DIR --label NAME",
    "collect labelled clips from a live source",
    "Every sound above the level gate becomes a clip DIR/NAME/0001.wav, 0002.wav ...; numbering goes on where it stands. The "
    "folder\n"
    "is what r2nn train reads.\n\n"
    "Examples:\n"
    "  r2nn record sounds --label clap --count 20\n"
    "  r2nn record fan --label running --seconds 2 --count 50 --device USB\n"
    "  r2nn record gestures --label wave --from serial:/dev/ttyUSB0@115200 --rate 100",
    options_table,
    run_command,
};
