/* Makes regular frames of readings that come at odd times. */
#include "sensors/regular.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double nearest = 0.05;   /* periods: two readings closer than this are one */
static const double on_grid = 1e-5;   /* periods: a reading so close to the grid lies on it */
static const double is_missing = 1.5; /* periods */

struct regular {
  regular_def def;
  regular_counters counters;
  uint32_t n;                   /* readings held, 0..REGULAR_POINTS */
  double times[REGULAR_POINTS]; /* [n] s, rising */
  double *values;               /* [REGULAR_POINTS][n_channels] */
  double origin_s;              /* when frame 0 of the grid is, by the readings' clock */
  double stream_s;              /* and from the first frame of all */
  uint64_t next;                /* frame of the grid that comes next */
  uint64_t n_turns;             /* readings without a time since the start or the break */
  double base_s;                /* and when the first of them was */
  float *block;                 /* [REGULAR_BLOCK][n_channels] */
  uint32_t n_block;
};

r2nn_status regular_new(const regular_def *def, regular **made, r2nn_error *error) {
  regular *self = *made = calloc(1, sizeof *self);
  if (self) {
    self->def = *def;
    self->values = calloc((size_t)REGULAR_POINTS * def->n_channels, sizeof *self->values);
    self->block = calloc((size_t)REGULAR_BLOCK * def->n_channels, sizeof *self->block);
  }
  if (self && self->values && self->block) return R2NN_OK;
  regular_free(self);
  *made = NULL;
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
}

void regular_free(regular *self) {
  if (!self) return;
  free(self->values);
  free(self->block);
  free(self);
}

const regular_counters *regular_look(const regular *self) {
  return &self->counters;
}

static void hand_on(regular *self) {
  if (self->n_block) self->def.hear(self->def.context, self->block, self->n_block);
  self->n_block = 0;
}

/* The frame at time t, between the readings i and i + 1: Lagrange's polynomial through as many readings before as behind. */
static void put_between(regular *self, double t, uint32_t i) {
  uint32_t m = self->def.n_channels, before = i + 1, behind = self->n - 1 - i;
  uint32_t half = before < behind ? before : behind;
  uint32_t first = i + 1 - half, last = i + half;
  double weights[REGULAR_POINTS];
  for (uint32_t j = first; j <= last; j++) {
    weights[j] = 1;
    for (uint32_t k = first; k <= last; k++)
      if (k != j) weights[j] *= (t - self->times[k]) / (self->times[j] - self->times[k]);
  }
  for (uint32_t c = 0; c < m; c++) {
    double sum = 0;
    for (uint32_t j = first; j <= last; j++) sum += weights[j] * self->values[j * m + c];
    self->block[self->n_block * m + c] = (float)sum;
  }
}

static void put_reading(regular *self, uint32_t i) {
  uint32_t m = self->def.n_channels;
  for (uint32_t c = 0; c < m; c++) self->block[self->n_block * m + c] = (float)self->values[i * m + c];
}

/* Put the next frame if it can be known: it lies on a reading, or has half the points behind it (is_end: whatever there is). */
static bool put_next(regular *self, bool is_end) {
  double t = self->origin_s + (double)self->next / self->def.rate_hz, near = on_grid / self->def.rate_hz;
  uint32_t i = 0;
  while (i < self->n && self->times[i] < t - near) i++;
  if (i == self->n) return false;
  if (fabs(self->times[i] - t) <= near)
    put_reading(self, i);
  else if (i > 0 && (is_end || self->n - i >= REGULAR_POINTS / 2))
    put_between(self, t, i - 1);
  else
    return false;
  self->next++;
  if (++self->n_block == REGULAR_BLOCK) hand_on(self);
  return true;
}

void regular_flush(regular *self, bool is_end) {
  while (put_next(self, is_end)) {
  }
  hand_on(self);
}

/* A new grid begins at t. */
static void begin(regular *self, double t) {
  self->n = 0;
  self->origin_s = t;
  self->next = 0;
}

static void break_off(regular *self, double gap_s, double t) {
  regular_flush(self, true);
  self->counters.n_breaks++;
  self->stream_s += self->times[self->n - 1] - self->origin_s + gap_s;
  if (self->def.break_off) self->def.break_off(self->def.context, gap_s, self->stream_s);
  begin(self, t);
}

void regular_interrupt(regular *self, double gap_s) {
  if (self->n == 0) return;
  double last_s = self->times[self->n - 1];
  break_off(self, gap_s, last_s + gap_s);
  self->base_s = last_s + gap_s;
  self->n_turns = 0;
}

void regular_push(regular *self, double time_s, const double *values) {
  uint32_t m = self->def.n_channels;
  double period = self->def.period_s;
  bool has_time = !isnan(time_s), is_whole = true;
  for (uint32_t c = 0; c < m; c++) is_whole = is_whole && isfinite(values[c]);
  if (!has_time) time_s = self->base_s + (double)self->n_turns++ * period;
  self->counters.n_readings++;
  double since = self->n ? time_s - self->times[self->n - 1] : 0;
  if (!is_whole || (self->n && since < nearest * period && since > -self->def.gap_s)) {
    self->counters.n_missing++;
    return;
  }
  if (self->n == 0)
    begin(self, time_s);
  else if (since > self->def.gap_s || since < 0)
    break_off(self, since > 0 ? since : period, time_s); /* the clock may have been set back */
  else if (since > is_missing * period)
    self->counters.n_bridged++;
  if (self->n == REGULAR_POINTS) {
    memmove(self->times, self->times + 1, (REGULAR_POINTS - 1) * sizeof *self->times);
    memmove(self->values, self->values + m, (size_t)(REGULAR_POINTS - 1) * m * sizeof *self->values);
    self->n--;
  }
  self->times[self->n] = time_s;
  memcpy(self->values + (size_t)self->n * m, values, m * sizeof *values);
  self->n++;
  while (put_next(self, false)) {
  }
}
