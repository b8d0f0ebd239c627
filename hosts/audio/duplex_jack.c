/* Plays and hears at once as a JACK client. */
#include "audio/duplex_jack.h"

#include "audio/jack_library.h"

#include <stdio.h>
#include <stdlib.h>

static int on_xrun(void *context) {
  atomic_fetch_add(&((jack_duplex *)context)->n_breaks, 1);
  return 0;
}

static void on_freewheel(int starting, void *context) {
  atomic_store(&((jack_duplex *)context)->is_freewheeling, starting != 0);
}

static void on_shutdown(jack_status_t code, const char *reason, void *context) {
  jack_duplex *self = context;
  (void)code;
  snprintf(self->reason, sizeof self->reason, "%s", reason && reason[0] ? reason : "no reason given");
  atomic_store(&self->is_gone, true);
}

/* PipeWire gives no reason. */
static void on_plain_shutdown(void *context) {
  on_shutdown(0, NULL, context);
}

static bool register_ports(jack_duplex *self) {
  bool good = true;
  for (uint32_t k = 0; k < self->def.n_in && good; k++) {
    self->in[k] = jack_port_register(self->client, self->def.in[k].name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    good = self->in[k] != NULL;
  }
  for (uint32_t k = 0; k < self->def.n_out && good; k++) {
    self->out[k] = jack_port_register(self->client, self->def.out[k].name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    good = self->out[k] != NULL;
  }
  return good;
}

static void close_client(void *host) {
  jack_duplex *self = host;
  jack_library_close(self->client);
  free(self);
}

static r2nn_status open_client(const duplex_def *def, void **host, r2nn_error *error) {
  jack_duplex *self = *host = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self->def = *def;
  r2nn_status status = jack_library_open(def->name, def->server, &self->client, error);
  if (status != R2NN_OK) {
    free(self);
    *host = NULL;
    return status;
  }
  jack_on_shutdown(self->client, on_plain_shutdown, self);
  jack_on_info_shutdown(self->client, on_shutdown, self);
  jack_set_process_callback(self->client, jack_duplex_process, self);
  jack_set_xrun_callback(self->client, on_xrun, self);
  jack_set_freewheel_callback(self->client, on_freewheel, self);
  if (register_ports(self)) return R2NN_OK;
  close_client(self);
  *host = NULL;
  return r2nn_fail(error, R2NN_BAD_DATA, "the JACK server gives no more ports");
}

static double rate(const void *host) {
  return jack_get_sample_rate(((const jack_duplex *)host)->client);
}

/* Connect one of our ports to the one that is wanted among those of the other side. */
static r2nn_status wire(const jack_duplex *self, const duplex_port *port, jack_port_t *ours, bool is_in, r2nn_error *error) {
  unsigned long flags = is_in ? JackPortIsOutput : JackPortIsInput;
  if (!port->is_wired) return R2NN_OK;
  if (!port->device) flags |= JackPortIsPhysical;
  const char **names = jack_get_ports(self->client, port->device, JACK_DEFAULT_AUDIO_TYPE, flags), *name = NULL;
  uint32_t n = 0;
  for (uint32_t i = 0; names && names[i]; i++) {
    if (jack_port_is_mine(self->client, jack_port_by_name(self->client, names[i]))) continue;
    if (n++ == port->channel) name = names[i];
  }
  int code = !name   ? 0
             : is_in ? jack_connect(self->client, name, jack_port_name(ours))
                     : jack_connect(self->client, jack_port_name(ours), name);
  r2nn_status status = R2NN_OK;
  if (!name && !n && port->device)
    status = r2nn_fail(error, R2NN_BAD_DATA, "there are no JACK ports %s that %s sound", port->device, is_in ? "give" : "take");
  else if (!name)
    status = r2nn_fail(error, R2NN_BAD_DATA, "%s%s: %u channel%s %s sound, there is no number %u",
                       port->device ? "the JACK ports " : "the sound card", port->device ? port->device : "", n, n == 1 ? "" : "s",
                       is_in ? "give" : "take", port->channel + 1);
  else if (code != 0)
    status = r2nn_fail(error, R2NN_BAD_DATA, "JACK does not connect %s with %s", port->name, name);
  jack_free(names);
  return status;
}

static r2nn_status start(void *host, duplex_process process, void *context, r2nn_error *error) {
  jack_duplex *self = host;
  self->process = process;
  self->context = context;
  r2nn_status status = jack_library_activate(self->client, error);
  for (uint32_t k = 0; k < self->def.n_in && status == R2NN_OK; k++)
    status = wire(self, &self->def.in[k], self->in[k], true, error);
  for (uint32_t k = 0; k < self->def.n_out && status == R2NN_OK; k++)
    status = wire(self, &self->def.out[k], self->out[k], false, error);
  return status;
}

static bool is_gone(void *host, const char **reason) {
  jack_duplex *self = host;
  if (!atomic_load(&self->is_gone)) return false;
  *reason = self->reason;
  return true;
}

static uint32_t n_breaks(void *host) {
  return atomic_load(&((jack_duplex *)host)->n_breaks);
}

const duplex_kind duplex_jack = {"the JACK server", open_client, rate, start, is_gone, n_breaks, close_client};
