/* A JACK client that hears, passes on what it hears, and plays decisions as notes. */
#ifndef HOSTS_AUDIO_JACK_H
#define HOSTS_AUDIO_JACK_H

#include "live/live.h"

enum { JACK_MAX_CONNECT = 16 };

typedef struct jack_def {
  const char *name;                      /* the client's */
  const char *server;                    /* NULL: the default one */
  const char *connect[JACK_MAX_CONNECT]; /* [n_connect] regular expressions for port names; none: the physical capture ports */
  uint32_t n_connect;
  bool no_connect; /* leave all connections to others */
  bool midi;       /* connect events to the physical MIDI ports */
} jack_def;

typedef struct jack_host jack_host;

/* Become a client of a running server. R2NN_BAD_DATA: there is none. Main thread, as all here. */
r2nn_status jack_host_open(const jack_def *def, jack_host **host, r2nn_error *error);
void jack_host_close(jack_host *host); /* NULL allowed; the audio thread has ended when it returns */

double jack_host_rate(const jack_host *host);      /* Hz, now */
const char *jack_host_name(const jack_host *host); /* that the server gave */

/* Register ports, begin to hear, connect. */
r2nn_status jack_host_start(jack_host *host, live *to, r2nn_error *error);

/* Connect what can be connected and is not yet, if ports have come since the last call. */
void jack_host_connect(jack_host *host);

/* Has the server gone away? Then why. */
bool jack_host_is_gone(const jack_host *host, const char **reason);

#endif
