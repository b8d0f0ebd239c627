/* Fuzzes the readers of what sensors send as text: any bytes are readings of one width, or a refusal that says why. The CSV reader
 * takes them as a file; the lines of a serial port are read one by one. */
#include "sensors/numbers.h"
#include "sensors/sensor.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern const sensor_kind sensor_csv;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct reader {
  void *source;
  uint32_t n_fields; /* of the first reading; 0: there was none */
} reader;

static void take(void *context, const double *fields, double time_s) {
  reader *self = context;
  const sensor_facts *facts = sensor_csv.look(self->source);
  if (!self->n_fields) self->n_fields = facts->n_fields;
  if (facts->n_fields != self->n_fields || facts->n_fields > SENSOR_MAX_FIELDS || facts->n_fields == 0 || !isnan(time_s)) abort();
  for (uint32_t i = 0; i < facts->n_fields; i++)
    if (isinf(fields[i]) || (facts->names && !facts->names[i])) abort();
}

static void read_file(const uint8_t *data, size_t size) {
  char path[64];
  int fd = memfd_create("lines", MFD_CLOEXEC);
  reader self = {0};
  r2nn_error error = {""};
  if (fd < 0 || write(fd, data, size) != (ssize_t)size) abort();
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  if (sensor_csv.open(&(sensor_def){.where = path}, &self.source, &error) != R2NN_OK) abort();
  sensor_state state;
  do state = sensor_csv.read(self.source, take, &self, &error);
  while (state == SENSOR_GOES_ON);
  if (state == SENSOR_WAITS || (state == SENSOR_FAILED) != (error.text[0] != '\0')) abort();
  sensor_csv.close(self.source);
  close(fd);
}

/* What was read is read again from what it prints as. */
static void read_line(const char *line) {
  static double fields[SENSOR_MAX_FIELDS], again[SENSOR_MAX_FIELDS];
  static char text[SENSOR_MAX_FIELDS * 32];
  size_t used = 0;
  uint32_t n = numbers_read_line(line, fields, SENSOR_MAX_FIELDS);
  if (n > SENSOR_MAX_FIELDS) abort();
  for (uint32_t i = 0; i < n; i++) used += (size_t)snprintf(text + used, sizeof text - used, "%.17g,", fields[i]);
  if (n && (numbers_read_line(text, again, SENSOR_MAX_FIELDS) != n || memcmp(fields, again, n * sizeof *fields) != 0)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1), *rest = text;
  if (!text) return 0;
  read_file(data, size);
  memcpy(text, data, size);
  text[size] = '\0';
  for (char *line; (line = strsep(&rest, "\n"));) read_line(line);
  free(text);
  return 0;
}
