/* Which fields of a reading are the channels, which is the time. */
#include "sensors/columns.h"

#include "parse.h"
#include "sensors/unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name;
  double size_s;
} time_units[] = {{"s", 1}, {"sec", 1}, {"seconds", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"µs", 1e-6}, {"ns", 1e-9}};
enum { N_TIME_UNITS = sizeof time_units / sizeof *time_units };

/* 0 if text is none. */
static double time_unit(const char *text, size_t length) {
  for (int i = 0; i < N_TIME_UNITS; i++)
    if (strlen(time_units[i].name) == length && strncasecmp(time_units[i].name, text, length) == 0) return time_units[i].size_s;
  return 0;
}

/* The column that text[length] names, by its name or its number from 1; -1 if there is none. */
static int32_t find(const sensor_facts *facts, const char *text, size_t length) {
  for (uint32_t i = 0; facts->names && i < facts->n_fields; i++)
    if (strlen(facts->names[i]) == length && strncmp(facts->names[i], text, length) == 0) return (int32_t)i;
  char *end;
  unsigned long number = isdigit((unsigned char)text[0]) ? strtoul(text, &end, 10) : 0;
  return number >= 1 && number <= facts->n_fields && end == text + length ? (int32_t)number - 1 : -1;
}

static r2nn_status no_column(const sensor_facts *facts, const char *option, const char *text, size_t length, r2nn_error *error) {
  char list[200] = "";
  for (uint32_t i = 0; facts->names && i < facts->n_fields; i++) {
    size_t used = strlen(list);
    snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : ": ", facts->names[i]);
  }
  return r2nn_fail(error, R2NN_BAD_DATA, "%s: there is no column %.*s; there are %u%s", option, (int)length, text, facts->n_fields,
                   list);
}

/* "time_ms", "t (us)", "Timestamp [s]" and the like say what they are; without a unit they are seconds. 0 if it is no time. */
static double time_by_name(const char *name) {
  static const char *const words[] = {"timestamp", "time", "t"};
  for (int i = 0; i < 3; i++) {
    size_t length = strlen(words[i]);
    if (strncasecmp(name, words[i], length) != 0 || isalnum((unsigned char)name[length])) continue;
    const char *unit = name + length + strspn(name + length, " _.-([");
    size_t size = strcspn(unit, " )]");
    return size == 0 ? 1 : time_unit(unit, size);
  }
  return 0;
}

static r2nn_status choose_time(columns *self, const columns_def *def, const sensor_facts *facts, r2nn_error *error) {
  self->time = -1;
  self->time_unit = 1;
  if (!def->time) {
    for (uint32_t i = 0; facts->names && i < facts->n_fields && self->time < 0; i++) {
      double unit = time_by_name(facts->names[i]);
      if (unit > 0) self->time = (int32_t)i, self->time_unit = unit;
    }
    return R2NN_OK;
  }
  if (strcmp(def->time, "none") == 0) return R2NN_OK;
  const char *comma = strrchr(def->time, ',');
  double said = comma ? time_unit(comma + 1, strlen(comma + 1)) : 0;
  if (comma && said == 0)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "--time: the unit must be s, ms, us or ns, is \"%.40s\"", comma + 1);
  size_t length = comma ? (size_t)(comma - def->time) : strlen(def->time);
  self->time = find(facts, def->time, length);
  if (self->time < 0) return no_column(facts, "--time", def->time, length, error);
  double named = facts->names ? time_by_name(facts->names[self->time]) : 0;
  self->time_unit = said > 0 ? said : named > 0 ? named : 1;
  return R2NN_OK;
}

static r2nn_status add(columns *self, int32_t field, r2nn_error *error) {
  if (self->n == R2NN_MAX_CHANNELS) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "--channel: at most %u channels", R2NN_MAX_CHANNELS);
  self->fields[self->n++] = (uint32_t)field;
  return R2NN_OK;
}

/* "ax,ay,5-7". */
static r2nn_status choose_said(columns *self, const char *text, const sensor_facts *facts, r2nn_error *error) {
  r2nn_status status = R2NN_OK;
  for (const char *p = text; status == R2NN_OK; p++) {
    size_t length = strcspn(p, ","), dash = strcspn(p, "-,");
    int32_t first = find(facts, p, length), last = first;
    if (first < 0 && dash < length) {
      first = find(facts, p, dash);
      last = find(facts, p + dash + 1, length - dash - 1);
    }
    if (first < 0 || last < first) return no_column(facts, "--channel", p, length, error);
    for (int32_t field = first; field <= last && status == R2NN_OK; field++) status = add(self, field, error);
    p += length;
    if (*p == '\0') break;
  }
  return status;
}

/* By the model's names, if all of them are there; otherwise all but the time. */
static r2nn_status choose_default(columns *self, const sensor_facts *facts, const r2nn_model *model, r2nn_error *error) {
  r2nn_status status = R2NN_OK;
  if (model && model->axes && facts->names) {
    uint32_t n = 0;
    while (n < model->n_channels && find(facts, model->axes[n], strlen(model->axes[n])) >= 0) n++;
    for (uint32_t c = 0; n == model->n_channels && c < n; c++)
      add(self, find(facts, model->axes[c], strlen(model->axes[c])), error);
    if (self->n) return R2NN_OK;
  }
  for (uint32_t i = 0; i < facts->n_fields && status == R2NN_OK; i++)
    if ((int32_t)i != self->time) status = add(self, (int32_t)i, error);
  return status;
}

static r2nn_status choose_factors(columns *self, const columns_def *def, const sensor_facts *facts, const r2nn_model *model,
                                  r2nn_error *error) {
  double scale[R2NN_MAX_CHANNELS] = {1};
  uint32_t n = def->scale ? parse_numbers("--scale", def->scale, -1e12, 1e12, scale, R2NN_MAX_CHANNELS, error) : 1;
  if (n == 0) return R2NN_BAD_ARGUMENT;
  if (n != 1 && n != self->n)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "--scale: must be one factor or one for each of %u channels, has %u", self->n, n);
  for (uint32_t c = 0; c < self->n; c++) {
    const char *unit = def->unit ? def->unit : facts->units ? facts->units[self->fields[c]] : "";
    if (!unit_factor(unit, model ? model->unit : "", &self->factors[c], error)) return R2NN_BAD_DATA;
    self->factors[c] *= scale[n == 1 ? 0 : c];
  }
  return R2NN_OK;
}

r2nn_status columns_choose(columns *self, const columns_def *def, const sensor_facts *facts, const r2nn_model *model,
                           r2nn_error *error) {
  *self = (columns){0};
  r2nn_status status = choose_time(self, def, facts, error);
  if (status == R2NN_OK)
    status = def->channels ? choose_said(self, def->channels, facts, error) : choose_default(self, facts, model, error);
  if (status == R2NN_OK && self->n == 0) return r2nn_fail(error, R2NN_BAD_DATA, "holds a time and nothing else");
  if (status == R2NN_OK && model && self->n != model->n_channels)
    return r2nn_fail(error, R2NN_BAD_DATA, "%s %u channel%s where the model takes %u; choose with --channel, by name or number",
                     def->channels ? "--channel chooses" : "has", self->n, self->n == 1 ? "" : "s", model->n_channels);
  return status == R2NN_OK ? choose_factors(self, def, facts, model, error) : status;
}
