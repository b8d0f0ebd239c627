/* Readings from OSC messages, by liblo: "osc:PORT[/PATH]", a message of numbers a reading. The time tags of bundles are its times.
 */
#include "parse.h"
#include "sensors/sensor.h"

#include <lo/lo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { AT_MOST = 1000 }; /* messages a read */

typedef struct osc_source {
  sensor_facts facts;
  lo_server server;
  double first_s;   /* s since 1900: the first time tag, so that what is left fits a double well; NAN = none yet */
  sensor_take take; /* while reading */
  void *context;
} osc_source;

/* liblo tells only a function without a context. */
static char trouble[128];

static void on_trouble(int number, const char *text, const char *where) {
  (void)number, (void)where;
  snprintf(trouble, sizeof trouble, "%s", text ? text : "");
}

/* Arguments lie at multiples of four bytes, which is too few for a lo_arg. */
static double number(char type, const void *argument) {
  union {
    int32_t i;
    int64_t h;
    float f;
    double d;
  } value;
  size_t size = type == LO_INT64 || type == LO_DOUBLE ? 8 : type == LO_INT32 || type == LO_FLOAT ? 4 : 0;
  if (size) memcpy(&value, argument, size); /* what has no value has no place either */
  switch (type) {
  case LO_INT32:
    return value.i;
  case LO_INT64:
    return (double)value.h;
  case LO_FLOAT:
    return isfinite(value.f) ? (double)value.f : NAN;
  case LO_DOUBLE:
    return isfinite(value.d) ? value.d : NAN;
  default:
    return NAN;
  }
}

static int on_message(const char *path, const char *types, lo_arg **arguments, int n, lo_message message, void *context) {
  osc_source *self = context;
  double fields[SENSOR_MAX_FIELDS], time_s = NAN;
  (void)path;
  if (!self->facts.n_fields && n > 0 && n <= SENSOR_MAX_FIELDS) self->facts.n_fields = (uint32_t)n;
  if (n <= 0 || (uint32_t)n != self->facts.n_fields) self->facts.n_garbage++;
  for (uint32_t i = 0; i < self->facts.n_fields; i++)
    fields[i] = (uint32_t)n == self->facts.n_fields ? number(types[i], arguments[i]) : NAN;
  lo_timetag tag = lo_message_get_timestamp(message);
  if (tag.sec) {
    time_s = (double)tag.sec + (double)tag.frac / 4294967296.0;
    if (isnan(self->first_s)) self->first_s = floor(time_s);
    time_s -= self->first_s;
  }
  if (self->facts.n_fields) self->take(self->context, fields, time_s);
  return 0;
}

static r2nn_status open_osc(const sensor_def *def, void **source, r2nn_error *error) {
  char port[16];
  uint64_t number_of;
  const char *path = strchr(def->where, '/');
  snprintf(port, sizeof port, "%.*s", path ? (int)(path - def->where) : (int)strlen(def->where), def->where);
  if (!parse_whole("--from: the port behind osc:", port, 1, 65535, &number_of, error)) return R2NN_BAD_ARGUMENT;
  osc_source *self = *source = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self->facts.is_live = true;
  self->first_s = NAN;
  self->server = lo_server_new_with_proto(port, LO_UDP, on_trouble);
  if (!self->server) {
    free(self);
    return r2nn_fail(error, R2NN_BAD_DATA, "cannot hear on UDP port %s: %s", port, trouble);
  }
  /* A second of readings may wait while the machine is busy. */
  setsockopt(lo_server_get_socket_fd(self->server), SOL_SOCKET, SO_RCVBUF, &(int){1 << 22}, sizeof(int));
  lo_server_enable_queue(self->server, 0, 1); /* at once, whatever the time tag */
  lo_server_add_method(self->server, path, NULL, on_message, self);
  return R2NN_OK;
}

static void close_osc(void *source) {
  osc_source *self = source;
  lo_server_free(self->server);
  free(self);
}

static const sensor_facts *look(const void *source) {
  return &((const osc_source *)source)->facts;
}

static sensor_state read_osc(void *source, sensor_take take, void *context, r2nn_error *error) {
  osc_source *self = source;
  (void)error;
  self->take = take;
  self->context = context;
  for (int i = 0; i < AT_MOST; i++)
    if (lo_server_recv_noblock(self->server, 0) <= 0) return SENSOR_WAITS;
  return SENSOR_GOES_ON;
}

const sensor_kind sensor_osc = {"osc", "PORT[/PATH]", true, open_osc, look, read_osc, close_osc};
