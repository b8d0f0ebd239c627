/* A live sink that sends OSC bundles by UDP, with liblo. */
#include "live/live.h"
#include "live/sink.h"
#include "say.h"
#include "sinks/url.h"

#include <lo/lo.h>
#include <math.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

extern const live_sink live_sink_osc;

typedef struct osc {
  const char *argument;
  lo_address to;
  uint64_t n_failed; /* bundles */
} osc;

/* The numeric address and port that "[osc.udp://]HOST:PORT" means: a name is looked up here, and never again. */
static bool find(const char *argument, char host[NI_MAXHOST], char port[NI_MAXSERV], r2nn_error *error) {
  url to;
  struct addrinfo *found = NULL;
  if (!url_read(argument, &to) || !to.port || (to.scheme[0] && strcmp(to.scheme, "osc.udp") != 0) || to.user[0] || to.path[0]) {
    r2nn_fail(error, R2NN_BAD_ARGUMENT, "--osc: must be HOST:PORT, like localhost:9000 (UDP), is \"%.200s\"", argument);
    return false;
  }
  snprintf(port, NI_MAXSERV, "%u", to.port);
  int code = getaddrinfo(to.host, port, &(struct addrinfo){.ai_socktype = SOCK_DGRAM}, &found);
  if (code == 0) code = getnameinfo(found->ai_addr, found->ai_addrlen, host, NI_MAXHOST, NULL, 0, NI_NUMERICHOST | NI_NUMERICSERV);
  if (found) freeaddrinfo(found);
  if (code == 0) return true;
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "--osc: %s: %s", to.host, gai_strerror(code));
  return false;
}

static bool check(const char *argument, r2nn_error *error) {
  char host[NI_MAXHOST], port[NI_MAXSERV];
  return find(argument, host, port, error);
}

static r2nn_status open_osc(live *of, const char *argument, void **made, r2nn_error *error) {
  char host[NI_MAXHOST], port[NI_MAXSERV];
  (void)of;
  if (!find(argument, host, port, error)) return R2NN_BAD_ARGUMENT;
  osc *self = *made = calloc(1, sizeof *self);
  lo_address to = self ? lo_address_new_with_proto(LO_UDP, host, port) : NULL;
  if (!to) {
    free(self);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  *self = (osc){.argument = argument, .to = to};
  return R2NN_OK;
}

/* Seconds since 1970 as NTP writes them: since 1900, in 2^-32. */
static lo_timetag time_tag(double unix_s) {
  const double from_1900_to_1970_s = 2208988800.0;
  double whole = floor(unix_s);
  return (lo_timetag){(uint32_t)(whole + from_1900_to_1970_s), (uint32_t)((unix_s - whole) * 4294967296.0)};
}

static void add_scores(lo_bundle bundle, const float *scores, uint32_t n) {
  lo_message message = lo_message_new();
  for (uint32_t k = 0; k < n; k++) lo_message_add_float(message, scores[k]);
  lo_bundle_add_message(bundle, "/r2nn/scores", message);
}

static void add_decision(lo_bundle bundle, const live_event *told) {
  const sink_event *shown = told->decision;
  lo_message message = lo_message_new();
  lo_message_add(message, "sffd", shown->class_name, shown->score, shown->margin, told->time_s);
  lo_bundle_add_message(bundle, "/r2nn/decision", message);
  add_scores(bundle, shown->scores, told->view->program->model->n_classes);
}

static void add_level(lo_bundle bundle, const live_view *view) {
  lo_message message = lo_message_new();
  lo_message_add(message, "ff", (double)view->level_db, (double)view->opens_db);
  lo_bundle_add_message(bundle, "/r2nn/level", message);
  add_scores(bundle, view->scores, view->program->model->n_classes);
}

static void add_gate(lo_bundle bundle, bool is_open, double time_s) {
  lo_message message = lo_message_new();
  lo_message_add(message, "id", is_open, time_s);
  lo_bundle_add_message(bundle, "/r2nn/gate", message);
}

static void add_alert(lo_bundle bundle, const live_alert *alert, double time_s) {
  lo_message message = lo_message_new();
  lo_message_add(message, "sid", alert->class_name, alert->is_raised, time_s);
  lo_bundle_add_message(bundle, "/r2nn/alert", message);
}

static void add_heartbeat(lo_bundle bundle, const live_counters *n, double time_s) {
  lo_message message = lo_message_new();
  lo_message_add(message, "dhhhhhhh", time_s, (int64_t)n->n_decisions, (int64_t)n->n_unknown, (int64_t)n->n_events,
                 (int64_t)n->n_swaps, (int64_t)n->n_xruns, (int64_t)n->n_lost_frames, (int64_t)n->n_lost_records);
  lo_bundle_add_message(bundle, "/r2nn/heartbeat", message);
}

static void add_model(lo_bundle bundle, const r2nn_model *model) {
  lo_message message = lo_message_new();
  lo_message_add_string(message, model->name);
  for (uint32_t k = 0; k < model->n_classes; k++) lo_message_add_string(message, model->classes[k]);
  lo_bundle_add_message(bundle, "/r2nn/model", message);
}

static void add_refusal(lo_bundle bundle, const char *reason) {
  lo_message message = lo_message_new();
  lo_message_add_string(message, reason);
  lo_bundle_add_message(bundle, "/r2nn/error", message);
}

static void hear(void *sink, const live_event *told) {
  osc *self = sink;
  lo_bundle bundle = lo_bundle_new(time_tag(told->unix_s));
  if (!bundle) return;
  switch (told->kind) {
  case LIVE_EVENT_ONSET:
  case LIVE_EVENT_END:
    add_gate(bundle, told->kind == LIVE_EVENT_ONSET, told->time_s);
    break;
  case LIVE_EVENT_DECISION:
    add_decision(bundle, told);
    break;
  case LIVE_EVENT_LEVEL:
    add_level(bundle, told->view);
    break;
  case LIVE_EVENT_ALERT:
    add_alert(bundle, told->alert, told->time_s);
    break;
  case LIVE_EVENT_HEARTBEAT:
    add_heartbeat(bundle, &told->view->counters, told->time_s);
    break;
  case LIVE_EVENT_MODEL:
    add_model(bundle, told->view->program->model);
    break;
  case LIVE_EVENT_REFUSED:
    add_refusal(bundle, told->refusal);
    break;
  }
  if (lo_send_bundle(self->to, bundle) < 0 && self->n_failed++ == 0)
    say_warning("--osc: %s: %s; going on", self->argument, lo_address_errstr(self->to));
  lo_bundle_free_recursive(bundle);
}

static r2nn_status close_osc(void *sink, r2nn_error *error) {
  osc *self = sink;
  (void)error;
  if (self->n_failed) say_warning("--osc: %s: %llu bundles could not be sent", self->argument, (unsigned long long)self->n_failed);
  lo_address_free(self->to);
  free(self);
  return R2NN_OK;
}

const live_sink live_sink_osc = {.name = "osc",
                                 .argument = "HOST:PORT",
                                 .help = "send decisions, scores, levels and alerts as OSC bundles by UDP",
                                 .check = check,
                                 .open = open_osc,
                                 .hear = hear,
                                 .close = close_osc};
