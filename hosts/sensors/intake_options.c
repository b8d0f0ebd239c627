/* The options of a sensor's source. */
#include "parse.h"
#include "r2nn/engine.h"
#include "sensors/intake.h"

#include <string.h>

bool intake_set(intake_def *self, int code, const char *argument, r2nn_error *error) {
  const char *where;
  switch (code) {
  case INTAKE_FROM:
    self->from = argument;
    return sensor_find(argument, &where, error) != NULL;
  case INTAKE_CHANNEL:
    self->columns.channels = argument;
    return true;
  case INTAKE_TIME:
    self->columns.time = argument;
    return true;
  case INTAKE_UNIT:
    self->columns.unit = argument;
    return true;
  case INTAKE_SCALE:
    self->columns.scale = argument;
    return true;
  case INTAKE_RATE:
    return parse_number("--rate", argument, R2NN_RATE_MIN, R2NN_RATE_MAX, &self->rate_hz, error);
  case INTAKE_GAP:
    return parse_number("--gap", argument, 1e-6, 1e6, &self->gap_s, error);
  default:
    self->separator = strcmp(argument, "\\t") == 0 ? '\t' : argument[0];
    if (self->separator && !argument[strcmp(argument, "\\t") == 0 ? 2 : 1] && !strchr("0123456789.+-eE\"\n\r", self->separator))
      return true;
    r2nn_fail(error, R2NN_BAD_ARGUMENT, "--separator: must be one character that no number has, or \\t; is \"%.40s\"", argument);
    return false;
  }
}
