/* A client of a session manager that speaks NSM, by liblo. */
#include "session.h"

#include "progress.h"
#include "say.h"

#include <lo/lo.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { API_MAJOR = 1, API_MINOR = 0 };
static const double patience_s = 5;

struct session {
  lo_server server;
  lo_address manager;
  char name[128]; /* "" before it was opened */
};

/* /nsm/client/open path display_name client_id */
static int on_open(const char *path, const char *types, lo_arg **arguments, int n, lo_message message, void *context) {
  session *self = context;
  (void)types, (void)n, (void)message;
  snprintf(self->name, sizeof self->name, "%s", (const char *)arguments[2]);
  lo_send_from(self->manager, self->server, LO_TT_IMMEDIATE, "/reply", "ss", path, "OK");
  return 0;
}

static int on_save(const char *path, const char *types, lo_arg **arguments, int n, lo_message message, void *context) {
  session *self = context;
  (void)types, (void)arguments, (void)n, (void)message;
  lo_send_from(self->manager, self->server, LO_TT_IMMEDIATE, "/reply", "ss", path, "OK");
  return 0;
}

session *session_begin(const char *program) {
  const char *url = getenv("NSM_URL");
  session *self = url && url[0] ? calloc(1, sizeof *self) : NULL;
  if (!self) return NULL;
  self->manager = lo_address_new_from_url(url);
  self->server = lo_server_new_with_proto(NULL, self->manager ? lo_address_get_protocol(self->manager) : LO_UDP, NULL);
  if (self->server && self->manager) {
    lo_server_add_method(self->server, "/nsm/client/open", "sss", on_open, self);
    lo_server_add_method(self->server, "/nsm/client/save", "", on_save, self);
    lo_send_from(self->manager, self->server, LO_TT_IMMEDIATE, "/nsm/server/announce", "sssiii", "R2NN", "", program, API_MAJOR,
                 API_MINOR, (int)getpid());
    for (double until_s = progress_clock() + patience_s; !self->name[0] && progress_clock() < until_s;)
      lo_server_recv_noblock(self->server, 100);
  }
  if (self->name[0]) return self;
  say_warning("the session manager at %s does not answer; going on without", url);
  session_end(self);
  return NULL;
}

void session_end(session *self) {
  if (!self) return;
  if (self->server) lo_server_free(self->server);
  if (self->manager) lo_address_free(self->manager);
  free(self);
}

const char *session_client_name(const session *self) {
  return self->name;
}

void session_tick(session *self) {
  while (lo_server_recv_noblock(self->server, 0) > 0) {
  }
}
