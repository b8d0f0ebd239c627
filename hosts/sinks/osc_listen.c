/* Hears OSC messages that steer a live stream, with liblo: /r2nn/load and /r2nn/ping. */
#include "live/live.h"
#include "live/sink.h"
#include "parse.h"

#include <lo/lo.h>
#include <stdlib.h>

extern const live_sink live_sink_osc_listen;

typedef struct listener {
  live *of;
  lo_server server;
  lo_address asker; /* who wished for the model that is being read; NULL: nobody */
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

/* /r2nn/load [s model]: without a name the present one is read again. */
static int on_load(const char *path, const char *types, lo_arg **arguments, int n, lo_message message, void *context) {
  listener *self = context;
  lo_address from = lo_message_get_source(message);
  (void)path, (void)types;
  if (!live_load(self->of, n ? (const char *)arguments[0] : NULL)) return 0;
  lo_address_free(self->asker);
  self->asker = lo_address_new_with_proto(LO_UDP, lo_address_get_hostname(from), lo_address_get_port(from));
  return 0;
}

/* The model has begun: answer with /r2nn/loaded s(its name). */
static void hear(void *sink, const live_event *told) {
  listener *self = sink;
  if (told->kind != LIVE_EVENT_MODEL || !self->asker) return;
  lo_send_from(self->asker, self->server, LO_TT_IMMEDIATE, "/r2nn/loaded", "s", told->view->program->model->name);
  lo_address_free(self->asker);
  self->asker = NULL;
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
  lo_address_free(self->asker);
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
