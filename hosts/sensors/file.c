/* Readings from a sound file: "file:FILE". */
#include "audio/file.h"

#include "sensors/sensor.h"

#include <math.h>
#include <stdlib.h>

enum { FRAMES = 1024 };

typedef struct file_source {
  sensor_facts facts;
  audio_file *file;
  float *block;   /* [FRAMES][n_fields] */
  double *fields; /* [n_fields] */
} file_source;

static void close_file(void *source) {
  file_source *self = source;
  if (self->file) audio_close(self->file);
  free(self->block);
  free(self->fields);
  free(self);
}

static r2nn_status open_file(const sensor_def *def, void **source, r2nn_error *error) {
  audio_info info;
  file_source *self = *source = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  r2nn_status status = audio_open(def->where, NULL, &self->file, &info, error);
  if (status == R2NN_OK && info.n_channels > SENSOR_MAX_FIELDS)
    status = r2nn_fail(error, R2NN_BAD_DATA, "has %u channels, at most %d can be read", info.n_channels, SENSOR_MAX_FIELDS);
  if (status == R2NN_OK) {
    self->facts = (sensor_facts){.n_fields = info.n_channels, .rate_hz = info.rate_hz};
    self->block = calloc((size_t)FRAMES * info.n_channels, sizeof *self->block);
    self->fields = calloc(info.n_channels, sizeof *self->fields);
    if (!self->block || !self->fields) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  if (status != R2NN_OK) close_file(self);
  return status;
}

static const sensor_facts *look(const void *source) {
  return &((const file_source *)source)->facts;
}

static sensor_state read_file(void *source, sensor_take take, void *context, r2nn_error *error) {
  file_source *self = source;
  char remark[256];
  uint32_t m = self->facts.n_fields, n = audio_read(self->file, self->block, FRAMES);
  for (uint32_t t = 0; t < n; t++) {
    for (uint32_t c = 0; c < m; c++) self->fields[c] = (double)self->block[(size_t)t * m + c];
    take(context, self->fields, NAN);
  }
  if (n) return SENSOR_GOES_ON;
  return audio_verdict(self->file, remark, sizeof remark, error) == R2NN_OK ? SENSOR_ENDED : SENSOR_FAILED;
}

const sensor_kind sensor_file = {"file", "SOUNDFILE", false, open_file, look, read_file, close_file};
