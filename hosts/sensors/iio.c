/* Readings from the Industrial I/O subsystem, by libiio: "iio:NAME" of this machine or "iio:NAME@URI" (ip:..., usb:...). All
 * buffered channels, in the units of IIO: (raw + offset) * scale. */
#include "sensors/sensor.h"

#include <errno.h>
#include <iio.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_FRAMES = 4096, TIMEOUT_MS = 2000 };
static const double buffer_s = 0.05; /* a network that has nothing yet holds us so long */

typedef struct iio_channel_use {
  struct iio_channel *channel;
  double scale, offset;
} iio_channel_use;

typedef struct iio_source {
  sensor_facts facts;
  struct iio_context *context;
  struct iio_device *device;
  struct iio_buffer *buffer;
  iio_channel_use uses[SENSOR_MAX_FIELDS]; /* [n_fields] */
  const char *names[SENSOR_MAX_FIELDS], *units[SENSOR_MAX_FIELDS];
  struct iio_channel *clock; /* NULL: no time stamps */
  double first_s;            /* of the clock; NAN: none yet */
} iio_source;

/* libiio writes to connections that may be gone: between the two, that is an error and no SIGPIPE. */
static sigset_t hold_pipe(sigset_t *before) {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, before);
  return pipe;
}

static void release_pipe(const sigset_t *pipe, const sigset_t *before) {
  if (!sigismember(before, SIGPIPE)) sigtimedwait(pipe, NULL, &(struct timespec){0, 0});
  pthread_sigmask(SIG_SETMASK, before, NULL);
}

static void close_iio(void *source) {
  iio_source *self = source;
  sigset_t before, pipe = hold_pipe(&before);
  if (self->buffer) iio_buffer_destroy(self->buffer);
  if (self->context) iio_context_destroy(self->context);
  release_pipe(&pipe, &before);
  free(self);
}

static r2nn_status fail(r2nn_error *error, int number, const char *what) {
  return r2nn_fail(error, R2NN_BAD_DATA, "%s: %s", what, strerror(number < 0 ? -number : number));
}

static const char *unit_of(const struct iio_channel *channel) {
  switch (iio_channel_get_type(channel)) {
  case IIO_ACCEL:
  case IIO_GRAVITY:
    return "m/s2";
  case IIO_ANGL_VEL:
    return "rad/s";
  case IIO_MAGN:
    return "G";
  case IIO_VOLTAGE:
    return "mV";
  case IIO_CURRENT:
    return "mA";
  case IIO_PRESSURE:
    return "kPa";
  case IIO_VELOCITY:
    return "m/s";
  default:
    return "";
  }
}

static r2nn_status find_device(iio_source *self, const char *where, r2nn_error *error) {
  char name[256], uri[256], list[256] = "";
  const char *at = strchr(where, '@');
  snprintf(name, sizeof name, "%.*s", at ? (int)(at - where) : (int)strlen(where), where);
  snprintf(uri, sizeof uri, "%s", at ? at + 1 : "local:"); /* libiio writes into it */
  self->context = iio_create_context_from_uri(uri);
  if (!self->context) return fail(error, errno, at ? "no IIO at this address" : "this machine has no IIO devices");
  int trouble = iio_context_set_timeout(self->context, TIMEOUT_MS);
  (void)trouble; /* without it a silent network holds us longer */
  self->device = iio_context_find_device(self->context, name);
  if (self->device) return R2NN_OK;
  for (unsigned i = 0; i < iio_context_get_devices_count(self->context); i++) {
    const struct iio_device *device = iio_context_get_device(self->context, i);
    size_t used = strlen(list);
    snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "",
             iio_device_get_name(device) ? iio_device_get_name(device) : iio_device_get_id(device));
  }
  return r2nn_fail(error, R2NN_BAD_DATA, "there is no IIO device \"%.100s\"; there are: %s", name, list[0] ? list : "none");
}

static void use_channel(iio_source *self, struct iio_channel *channel) {
  uint32_t n = self->facts.n_fields;
  double scale = 1, offset = 0;
  if (iio_channel_is_output(channel) || !iio_channel_is_scan_element(channel)) return;
  bool is_clock = iio_channel_get_type(channel) == IIO_TIMESTAMP;
  if (!is_clock && n == SENSOR_MAX_FIELDS) return;
  iio_channel_enable(channel);
  if (is_clock) {
    self->clock = channel;
    return;
  }
  if (iio_channel_attr_read_double(channel, "scale", &scale) < 0) scale = 1;
  if (iio_channel_attr_read_double(channel, "offset", &offset) < 0) offset = 0;
  self->uses[n] = (iio_channel_use){channel, scale, offset};
  self->names[n] = iio_channel_get_id(channel);
  self->units[n] = unit_of(channel);
  self->facts.n_fields++;
}

