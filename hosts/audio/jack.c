/* A JACK client: opening, ports, connections, and what the server tells. */
#include "audio/jack.h"

#include "audio/jack_client.h"
#include "audio/jack_library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int on_xrun(void *context) {
  live_note_xrun(((jack_host *)context)->live);
  return 0;
}

static int on_rate(jack_nframes_t rate_hz, void *context) {
  atomic_store(&((jack_host *)context)->rate_hz, rate_hz);
  return 0;
}

static void on_freewheel(int starting, void *context) {
  atomic_store(&((jack_host *)context)->is_freewheeling, starting != 0);
}

static void on_port(jack_port_id_t port, int is_new, void *context) {
  (void)port;
  if (is_new) atomic_store(&((jack_host *)context)->has_new_ports, true);
}

static void on_shutdown(jack_status_t code, const char *reason, void *context) {
  jack_host *self = context;
  (void)code;
  snprintf(self->reason, sizeof self->reason, "%s", reason && reason[0] ? reason : "no reason given");
  atomic_store(&self->is_gone, true);
}

/* PipeWire gives no reason. */
static void on_plain_shutdown(void *context) {
  on_shutdown(0, NULL, context);
}

/* What goes out is what comes in, no frame later; notes come out of what comes in. */
static void on_latency(jack_latency_callback_mode_t mode, void *context) {
  jack_host *self = context;
  jack_latency_range_t all = {.min = UINT32_MAX, .max = 0}, range;
  for (uint32_t c = 0; c < self->n_channels; c++) {
    jack_port_get_latency_range(mode == JackCaptureLatency ? self->in[c] : self->out[c], mode, &range);
    jack_port_set_latency_range(mode == JackCaptureLatency ? self->out[c] : self->in[c], mode, &range);
    if (range.min < all.min) all.min = range.min;
    if (range.max > all.max) all.max = range.max;
  }
  if (mode == JackCaptureLatency && self->n_channels) jack_port_set_latency_range(self->events, mode, &all);
}

r2nn_status jack_host_open(const jack_def *def, jack_host **host, r2nn_error *error) {
  jack_host *self = *host = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self->def = *def;
  r2nn_status status = jack_library_open(def->name, def->server, &self->client, error);
  if (status == R2NN_OK) {
    atomic_store(&self->rate_hz, jack_get_sample_rate(self->client));
    jack_on_shutdown(self->client, on_plain_shutdown, self);
    jack_on_info_shutdown(self->client, on_shutdown, self); /* a server that knows both calls this one */
    return R2NN_OK;
  }
  free(self);
  *host = NULL;
  return status;
}

void jack_host_close(jack_host *self) {
  if (!self) return;
  atomic_store(&self->is_ending, true);
  for (int i = 0; i < 100 && self->audio && !atomic_load(&self->is_silent) && !atomic_load(&self->is_gone); i++) usleep(2000);
  jack_library_close(self->client);
  if (self->audio) self->audio->hear = NULL;
  free(self);
}

double jack_host_rate(const jack_host *self) {
  return atomic_load(&self->rate_hz);
}

const char *jack_host_name(const jack_host *self) {
  return jack_get_client_name(self->client);
}

static jack_port_t *new_port(const jack_host *self, const char *kind, uint32_t index, const char *type, unsigned long flags) {
  char name[32];
  snprintf(name, sizeof name, index ? "%s_%u" : "%s", kind, index);
  return jack_port_register(self->client, name, type, flags, 0);
}

static bool register_ports(jack_host *self) {
  for (uint32_t c = 0; c < self->n_channels; c++) {
    self->in[c] = new_port(self, "in", c + 1, JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput);
    self->out[c] = new_port(self, "out", c + 1, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput);
    if (!self->in[c] || !self->out[c]) return false;
  }
  self->events = new_port(self, "events", 0, JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput);
  return self->events != NULL;
}

r2nn_status jack_host_start(jack_host *self, live *to, r2nn_error *error) {
  self->live = to;
  self->audio = live_audio(to);
  self->n_channels = self->audio->player.program->n_channels;
  self->notes_rate_hz = self->audio->player.program->rate_hz;
  self->notes.settings = r2nn_notes_usual(self->notes_rate_hz);
  self->audio->hear = jack_host_hear;
  self->audio->context = self;
  if (!register_ports(self))
    return r2nn_fail(error, R2NN_BAD_DATA,
                     atomic_load(&self->is_gone) ? "the JACK server has gone away" : "the JACK server gives no more ports");
  jack_set_process_callback(self->client, jack_host_process, self);
  jack_set_xrun_callback(self->client, on_xrun, self);
  jack_set_sample_rate_callback(self->client, on_rate, self);
  jack_set_freewheel_callback(self->client, on_freewheel, self);
  jack_set_latency_callback(self->client, on_latency, self);
  jack_set_port_registration_callback(self->client, on_port, self);
  r2nn_status status = jack_library_activate(self->client, error);
  if (status != R2NN_OK) return status;
  atomic_store(&self->has_new_ports, true);
  jack_host_connect(self);
  return R2NN_OK;
}

/* Connect the outputs that match, in order, to the inputs from *n_used on. */
static void connect_inputs(const jack_host *self, const char *pattern, unsigned long flags, uint32_t *n_used) {
  const char **names = jack_get_ports(self->client, pattern, JACK_DEFAULT_AUDIO_TYPE, flags | JackPortIsOutput);
  for (uint32_t i = 0; names && names[i] && *n_used < self->n_channels; i++) {
    if (jack_port_is_mine(self->client, jack_port_by_name(self->client, names[i]))) continue;
    jack_connect(self->client, names[i], jack_port_name(self->in[(*n_used)++])); /* EEXIST is fine */
  }
  jack_free(names);
}

static void connect_events(const jack_host *self, const char *pattern, unsigned long flags) {
  const char **names = jack_get_ports(self->client, pattern, JACK_DEFAULT_MIDI_TYPE, flags | JackPortIsInput);
  for (uint32_t i = 0; names && names[i]; i++) jack_connect(self->client, jack_port_name(self->events), names[i]);
  jack_free(names);
}

void jack_host_connect(jack_host *self) {
  uint32_t n_used = 0;
  if (!atomic_exchange(&self->has_new_ports, false) || self->def.no_connect) return;
  for (uint32_t i = 0; i < self->def.n_connect; i++) {
    connect_inputs(self, self->def.connect[i], 0, &n_used);
    connect_events(self, self->def.connect[i], 0);
  }
  if (!self->def.n_connect) connect_inputs(self, NULL, JackPortIsPhysical, &n_used);
  if (self->def.midi) connect_events(self, NULL, JackPortIsPhysical);
}

bool jack_host_is_gone(const jack_host *self, const char **reason) {
  if (!atomic_load(&self->is_gone)) return false;
  *reason = self->reason;
  return true;
}
