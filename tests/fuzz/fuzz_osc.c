/* Fuzzes what reads OSC packets that anybody may send, through real sockets: the sensor source, and the listener of a live stream.
 * Any bytes are readings of one width, wishes and pings, or nothing. */
#ifdef R2NN_WITH_LO
#include "live/live.h"
#include "live/sink.h"
#include "sensors/sensor.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

extern const sensor_kind sensor_osc;
extern const live_sink live_sink_osc_listen;

/* What the listener asks of a stream, in place of hosts/live: a model's name and time to tell, and wishes that come true at once.
 */
static r2nn_model model = {.name = "fuzzed"};
static live_program program = {.model = &model};
static live_view view = {.program = &program, .time_s = 1};
static uint64_t n_wishes;

const live_view *live_look(const live *self) {
  (void)self;
  return &view;
}

uint64_t live_load(live *self, const char *name) {
  (void)self;
  if (name && strlen(name) > UINT16_MAX) abort();
  return ++n_wishes % 5; /* every fifth cannot begin */
}

static void take(void *context, const double *fields, double time_s) {
  const sensor_facts *facts = sensor_osc.look(*(void **)context);
  if (facts->n_fields == 0 || facts->n_fields > SENSOR_MAX_FIELDS || isinf(time_s)) abort();
  for (uint32_t i = 0; i < facts->n_fields; i++)
    if (isinf(fields[i])) abort();
}

static void send_to(int fd, uint16_t port, const uint8_t *data, size_t size) {
  struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (sendto(fd, data, size, 0, (struct sockaddr *)&place, sizeof place) < 0) return; /* too long for a packet */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static int fd = -1;
  static uint16_t port;
  static void *listener;
  char where[16];
  void *source = NULL;
  r2nn_error error = {""};
  if (fd < 0) { /* a pair of ports that are free */
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    for (port = (uint16_t)(20000 + getpid() % 20000); !listener; port += 2) {
      snprintf(where, sizeof where, "%u", port + 1);
      if (live_sink_osc_listen.open(NULL, where, &listener, &error) != R2NN_OK) listener = NULL;
    }
    port -= 2;
  }
  snprintf(where, sizeof where, "%u", port);
  if (sensor_osc.open(&(sensor_def){.where = where}, &source, &error) != R2NN_OK) return 0;
  for (int i = 0; i < 2; i++) send_to(fd, port, data, size);
  while (sensor_osc.read(source, take, &source, &error) == SENSOR_GOES_ON) {
  }
  sensor_osc.close(source);
  send_to(fd, port + 1, data, size);
  live_sink_osc_listen.tick(listener, &view, &error);
  live_sink_osc_listen.hear(listener, &(live_event){.kind = LIVE_EVENT_MODEL, .view = &view, .wish = 1 + n_wishes % 4});
  return 0;
}
#else
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return data && size == SIZE_MAX;
}
#endif
