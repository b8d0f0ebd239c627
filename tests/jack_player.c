/* Plays raw float samples into the first JACK input whose name matches, from when it is connected, and ends. For tests that are
 * scripts. Usage: jack_player FILE REGEX */
#include <jack/jack.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST = 1 << 20 };
static float samples[MOST];
static _Atomic size_t n, at;
static jack_port_t *port;

static int play(jack_nframes_t count, void *context) {
  float *out = jack_port_get_buffer(port, count);
  size_t here = atomic_load(&at), end = atomic_load(&n);
  (void)context;
  for (jack_nframes_t i = 0; i < count; i++) out[i] = here < end ? samples[here++] : 0;
  atomic_store(&at, here);
  return 0;
}

int main(int argc, char **argv) {
  FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
  alarm(60); /* a server that calls no more */
  if (!file) return 3;
  size_t length = fread(samples, sizeof *samples, MOST, file);
  jack_client_t *client = jack_client_open("player", JackNoStartServer, NULL);
  if (!client) return 1;
  port = jack_port_register(client, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
  jack_set_process_callback(client, play, NULL);
  jack_activate(client);
  const char **in = jack_get_ports(client, argv[2], JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput);
  if (!in || jack_connect(client, jack_port_name(port), in[0])) return 2;
  usleep(300000);
  atomic_store(&n, length);
  while (atomic_load(&at) < length) usleep(20000);
  usleep(500000);
  return jack_client_close(client); /* a client that just dies holds the server up for seconds */
}
