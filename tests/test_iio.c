/* Readings by libiio from a daemon of our own on the loopback, which speaks as much of iiod's protocol as it takes: scales and byte
 * orders, time stamps, the rate, a daemon that goes away, what is not there. ctest-labels: io threads */
#include "unit.h"

#ifdef R2NN_WITH_IIO
#include "sensors/sensor.h"

#include <arpa/inet.h>
#include <iio.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

extern const sensor_kind sensor_iio;

static const char device_xml[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><!DOCTYPE context [<!ELEMENT context (device)*><!ELEMENT device (channel | "
    "attribute)*>"
    "<!ELEMENT channel (scan-element?, attribute*)><!ELEMENT attribute EMPTY><!ELEMENT scan-element EMPTY>"
    "<!ATTLIST context name CDATA #REQUIRED description CDATA #IMPLIED><!ATTLIST device id CDATA #REQUIRED name CDATA #IMPLIED>"
    "<!ATTLIST channel id CDATA #REQUIRED type (input|output) #REQUIRED name CDATA #IMPLIED>"
    "<!ATTLIST scan-element index CDATA #REQUIRED format CDATA #REQUIRED scale CDATA #IMPLIED>"
    "<!ATTLIST attribute name CDATA #REQUIRED filename CDATA #IMPLIED>]><context name=\"network\" description=\"test\">"
    "<device id=\"iio:device0\" name=\"fakeaccel\">"
    "<channel id=\"accel_x\" type=\"input\"><scan-element index=\"0\" format=\"le:s16/16&gt;&gt;0\"/>"
    "<attribute name=\"scale\" filename=\"in_accel_scale\"/></channel>"
    "<channel id=\"accel_y\" type=\"input\"><scan-element index=\"1\" format=\"be:s12/16&gt;&gt;4\"/>"
    "<attribute name=\"scale\" filename=\"in_accel_scale\"/></channel>"
    "<channel id=\"voltage0\" type=\"input\"><scan-element index=\"2\" format=\"le:u16/16&gt;&gt;0\"/>"
    "<attribute name=\"offset\" filename=\"in_voltage0_offset\"/></channel>"
    "<channel id=\"timestamp\" type=\"input\"><scan-element index=\"3\" format=\"le:s64/64&gt;&gt;0\"/></channel>"
    "<attribute name=\"sampling_frequency\"/></device>"
    "<device id=\"iio:device1\" name=\"thermometer\"></device></context>";

enum { SAMPLE = 16, RATE_HZ = 200, MOST = 64 };

static int listener;
static char uri[64];
static _Atomic bool is_gone; /* the daemon answers no more */
static _Atomic uint32_t n_sent, rate_hz = RATE_HZ;

/* Reading k as the device lays it out. */
static void put_sample(uint8_t *to, uint32_t k) {
  int16_t x = (int16_t)(k % 1000), y = (int16_t) - (k % 1000);
  uint16_t high = (uint16_t)(y * 16), v = (uint16_t)(40000 + k);
  int64_t ns = 1700000000000000000 + (int64_t)k * (1000000000 / RATE_HZ);
  memset(to, 0, SAMPLE);
  memcpy(to, &x, 2);
  to[2] = (uint8_t)(high >> 8);
  to[3] = (uint8_t)high;
  memcpy(to + 4, &v, 2);
  memcpy(to + 8, &ns, 8);
}

static void answer(int fd, const char *text) {
  dprintf(fd, "%zu\n%s\n", strlen(text), text);
}

static void send_samples(int fd, unsigned size) {
  unsigned n = size / SAMPLE;
  uint8_t sample[SAMPLE];
  dprintf(fd, "%u\n%08x\n", n * SAMPLE, 0xf);
  for (unsigned i = 0; i < n; i++) {
    put_sample(sample, atomic_fetch_add(&n_sent, 1));
    if (send(fd, sample, sizeof sample, MSG_NOSIGNAL) != sizeof sample) return;
  }
}

/* One connection: a line is a command. */
static void *serve(void *argument) {
  int fd = (int)(intptr_t)argument;
  FILE *in = fdopen(fd, "r");
  char line[256], attribute[64];
  unsigned size;
  while (in && fgets(line, sizeof line, in) && !atomic_load(&is_gone)) {
    if (strncmp(line, "PRINT", 5) == 0)
      answer(fd, device_xml);
    else if (strncmp(line, "VERSION", 7) == 0)
      dprintf(fd, "0.24.test001\n");
    else if (sscanf(line, "WRITE iio:device0 sampling_frequency %u", &size) == 1 && size < sizeof attribute) {
      memset(attribute, 0, sizeof attribute);
      if (fread(attribute, 1, size, in) == size) atomic_store(&rate_hz, (uint32_t)atof(attribute));
      dprintf(fd, "%u\n", size);
    } else if (strncmp(line, "READ iio:device0 sampling_frequency", 35) == 0) {
      snprintf(attribute, sizeof attribute, "%u", atomic_load(&rate_hz));
      answer(fd, attribute);
    } else if (strncmp(line, "READ iio:device0 INPUT accel_", 29) == 0 && strstr(line, " scale"))
      answer(fd, "0.0098");
    else if (strncmp(line, "READ iio:device0 INPUT voltage0 offset", 38) == 0)
      answer(fd, "-40000");
    else if (sscanf(line, "READBUF iio:device0 %u", &size) == 1)
      send_samples(fd, size);
    else if (strncmp(line, "OPEN", 4) == 0 || strncmp(line, "CLOSE", 5) == 0 || strncmp(line, "TIMEOUT", 7) == 0 ||
             strncmp(line, "SET", 3) == 0)
      dprintf(fd, "0\n");
    else if (strncmp(line, "EXIT", 4) == 0)
      break;
    else
      dprintf(fd, "-22\n"); /* EINVAL: what it does not know */
  }
  if (in) fclose(in);
  return NULL;
}

static void *listen_on(void *argument) {
  (void)argument;
  for (int fd; (fd = accept(listener, NULL, NULL)) >= 0;) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd) == 0) pthread_detach(thread);
  }
  return NULL;
}

