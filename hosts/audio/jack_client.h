/* What the two halves of the JACK client share. */
#ifndef HOSTS_AUDIO_JACK_CLIENT_H
#define HOSTS_AUDIO_JACK_CLIENT_H

#include "audio/jack.h"
#include "r2nn/notes.h"

#include <jack/jack.h>
#include <stdatomic.h>

struct jack_host {
  jack_def def;
  jack_client_t *client;
  live *live;
  live_process *audio;
  uint32_t n_channels;
  jack_port_t *in[R2NN_MAX_CHANNELS], *out[R2NN_MAX_CHANNELS], *events; /* [n_channels] */
  const float *samples[R2NN_MAX_CHANNELS];                              /* [n_channels] the audio thread's: this cycle's input */
  r2nn_notes notes;                                                     /* the audio thread's */
  double notes_rate_hz;                                                 /* of notes */
  jack_nframes_t next_frame;                                            /* the audio thread's: where this cycle should begin */
  bool is_running;                                                      /* next_frame is known */
  _Atomic bool is_freewheeling, is_gone, has_new_ports;
  _Atomic bool is_ending, is_silent; /* is_ending: the last notes off; is_silent: they are */
  _Atomic uint32_t rate_hz;
  char reason[256]; /* why it is gone; written before is_gone */
};

/* The audio thread. */
int jack_host_process(jack_nframes_t n_frames, void *host);
/* Told by live_process about decisions. */
void jack_host_hear(void *host, const live_record *record);

#endif
