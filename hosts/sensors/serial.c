/* Readings from a serial line, by libserialport: "serial:DEVICE@BAUD", lines of numbers. What is no such line is counted and left
 * out; the next line's beginning is where it goes on. */
#include "parse.h"
#include "sensors/numbers.h"
#include "sensors/sensor.h"

#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { CHUNK = 4096, LONGEST_LINE = 8192, DEFAULT_BAUD = 115200 };

typedef struct serial_source {
  sensor_facts facts;
  struct sp_port *port; /* NULL: a pseudo terminal, */
  int terminal;         /* which libserialport does not take */
  char line[LONGEST_LINE];
  size_t n_line;
  bool is_lost;    /* the line at hand has lost its beginning, as the first one has: no reading */
  bool has_heard;  /* a line's end */
  uint32_t last_n; /* numbers of the line before, as long as n_fields is not known */
  double fields[SENSOR_MAX_FIELDS];
} serial_source;

static void close_serial(void *source) {
  serial_source *self = source;
  if (self->port) {
    sp_close(self->port);
    sp_free_port(self->port);
  }
  if (self->terminal >= 0) close(self->terminal);
  free(self);
}

static r2nn_status fail(r2nn_error *error, enum sp_return code, const char *what) {
  char *text = code == SP_ERR_FAIL ? sp_last_error_message() : NULL;
  r2nn_status status = r2nn_fail(error, R2NN_BAD_DATA, "%s: %s", what,
                                 text                 ? text
                                 : code == SP_ERR_ARG ? "no such serial port"
                                 : code == SP_ERR_MEM ? "out of memory"
                                                      : "not supported by this device");
  if (text) sp_free_error_message(text);
  return status;
}

/* What programs such as socat offer in place of a device: it has no baud rate. */
static bool open_terminal(serial_source *self, const char *device) {
  struct termios raw;
  self->terminal = open(device, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (self->terminal >= 0 && tcgetattr(self->terminal, &raw) == 0) {
    cfmakeraw(&raw);
    if (tcsetattr(self->terminal, TCSANOW, &raw) == 0) return true;
  }
  if (self->terminal >= 0) close(self->terminal);
  self->terminal = -1;
  return false;
}

static r2nn_status open_serial(const sensor_def *def, void **source, r2nn_error *error) {
  char device[512];
  uint64_t baud = DEFAULT_BAUD;
  const char *at = strrchr(def->where, '@');
  if (at && !parse_whole("--from: the baud rate behind @", at + 1, 50, 20000000, &baud, error)) return R2NN_BAD_ARGUMENT;
  snprintf(device, sizeof device, "%.*s", at ? (int)(at - def->where) : (int)strlen(def->where), def->where);
  serial_source *self = *source = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self->facts.is_live = self->is_lost = true;
  self->terminal = -1;
  const char *what = "cannot be opened";
  enum sp_return code = sp_get_port_by_name(device, &self->port);
  if (code == SP_ERR_ARG && open_terminal(self, device)) return R2NN_OK;
  if (code == SP_OK) code = sp_open(self->port, SP_MODE_READ);
  if (code == SP_OK) {
    what = "does not take the baud rate, 8 bits, no parity";
    code = sp_set_baudrate(self->port, (int)baud);
    if (code == SP_OK) code = sp_set_bits(self->port, 8);
    if (code == SP_OK) code = sp_set_parity(self->port, SP_PARITY_NONE);
    if (code == SP_OK) code = sp_set_stopbits(self->port, 1);
    if (code == SP_OK) code = sp_set_flowcontrol(self->port, SP_FLOWCONTROL_NONE);
  }
  if (code == SP_OK) return R2NN_OK;
  r2nn_status status = fail(error, code, what);
  close_serial(self);
  return status;
}

static const sensor_facts *look(const void *source) {
  return &((const serial_source *)source)->facts;
}

/* Two lines in a row with as many numbers say how many there are in a reading. */
static void end_line(serial_source *self, sensor_take take, void *context) {
  self->line[self->n_line] = '\0';
  bool is_blank = self->line[strspn(self->line, " \t\r")] == '\0' && strlen(self->line) == self->n_line;
  bool is_whole = !self->is_lost && strlen(self->line) == self->n_line;
  uint32_t n = is_whole ? numbers_read_line(self->line, self->fields, SENSOR_MAX_FIELDS) : 0;
  bool is_first = !self->has_heard;
  self->n_line = 0;
  self->is_lost = false;
  self->has_heard = true;
  if (is_blank || (is_first && !n)) return;
  if (!self->facts.n_fields && n && n == self->last_n) self->facts.n_fields = n;
  self->last_n = n;
  if (!n || (self->facts.n_fields && n != self->facts.n_fields)) self->facts.n_garbage++;
  if (!self->facts.n_fields) return;
  for (uint32_t i = 0; n != self->facts.n_fields && i < self->facts.n_fields; i++) self->fields[i] = NAN;
  take(context, self->fields, NAN);
}

/* Bytes there are, 0 for none now, below 0 when the device is gone. */
static int read_bytes(const serial_source *self, char *into, size_t size) {
  int fd = self->terminal;
  if (self->port && sp_get_port_handle(self->port, &fd) != SP_OK) return -1;
  int n = self->port ? (int)sp_nonblocking_read(self->port, into, size) : (int)read(fd, into, size);
  if (n < 0 && !self->port && (errno == EAGAIN || errno == EINTR)) n = 0;
  if (n != 0) return n;
  struct pollfd watch = {.fd = fd, .events = POLLIN};
  return poll(&watch, 1, 0) > 0 && (watch.revents & (POLLHUP | POLLERR | POLLNVAL)) ? -1 : 0;
}

static sensor_state read_serial(void *source, sensor_take take, void *context, r2nn_error *error) {
  serial_source *self = source;
  char chunk[CHUNK];
  int n = read_bytes(self, chunk, sizeof chunk);
  if (n == 0) return SENSOR_WAITS;
  if (n < 0) {
    r2nn_fail(error, R2NN_BAD_DATA, "has gone away");
    return SENSOR_FAILED;
  }
  for (int i = 0; i < n; i++) {
    if (chunk[i] == '\n')
      end_line(self, take, context);
    else if (self->n_line + 1 < sizeof self->line)
      self->line[self->n_line++] = chunk[i];
    else
      self->is_lost = true;
  }
  return SENSOR_GOES_ON;
}

const sensor_kind sensor_serial = {"serial", "DEVICE@BAUD", true, open_serial, look, read_serial, close_serial};
