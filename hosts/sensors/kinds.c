/* The kinds of sensors: a line each. */
#include "sensors/sensor.h"

#include <stdio.h>
#include <string.h>

extern const sensor_kind sensor_csv, sensor_file, sensor_serial, sensor_iio, sensor_osc;

static const sensor_kind *const kinds[] = {
    &sensor_csv,    &sensor_file,
#ifdef R2NN_WITH_SERIALPORT
    &sensor_serial,
#endif
#ifdef R2NN_WITH_IIO
    &sensor_iio,
#endif
#ifdef R2NN_WITH_LO
    &sensor_osc,
#endif
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

const sensor_kind *sensor_find(const char *from, const char **where, r2nn_error *error) {
  const char *colon = strchr(from, ':');
  char list[256] = "";
  for (int i = 0; i < N_KINDS; i++) {
    size_t used = strlen(list), length = strlen(kinds[i]->name);
    snprintf(list + used, sizeof list - used, "%s%s:%s", i ? ", " : "", kinds[i]->name, kinds[i]->where);
    if (!colon || (size_t)(colon - from) != length || strncmp(from, kinds[i]->name, length) != 0 || !colon[1]) continue;
    *where = colon + 1;
    return kinds[i];
  }
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "--from: must be one of %s; is \"%.200s\"", list, from);
  return NULL;
}
