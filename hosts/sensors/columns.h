/* Which fields of a reading are the channels, which is the time, and what they are multiplied by. */
#ifndef HOSTS_SENSORS_COLUMNS_H
#define HOSTS_SENSORS_COLUMNS_H

#include "r2nn/model.h"
#include "sensors/sensor.h"

/* As the user says it; NULL = nothing said. */
typedef struct columns_def {
  const char *channels; /* names or numbers: "ax,ay" or "2-4" */
  const char *time;     /* "COLUMN[,UNIT]" or "none" */
  const char *unit;     /* of the channels */
  const char *scale;    /* "X[,X...]" */
} columns_def;

typedef struct columns {
  uint32_t n; /* channels, 1..R2NN_MAX_CHANNELS */
  uint32_t fields[R2NN_MAX_CHANNELS];
  double factors[R2NN_MAX_CHANNELS];
  int32_t time;     /* field, -1 = none */
  double time_unit; /* s */
} columns;

/* model: what is to be fed, or NULL for all there is. Facts must be complete. */
r2nn_status columns_choose(columns *self, const columns_def *def, const sensor_facts *facts, const r2nn_model *model,
                           r2nn_error *error);

#endif
