/* Clients of a JACK server. */
#include "audio/jack_library.h"

#include <signal.h>
#include <stdlib.h>

static void say_nothing(const char *text) {
  (void)text;
}

/* Our signals are for the main thread: JACK's threads are made with all of them blocked. */
static sigset_t block_signals(void) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  return before;
}

r2nn_status jack_library_open(const char *name, const char *server, jack_client_t **client, r2nn_error *error) {
  jack_set_error_function(say_nothing);
  jack_set_info_function(say_nothing);
  jack_status_t status = 0;
  sigset_t before = block_signals();
  *client = server ? jack_client_open(name, JackNoStartServer | JackServerName, &status, server)
                   : jack_client_open(name, JackNoStartServer, &status);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (*client) return R2NN_OK;
  const char *which = server ? server : getenv("JACK_DEFAULT_SERVER");
  return r2nn_fail(error, R2NN_BAD_DATA, "no JACK server%s%s is running%s", which ? " named " : "", which ? which : "",
                   status & JackVersionError ? " that speaks our version" : "; start one (jackd) or name another with -s");
}

r2nn_status jack_library_activate(jack_client_t *client, r2nn_error *error) {
  sigset_t before = block_signals();
  int code = jack_activate(client);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return code == 0 ? R2NN_OK : r2nn_fail(error, R2NN_BAD_DATA, "the JACK server does not let the client run");
}

void jack_library_close(jack_client_t *client) {
  sigset_t before = block_signals(); /* closing brings back the mask that opening found: all blocked */
  jack_client_close(client);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}
