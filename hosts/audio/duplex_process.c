/* What the JACK duplex does in the audio thread. */
#include "audio/duplex_jack.h"

int jack_duplex_process(jack_nframes_t n_frames, void *duplex) {
  jack_duplex *self = duplex;
  jack_nframes_t now = jack_last_frame_time(self->client);
  bool is_freewheeling = atomic_load_explicit(&self->is_freewheeling, memory_order_relaxed);
  if (self->is_running && !is_freewheeling && now != self->next_frame)
    atomic_fetch_add_explicit(&self->n_breaks, 1, memory_order_relaxed);
  self->is_running = !is_freewheeling;
  self->next_frame = now + n_frames;
  for (uint32_t k = 0; k < self->def.n_in; k++) self->heard[k] = jack_port_get_buffer(self->in[k], n_frames);
  for (uint32_t k = 0; k < self->def.n_out; k++) self->played[k] = jack_port_get_buffer(self->out[k], n_frames);
  self->process(self->context, self->heard, self->played, n_frames);
  return 0;
}