/* Ask for the rate that the user wants; what comes then is what the device says. */
static void choose_rate(iio_source *self, double wanted_hz) {
  double *rate = &self->facts.rate_hz;
  if (wanted_hz > 0 && iio_device_attr_write_double(self->device, "sampling_frequency", wanted_hz) < 0)
    self->facts.rate_hz = wanted_hz;
  if (iio_device_attr_read_double(self->device, "sampling_frequency", rate) >= 0) return;
  if (iio_channel_attr_read_double(self->uses[0].channel, "sampling_frequency", rate) < 0) *rate = wanted_hz;
}

static r2nn_status open_buffer(iio_source *self, r2nn_error *error) {
  double frames = fmin(fmax(self->facts.rate_hz * buffer_s, 1), MOST_FRAMES);
  self->buffer = iio_device_create_buffer(self->device, (size_t)frames, false);
  if (!self->buffer) return fail(error, errno, "its buffer cannot be opened");
  int code = iio_buffer_set_blocking_mode(self->buffer, false);
  return code == 0 || code == -ENOSYS ? R2NN_OK : fail(error, code, "its buffer cannot be read without waiting");
}

static r2nn_status open_iio(const sensor_def *def, void **source, r2nn_error *error) {
  iio_source *self = *source = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self->first_s = NAN;
  r2nn_status status = find_device(self, def->where, error);
  for (unsigned i = 0; status == R2NN_OK && i < iio_device_get_channels_count(self->device); i++)
    use_channel(self, iio_device_get_channel(self->device, i));
  if (status == R2NN_OK && !self->facts.n_fields)
    status = r2nn_fail(error, R2NN_BAD_DATA, "the device has no channels that can be read as a stream");
  if (status == R2NN_OK) {
    self->facts.names = self->names;
    self->facts.units = self->units;
    self->facts.is_live = true;
    choose_rate(self, def->rate_hz);
    status = open_buffer(self, error);
  }
  if (status != R2NN_OK) close_iio(self);
  return status;
}

static const sensor_facts *look(const void *source) {
  return &((const iio_source *)source)->facts;
}

/* A raw value, brought into our byte order. */
static double value_at(const struct iio_channel *channel, const void *from) {
  const struct iio_data_format *format = iio_channel_get_data_format(channel);
  union {
    int8_t i8;
    uint8_t u8;
    int16_t i16;
    uint16_t u16;
    int32_t i32;
    uint32_t u32;
    int64_t i64;
    uint64_t u64;
  } raw = {.u64 = 0};
  iio_channel_convert(channel, &raw, from);
  switch (format->length) {
  case 8:
    return format->is_signed ? raw.i8 : raw.u8;
  case 16:
    return format->is_signed ? raw.i16 : raw.u16;
  case 32:
    return format->is_signed ? raw.i32 : (double)raw.u32;
  case 64:
    return format->is_signed ? (double)raw.i64 : (double)raw.u64;
  default:
    return NAN;
  }
}

static sensor_state read_iio(void *source, sensor_take take, void *context, r2nn_error *error) {
  iio_source *self = source;
  double fields[SENSOR_MAX_FIELDS], time_s = NAN;
  sigset_t before, pipe = hold_pipe(&before);
  ssize_t size = iio_buffer_refill(self->buffer);
  release_pipe(&pipe, &before);
  if (size == -EAGAIN || size == -EINTR) return SENSOR_WAITS;
  if (size < 0) {
    fail(error, (int)size, "cannot be read any more");
    return SENSOR_FAILED;
  }
  ptrdiff_t step = iio_buffer_step(self->buffer);
  for (ptrdiff_t at = 0; step > 0 && at + step <= size; at += step) {
    for (uint32_t i = 0; i < self->facts.n_fields; i++) {
      const char *first = iio_buffer_first(self->buffer, self->uses[i].channel);
      fields[i] = (value_at(self->uses[i].channel, first + at) + self->uses[i].offset) * self->uses[i].scale;
    }
    if (self->clock) {
      time_s = 1e-9 * value_at(self->clock, (const char *)iio_buffer_first(self->buffer, self->clock) + at);
      if (isnan(self->first_s)) self->first_s = floor(time_s);
      time_s -= self->first_s;
    }
    take(context, fields, time_s);
  }
  return SENSOR_GOES_ON;
}

const sensor_kind sensor_iio = {"iio", "NAME[@URI]", false, open_iio, look, read_iio, close_iio};
