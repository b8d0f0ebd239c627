/* A JACK server without a sound card, and a client that plays a row of samples and keeps what comes back. */
#ifndef R2NN_TESTS_JACK_FEEDER_H
#define R2NN_TESTS_JACK_FEEDER_H

#include "programs.h"
#include "unit.h"

#include <errno.h>
#include <jack/jack.h>
#include <jack/midiport.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static inline pid_t start_server(const char *name, const char *rate, const char *period) {
  const char *words[] = {"jackd", "-n", name, "-r", "-S", "-d", "dummy", "-r", rate, "-p", period, "-C", "2", "-P", "2", NULL};
  return start_program("jackd.log", "jackd.err", words);
}

static inline void say_nothing(const char *text) {
  (void)text;
}

enum { FEEDER_KEYS = 64 };

typedef struct feeder {
  jack_client_t *client;
  jack_port_t *out, *back, *notes;
  const float *row; /* [n] */
  size_t n;
  float *got; /* [n_got_most] what came back since it was asked to */
  size_t n_got_most;
  _Atomic size_t at;    /* frames played */
  _Atomic size_t n_got; /* frames kept */
  _Atomic bool plays;   /* row, then silence */
  _Atomic uint32_t n_loops;
  _Atomic uint32_t n_on, n_off;
  uint64_t n_frames;                                  /* of all cycles */
  uint64_t when[FEEDER_KEYS];                         /* [n_on] of the first notes: by n_frames */
  uint8_t keys[FEEDER_KEYS], velocities[FEEDER_KEYS]; /* [n_on] of the first notes */
} feeder;

static inline int feed_cycle(jack_nframes_t n, void *context) {
  feeder *self = context;
  float *out = jack_port_get_buffer(self->out, n);
  const float *back = jack_port_get_buffer(self->back, n);
  void *notes = jack_port_get_buffer(self->notes, n);
  size_t at = atomic_load(&self->at), n_got = atomic_load(&self->n_got);
  memset(out, 0, n * sizeof *out);
  if (atomic_load(&self->plays)) {
    for (jack_nframes_t i = 0; i < n && n_got < self->n_got_most; i++) self->got[n_got++] = back[i];
    atomic_store(&self->n_got, n_got);
    for (jack_nframes_t i = 0; i < n; i++) {
      if (at == self->n && atomic_load(&self->n_loops)) {
        atomic_fetch_sub(&self->n_loops, 1);
        at = 0;
      }
      if (at < self->n) out[i] = self->row[at++];
    }
    atomic_store(&self->at, at);
  }
  for (uint32_t i = 0; i < jack_midi_get_event_count(notes); i++) {
    jack_midi_event_t event;
    jack_midi_event_get(&event, notes, i);
    if ((event.buffer[0] & 0xf0) == 0x90) {
      uint32_t at_note = atomic_load(&self->n_on);
      if (at_note < FEEDER_KEYS) {
        self->when[at_note] = self->n_frames + event.time;
        self->keys[at_note] = event.buffer[1];
        self->velocities[at_note] = event.buffer[2];
      }
      atomic_store(&self->n_on, at_note + 1);
    }
    if ((event.buffer[0] & 0xf0) == 0x80) atomic_fetch_add(&self->n_off, 1);
  }
  self->n_frames += n;
  return 0;
}

/* Wait for the server. */
static inline bool open_feeder(feeder *self, const char *server) {
  jack_set_error_function(say_nothing);
  jack_set_info_function(say_nothing);
  for (int i = 0; i < 100 && !self->client; i++) {
    self->client = jack_client_open("feeder", JackNoStartServer | JackServerName, NULL, server);
    if (!self->client) usleep(50000);
  }
  if (!self->client) return false;
  self->out = jack_port_register(self->client, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
  self->back = jack_port_register(self->client, "back", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
  self->notes = jack_port_register(self->client, "notes", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput, 0);
  jack_set_process_callback(self->client, feed_cycle, self);
  return jack_activate(self->client) == 0;
}

/* Wait until r2nn is there and connected to us; then hear what it passes on. */
static inline bool join_feeder(feeder *self, const char *port) {
  for (int i = 0; i < 400; i++) {
    if (jack_port_connected(self->out) && jack_port_by_name(self->client, port)) break;
    usleep(25000);
  }
  int code = jack_connect(self->client, port, jack_port_name(self->back));
  return jack_port_connected(self->out) && (code == 0 || code == 17);
}

/* Connect two ports as soon as both are there. */
static inline void connect_ports(const feeder *of, const char *from, const char *to) {
  int code = -1;
  for (int i = 0; i < 400 && code != 0 && code != EEXIST; i++) {
    code = jack_connect(of->client, from, to);
    if (code != 0 && code != EEXIST) usleep(25000);
  }
  if (code != 0 && code != EEXIST) fail_msg("%s cannot be connected to %s", from, to);
}

#endif
