/* A sensor's readings as regular frames of a model's channels: opens the source, finds out its rate and its columns, resamples. */
#ifndef HOSTS_SENSORS_INTAKE_H
#define HOSTS_SENSORS_INTAKE_H

#include "options.h"
#include "sensors/columns.h"
#include "sensors/regular.h"

typedef struct intake_def {
  const char *from; /* "csv:FILE"; NULL = not given */
  columns_def columns;
  double rate_hz, gap_s; /* 0 = not given */
  char separator;        /* '\0' = not given */
} intake_def;

/* Its options, for the tables of commands: codes from INTAKE_OPTION on. */
enum {
  INTAKE_OPTION = 900,
  INTAKE_FROM = INTAKE_OPTION,
  INTAKE_CHANNEL,
  INTAKE_TIME,
  INTAKE_UNIT,
  INTAKE_SCALE,
  INTAKE_RATE,
  INTAKE_GAP,
  INTAKE_SEPARATOR,
  INTAKE_OPTIONS_END
};
#define INTAKE_OPTIONS                                                                                                             \
  {"from", '\0', INTAKE_FROM, "SOURCE",                                                                                            \
   "csv:FILE, csv:- (standard input), file:SOUNDFILE, serial:DEVICE@BAUD, iio:NAME or "                                            \
   "osc:PORT[/PATH]"},                                                                                                             \
      {"channel", 'c', INTAKE_CHANNEL, "LIST",                                                                                     \
       "the columns that are the channels, by name or number, like ax,ay or 2-4 (those that the model names, or all but the "      \
       "time)"},                                                                                                                   \
      {"time", '\0', INTAKE_TIME, "COLUMN[,UNIT]",                                                                                 \
       "the column that holds the time, by name or number, in s, ms, us or ns (one called time, if there is one); none: there "    \
       "is none"},                                                                                                                 \
      {"rate", 'r', INTAKE_RATE, "HZ", "readings a second, where they come without a time"},                                       \
      {"unit", '\0', INTAKE_UNIT, "UNIT", "what the readings are in, if the model says what it takes: g, m/s2, V, mV ..."},        \
      {"scale", '\0', INTAKE_SCALE, "X[,X...]", "multiply the readings by X, or each channel by its own"},                         \
      {"gap", '\0', INTAKE_GAP, "S", "bridge up to S seconds without a reading (3.5 readings); more begins a new event"}, {        \
    "separator", '\0', INTAKE_SEPARATOR, "CHAR", "what stands between the columns of a CSV file (found out)"                       \
  }
bool intake_set(intake_def *self, int code, const char *argument, r2nn_error *error);

typedef struct intake intake;

/* Open the source and read until its rate and columns are known. model: what is to be fed; NULL for all channels there are. Waits
 * for the first readings; *is_stopped: the user did not want to wait any longer. The error does not name the source. */
r2nn_status intake_open(const intake_def *def, const r2nn_model *model, intake **made, bool *is_stopped, r2nn_error *error);
void intake_close(intake *self); /* NULL allowed; says what was missing */

double intake_rate(const intake *self); /* Hz */
uint32_t intake_n_channels(const intake *self);

/* Where the frames go; before the first intake_read(). */
void intake_to(intake *self, regular_hear hear, regular_break break_off, void *context);

/* Read what is there. SENSOR_ENDED: all frames have been handed on. */
sensor_state intake_read(intake *self, r2nn_error *error);

#endif
