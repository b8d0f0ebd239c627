/* What the two halves of the JACK duplex share. */
#ifndef HOSTS_AUDIO_DUPLEX_JACK_H
#define HOSTS_AUDIO_DUPLEX_JACK_H

#include "audio/duplex.h"

#include <jack/jack.h>
#include <stdatomic.h>

typedef struct jack_duplex {
  duplex_def def;
  jack_client_t *client;
  jack_port_t *in[DUPLEX_MOST], *out[DUPLEX_MOST];
  const float *heard[DUPLEX_MOST]; /* the audio thread's: this cycle's */
  float *played[DUPLEX_MOST];
  duplex_process process;
  void *context;
  jack_nframes_t next_frame; /* the audio thread's: where this cycle should begin */
  bool is_running;           /* next_frame is known */
  _Atomic bool is_freewheeling, is_gone;
  _Atomic uint32_t n_breaks;
  char reason[256]; /* why it is gone; written before is_gone */
} jack_duplex;

/* The audio thread. */
int jack_duplex_process(jack_nframes_t n_frames, void *duplex);

#endif
