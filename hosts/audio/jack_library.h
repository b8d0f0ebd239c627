/* Clients of a JACK server, opened without libjack's noise and without threads that take our signals. Main thread. */
#ifndef HOSTS_AUDIO_JACK_LIBRARY_H
#define HOSTS_AUDIO_JACK_LIBRARY_H

#include "r2nn/base.h"

#include <jack/jack.h>

/* A client of a running server, NULL for the default one. R2NN_BAD_DATA: there is none. */
r2nn_status jack_library_open(const char *name, const char *server, jack_client_t **client, r2nn_error *error);

/* Let it run. R2NN_BAD_DATA. */
r2nn_status jack_library_activate(jack_client_t *client, r2nn_error *error);
void jack_library_close(jack_client_t *client);

#endif
