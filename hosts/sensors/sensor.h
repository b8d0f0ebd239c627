/* A kind of sensor: where readings come from. One file a kind, which knows one library; a line in kinds.c. All on the main thread.
 */
#ifndef HOSTS_SENSORS_SENSOR_H
#define HOSTS_SENSORS_SENSOR_H

#include "r2nn/base.h"

enum { SENSOR_MAX_FIELDS = 512 };

typedef struct sensor_def {
  const char *where; /* behind "kind:", outlives the source */
  double rate_hz;    /* that the user says; 0 = nothing said */
  char separator;    /* of fields in text; '\0' = to be found out */
} sensor_def;

/* What a source knows of itself; it grows until the first reading. */
typedef struct sensor_facts {
  uint32_t n_fields;        /* of a reading, 1..SENSOR_MAX_FIELDS; 0 = not known yet */
  const char *const *names; /* [n_fields], or NULL */
  const char *const *units; /* [n_fields], "" where not known, or NULL */
  double rate_hz;           /* readings a second; 0 = not known */
  bool is_live;             /* comes in its own time; otherwise as fast as it is read */
  uint64_t n_garbage;       /* pieces of input that were no reading at all */
} sensor_facts;

/* A reading: fields[n_fields], NAN where there is no number. time_s: by the source's own clock, NAN if it has none. */
typedef void (*sensor_take)(void *context, const double *fields, double time_s);

typedef enum sensor_state {
  SENSOR_GOES_ON, /* there may be more now */
  SENSOR_WAITS,   /* nothing now */
  SENSOR_ENDED,   /* that was all */
  SENSOR_FAILED   /* error says why */
} sensor_state;

typedef struct sensor_kind {
  const char *name, *where; /* "csv", "FILE|-" */
  bool needs_rate;          /* its readings come without times: the user must say a rate, or name a time column */
  r2nn_status (*open)(const sensor_def *def, void **source, r2nn_error *error);
  const sensor_facts *(*look)(const void *source);
  /* Hand on what is there, a few thousand readings at most. Does not wait, or not longer than a twentieth of a second. */
  sensor_state (*read)(void *source, sensor_take take, void *context, r2nn_error *error);
  void (*close)(void *source);
} sensor_kind;

/* The kind that "csv:..." names, and what stands behind the colon. NULL: error lists what there is. */
const sensor_kind *sensor_find(const char *from, const char **where, r2nn_error *error);

#endif
