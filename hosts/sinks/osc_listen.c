/* Hears OSC messages that steer a live stream, with liblo: /r2nn/load and /r2nn/ping. */
#include "live/live.h"
#include "live/sink.h"
#include "parse.h"

#include <lo/lo.h>
#include <stdlib.h>
#include <string.h>

extern const live_sink live_sink_osc_listen;

enum { MAX_ASKERS = 16 };

/* Who wished for a model that has not begun yet. */
typedef struct asker {
  lo_address from;
  uint64_t wish;
} asker;

typedef struct listener {
  live *of;
  lo_server server;
  asker askers[MAX_ASKERS]; /* [n_askers], the oldest wish first */
  uint32_t n_askers;
} listener;

static bool check(const char *argument, r2nn_error *error) {
  uint64_t port;
  return parse_whole("--osc-listen", argument, 1, 65535, &port, error);
}

/* liblo's errors come without a context; open asks for the last one. */
static const char *last_error;

static void keep_error(int number, const char *message, const char *where) {
  (void)number, (void)where;
  last_error = message;
}

/* Answer wish i, which is then forgotten. */
static void answer(listener *self, uint32_t i, const char *path, const char *text) {
  asker *at = &self->askers[i];
  lo_send_from(at->from, self->server, LO_TT_IMMEDIATE, path, "s", text);
  lo_address_free(at->from);
  memmove(at, at + 1, (--self->n_askers - i) * sizeof *at);
}

/* /r2nn/load [s model]: without a name the present one is read again. */
static int on_load(const char *path, const char *types, lo_arg **arguments, int n, lo_message message, void *context) {
  listener *self = context;
  lo_address from = lo_message_get_source(message);
  (void)path, (void)types;
  if (self->n_askers == MAX_ASKERS) answer(self, 0, "/r2nn/error", "too many wishes at once");
  asker *last = &self->askers[self->n_askers];
  last->from = lo_address_new_with_proto(LO_UDP, lo_address_get_hostname(from), lo_address_get_port(from));
  if (!last->from) return 0;
  self->n_askers++;
  last->wish = live_load(self->of, n ? (const char *)arguments[0] : NULL);
  if (last->wish) return 0;
  lo_send_from(from, self->server, LO_TT_IMMEDIATE, "/r2nn/error", "s", "out of memory");
  lo_address_free(last->from);
  self->n_askers--;
  return 0;
}

/* A wish has come true or not: answer with /r2nn/loaded s(the model's name) or /r2nn/error s(reason). Older ones were overtaken,
 * but for one whose model the audio thread has not taken yet. */
static void hear(void *sink, const live_event *told) {
  listener *self = sink;
  bool is_model = told->kind == LIVE_EVENT_MODEL;
  if (!is_model && told->kind != LIVE_EVENT_REFUSED) return;
  for (uint32_t i = 0; i < self->n_askers;) {
    uint64_t wish = self->askers[i].wish;
    if (wish == told->wish)
      answer(self, i, is_model ? "/r2nn/loaded" : "/r2nn/error", is_model ? told->view->program->model->name : told->refusal);
    else if (wish < told->wish && (is_model || wish != told->offered))
      answer(self, i, "/r2nn/error", "another model was wished for since");
    else
      i++;
  }
}

/* /r2nn/ping: answered with /r2nn/pong s(model) d(time_s). */
static int on_ping(const char *path, const char *types, lo_arg **arguments, int n, lo_message message, void *context) {
  listener *self = context;
  const live_view *view = live_look(self->of);
  (void)path, (void)types, (void)arguments, (void)n;
  lo_send_from(lo_message_get_source(message), self->server, LO_TT_IMMEDIATE, "/r2nn/pong", "sd", view->program->model->name,
               view->time_s);
  return 0;
}

static r2nn_status open_listener(live *of, const char *argument, void **made, r2nn_error *error) {
  listener *self = *made = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self->of = of;
  self->server = lo_server_new_with_proto(argument, LO_UDP, keep_error);
  if (!self->server) {
    free(self);
    return r2nn_fail(error, R2NN_BAD_DATA, "--osc-listen: UDP port %s cannot be used: %s", argument,
                     last_error ? last_error : "liblo does not say why");
  }
  lo_server_add_method(self->server, "/r2nn/load", "s", on_load, self);
  lo_server_add_method(self->server, "/r2nn/load", "", on_load, self);
  lo_server_add_method(self->server, "/r2nn/ping", NULL, on_ping, self);
  return R2NN_OK;
}

/* A flood must not keep the stream waiting: some now, the rest at the next call. */
static bool tick(void *sink, const live_view *view, r2nn_error *error) {
  listener *self = sink;
  (void)view, (void)error;
  for (int i = 0; i < 16 && lo_server_recv_noblock(self->server, 0) > 0; i++) {
  }
  return true;
}

static struct pollfd watch(void *sink) {
  const listener *self = sink;
  return (struct pollfd){.fd = lo_server_get_socket_fd(self->server), .events = POLLIN};
}

static r2nn_status close_listener(void *sink, r2nn_error *error) {
  listener *self = sink;
  (void)error;
  for (uint32_t i = 0; i < self->n_askers; i++) lo_address_free(self->askers[i].from);
  lo_server_free(self->server);
  free(self);
  return R2NN_OK;
}

const live_sink live_sink_osc_listen = {
    .name = "osc-listen",
    .argument = "PORT",
    .help = "hear OSC messages at this UDP port: /r2nn/load MODEL goes on with another model, /r2nn/ping is answered",
    .check = check,
    .open = open_listener,
    .hear = hear,
    .tick = tick,
    .watch = watch,
    .close = close_listener};