static int begin(void **state) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  pthread_t thread;
  (void)state;
  listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || getsockname(listener, (struct sockaddr *)&at, &size) != 0) return 1;
  snprintf(uri, sizeof uri, "ip:127.0.0.1:%d", ntohs(at.sin_port));
  sigset_t pipe, before; /* the daemon's threads write to connections that may be gone */
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  int code = listen(listener, 8) != 0 || pthread_create(&thread, NULL, listen_on, NULL) != 0 || pthread_detach(thread) != 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return code;
}

static const char *where_of(const char *name) {
  static char where[128];
  snprintf(where, sizeof where, "%s@%s", name, uri);
  return where;
}

typedef struct taken {
  double fields[MOST][3], times_s[MOST];
  uint32_t n;
} taken;

static void take(void *context, const double *fields, double time_s) {
  taken *self = context;
  if (self->n == MOST) return;
  memcpy(self->fields[self->n], fields, sizeof self->fields[0]);
  self->times_s[self->n++] = time_s;
}

static void readings_come_in_their_units(void **state) {
  (void)state;
  void *source;
  r2nn_error error = {""};
  taken got = {0};
  if (sensor_iio.open(&(sensor_def){.where = where_of("fakeaccel"), .rate_hz = 100}, &source, &error) != R2NN_OK)
    fail_msg("%s", error.text);
  const sensor_facts *facts = sensor_iio.look(source);
  assert_int_equal(facts->n_fields, 3);
  assert_string_equal(facts->names[0], "accel_x");
  assert_string_equal(facts->units[1], "m/s2");
  assert_string_equal(facts->names[2], "voltage0");
  assert_string_equal(facts->units[2], "mV");
  assert_true(facts->rate_hz == 100 && facts->is_live); /* the device was told */
  for (int i = 0; i < 200 && got.n < MOST; i++) {
    sensor_state is = sensor_iio.read(source, take, &got, &error);
    if (is == SENSOR_WAITS) usleep(5000);
    if (is == SENSOR_FAILED) fail_msg("%s", error.text);
  }
  assert_int_equal(got.n, MOST);
  for (uint32_t k = 0; k < MOST; k++) {
    assert_true(fabs(got.fields[k][0] - 0.0098 * k) < 1e-12);
    assert_true(fabs(got.fields[k][1] + 0.0098 * k) < 1e-12);
    assert_true(got.fields[k][2] == k);
    assert_true(fabs(got.times_s[k] - k / (double)RATE_HZ) < 1e-6);
  }
  /* the daemon goes away */
  atomic_store(&is_gone, true);
  sensor_state is = SENSOR_GOES_ON;
  for (int i = 0; i < 1000 && is != SENSOR_FAILED; i++) {
    is = sensor_iio.read(source, take, &got, &error);
    if (is == SENSOR_WAITS) usleep(5000);
  }
  assert_int_equal(is, SENSOR_FAILED);
  assert_non_null(strstr(error.text, "cannot be read any more"));
  sensor_iio.close(source);
  atomic_store(&is_gone, false);
}

static void what_is_not_there_is_told(void **state) {
  (void)state;
  void *source;
  r2nn_error error = {""};
  assert_int_equal(sensor_iio.open(&(sensor_def){.where = where_of("gyro")}, &source, &error), R2NN_BAD_DATA);
  assert_non_null(strstr(error.text, "there is no IIO device \"gyro\"; there are: fakeaccel, thermometer"));
  assert_int_equal(sensor_iio.open(&(sensor_def){.where = where_of("thermometer")}, &source, &error), R2NN_BAD_DATA);
  assert_non_null(strstr(error.text, "no channels"));
  assert_int_equal(sensor_iio.open(&(sensor_def){.where = "fakeaccel@ip:127.0.0.1:1"}, &source, &error), R2NN_BAD_DATA);
  assert_non_null(strstr(error.text, "no IIO at this address: "));
}

int main(void) {
  if (!iio_has_backend("ip")) {
    printf("skipped: this libiio has no network backend\n");
    return 77;
  }
  const struct CMUnitTest tests[] = {cmocka_unit_test(readings_come_in_their_units), cmocka_unit_test(what_is_not_there_is_told)};
  return cmocka_run_group_tests(tests, begin, NULL);
}
#else
#include <stdio.h>

int main(void) {
  printf("skipped: built without libiio\n");
  return 77;
}
#endif
