/* A live sink that plays decisions as MIDI notes through the ALSA sequencer: the same notes as those of the JACK port events. */
#include "live/live.h"
#include "live/sink.h"
#include "progress.h"
#include "r2nn/notes.h"
#include "say.h"

#include <alsa/asoundlib.h>
#include <stdlib.h>
#include <string.h>

extern const live_sink live_sink_midi_alsa;

static const double ticks_hz = 1e6; /* of the clock by which notes are held */

typedef struct midi_alsa {
  snd_seq_t *sequencer;
  int port;
  r2nn_notes notes;
  uint64_t n_failed; /* messages that the sequencer did not take */
} midi_alsa;

static uint64_t now(void) {
  return (uint64_t)(progress_clock() * ticks_hz);
}

/* Its own lines on standard error say less than ours. */
static void ignore(const char *file, int line, const char *function, int number, const char *format, ...) {
  (void)file, (void)line, (void)function, (void)number, (void)format;
}

/* Our port, connected to where argument says, unless that is "-". */
static r2nn_status make_port(midi_alsa *self, const char *argument, r2nn_error *error) {
  snd_seq_addr_t to;
  self->port = snd_seq_create_simple_port(self->sequencer, "events", SND_SEQ_PORT_CAP_READ | SND_SEQ_PORT_CAP_SUBS_READ,
                                          SND_SEQ_PORT_TYPE_MIDI_GENERIC | SND_SEQ_PORT_TYPE_APPLICATION);
  if (self->port < 0) return r2nn_fail(error, R2NN_BAD_DATA, "--midi-alsa: no port can be made: %s", snd_strerror(self->port));
  if (strcmp(argument, "-") == 0) return R2NN_OK;
  int code = snd_seq_parse_address(self->sequencer, &to, argument);
  if (code >= 0) code = snd_seq_connect_to(self->sequencer, self->port, to.client, to.port);
  if (code >= 0) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_ARGUMENT, "--midi-alsa: \"%.200s\": %s; aconnect -o lists the ports, - connects none", argument,
                   snd_strerror(code));
}

static r2nn_status open_midi(live *of, const char *argument, void **made, r2nn_error *error) {
  const char *source = live_look(of)->source, *colon = strchr(source, ':');
  midi_alsa *self = *made = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  snd_lib_error_set_handler(ignore);
  int code = snd_seq_open(&self->sequencer, "default", SND_SEQ_OPEN_OUTPUT, SND_SEQ_NONBLOCK);
  r2nn_status status = code < 0 ? r2nn_fail(error, R2NN_BAD_DATA, "--midi-alsa: the ALSA sequencer cannot be opened: %s%s",
                                            snd_strerror(code), code == -ENOENT ? "; modprobe snd-seq loads it" : "")
                                : R2NN_OK;
  if (status == R2NN_OK) {
    snd_seq_set_client_name(self->sequencer, colon && colon[1] ? colon + 1 : source);
    status = make_port(self, argument, error);
  }
  if (status == R2NN_OK) {
    self->notes.settings = r2nn_notes_usual(ticks_hz);
    return R2NN_OK;
  }
  if (self->sequencer) snd_seq_close(self->sequencer);
  free(self);
  return status;
}

/* Play what is due before end. */
static void play(midi_alsa *self, uint64_t end) {
  r2nn_note note;
  while (r2nn_notes_take(&self->notes, end, &note)) {
    snd_seq_event_t message;
    snd_seq_ev_clear(&message);
    snd_seq_ev_set_source(&message, (unsigned char)self->port);
    snd_seq_ev_set_subs(&message);
    snd_seq_ev_set_direct(&message);
    if (note.bytes[0] == 0x90)
      snd_seq_ev_set_noteon(&message, 0, note.bytes[1], note.bytes[2]);
    else
      snd_seq_ev_set_noteoff(&message, 0, note.bytes[1], note.bytes[2]);
    if (snd_seq_event_output_direct(self->sequencer, &message) < 0) self->n_failed++;
  }
}

static void hear(void *sink, const live_event *told) {
  midi_alsa *self = sink;
  bool has_events = told->view->program->run.has_events;
  if (told->kind == LIVE_EVENT_DECISION) r2nn_notes_decide(&self->notes, now(), told->class_index, told->level_db, 1, has_events);
  if (told->kind == LIVE_EVENT_END && has_events) r2nn_notes_silence(&self->notes, now());
}

static bool tick(void *sink, const live_view *view, r2nn_error *error) {
  (void)view, (void)error;
  play(sink, now());
  return true;
}

/* No note is left hanging. */
static r2nn_status close_midi(void *sink, r2nn_error *error) {
  midi_alsa *self = sink;
  (void)error;
  r2nn_notes_silence(&self->notes, now());
  play(self, UINT64_MAX);
  uint64_t n_lost = self->n_failed + self->notes.n_dropped;
  if (n_lost) say_warning("--midi-alsa: %llu messages were lost", (unsigned long long)n_lost);
  snd_seq_close(self->sequencer);
  free(self);
  return R2NN_OK;
}

const live_sink live_sink_midi_alsa = {.name = "midi-alsa",
                                       .argument = "CLIENT:PORT",
                                       .help =
                                           "play decisions as notes through the ALSA sequencer, into this port; - connects none",
                                       .open = open_midi,
                                       .hear = hear,
                                       .tick = tick,
                                       .close = close_midi};
