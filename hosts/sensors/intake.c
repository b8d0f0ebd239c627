/* A sensor's readings as regular frames of a model's channels. */
#include "sensors/intake.h"

#include "interrupt.h"
#include "progress.h"
#include "r2nn/engine.h"
#include "say.h"
#include "sensors/pace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_FIRST = 64, MAX_FIRST = 1 << 20, MAX_TOLD = 5 }; /* readings that tell the pace; the most kept; gaps that are told */

static const double default_gap = 3.5; /* readings */
static const double silent_s = 1;      /* so long without a reading is told */
static const double judged_s = 5;      /* so long is the pace watched before it is judged */

struct intake {
  const intake_def *def;
  const sensor_kind *kind;
  void *source;
  columns use;
  bool is_chosen, has_times, has_ended;
  double rate_hz, period_s;
  regular *frames;
  double *first; /* [n_first][n_fields + 1] readings before the stream begins, each with its time last */
  uint32_t n_first, room;
  double heard_s, since_s; /* by the clock: the last reading; the first since the pace is watched */
  uint64_t n_since;        /* readings since */
  bool is_silent, is_judged;
  uint32_t n_told;
  regular_hear hear;
  regular_break break_off;
  void *context;
  r2nn_status status; /* of what happens inside the source's callback */
  r2nn_error *error;
};

static uint32_t n_fields(const intake *self) {
  return self->kind->look(self->source)->n_fields;
}

/* Before the stream begins. */
static void keep(void *context, const double *fields, double time_s) {
  intake *self = context;
  uint32_t n = n_fields(self);
  if (self->n_first == self->room && self->room < MAX_FIRST) {
    uint32_t room = self->room ? 2 * self->room : 2 * N_FIRST;
    double *grown = realloc(self->first, (size_t)room * (n + 1) * sizeof *grown);
    if (grown) self->first = grown, self->room = room;
  }
  if (self->n_first == self->room) {
    self->status = r2nn_fail(self->error, R2NN_NO_MEMORY, "out of memory");
    return;
  }
  double *row = self->first + (size_t)self->n_first++ * (n + 1);
  memcpy(row, fields, n * sizeof *row);
  row[n] = time_s;
}

static double time_of(const intake *self, const double *fields, double time_s) {
  return self->use.time < 0 ? time_s : fields[self->use.time] * self->use.time_unit;
}

static bool is_live(const intake *self) {
  return self->kind->look(self->source)->is_live && !self->has_times;
}

/* The stream: a reading becomes frames. */
static void take(void *context, const double *fields, double time_s) {
  intake *self = context;
  double values[R2NN_MAX_CHANNELS], now_s = is_live(self) ? progress_clock() : 0;
  if (self->is_silent) {
    regular_interrupt(self->frames, now_s - self->heard_s);
    self->n_since = 0;
  }
  if (self->n_since++ == 0) self->since_s = now_s;
  self->is_silent = false;
  self->heard_s = now_s;
  for (uint32_t c = 0; c < self->use.n; c++) values[c] = fields[self->use.fields[c]] * self->use.factors[c];
  time_s = time_of(self, fields, time_s);
  if (self->has_times && !isfinite(time_s)) values[0] = NAN; /* it has no place */
  regular_push(self->frames, time_s, values);
}

static void hear(void *context, const float *in, uint32_t n_frames) {
  const intake *self = context;
  if (self->hear) self->hear(self->context, in, n_frames);
}

static void tell_gap(void *context, double gap_s, double at_s) {
  intake *self = context;
  if (self->n_told++ < MAX_TOLD)
    say_warning("%s: %.3g s without a reading before %.3f s: what was heard ends there%s", self->def->from, gap_s, at_s,
                self->n_told == MAX_TOLD ? "; further gaps are only counted" : "");
  if (self->break_off) self->break_off(self->context, gap_s, at_s);
}

static r2nn_status choose(intake *self, const r2nn_model *model, r2nn_error *error) {
  const sensor_facts *facts = self->kind->look(self->source);
  r2nn_status status = columns_choose(&self->use, &self->def->columns, facts, model, error);
  if (status != R2NN_OK) return status;
  self->is_chosen = true;
  self->has_times = self->use.time >= 0 || !isnan(self->first[facts->n_fields]);
  self->rate_hz = self->def->rate_hz > 0 ? self->def->rate_hz : facts->rate_hz;
  if (self->has_times || self->rate_hz > 0) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_DATA, "no column is called time: say --rate HZ, or which one it is with --time");
}

/* The pace of the first readings; what the user says about it must not contradict. */
static r2nn_status find_pace(intake *self, r2nn_error *error) {
  uint32_t n = n_fields(self);
  self->period_s = 1 / self->rate_hz;
  if (self->has_times) {
    double *times = malloc((self->n_first + 1) * sizeof *times);
    if (!times) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
    for (uint32_t i = 0; i < self->n_first; i++) {
      const double *row = self->first + (size_t)i * (n + 1);
      times[i] = time_of(self, row, row[n]);
    }
    self->period_s = pace_period(times, self->n_first);
    free(times);
    if (!(self->period_s > 0)) return r2nn_fail(error, R2NN_BAD_DATA, "the times of the first readings are no numbers that rise");
    double is_hz = pace_rate(self->period_s);
    if (self->rate_hz > 0 && self->rate_hz < 0.98 * is_hz)
      return r2nn_fail(error, R2NN_BAD_DATA, "readings come %.4g times a second; --rate %g would lose what lies between", is_hz,
                       self->rate_hz);
    if (!(self->rate_hz > 0)) self->rate_hz = is_hz;
  }
  if (self->rate_hz >= R2NN_RATE_MIN && self->rate_hz <= R2NN_RATE_MAX) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_DATA, "%.4g readings a second; must be %g to %g%s", self->rate_hz, R2NN_RATE_MIN, R2NN_RATE_MAX,
                   self->has_times ? "; is the time in another unit? say --time COLUMN,ms" : "");
}

static r2nn_status begin(intake *self, r2nn_error *error) {
  r2nn_status status = find_pace(self, error);
  if (status != R2NN_OK) return status;
  regular_def def = {.rate_hz = self->rate_hz,
                     .period_s = self->period_s,
                     .gap_s = self->def->gap_s > 0 ? self->def->gap_s : default_gap * self->period_s,
                     .n_channels = self->use.n,
                     .hear = hear,
                     .break_off = tell_gap,
                     .context = self};
  return regular_new(&def, &self->frames, error);
}

/* Read until it is known what comes; true: it is, or status says why not. */
static bool learn(intake *self, const r2nn_model *model, sensor_state state, r2nn_error *error) {
  if (state == SENSOR_FAILED) self->status = R2NN_BAD_DATA;
  if (state == SENSOR_ENDED) self->has_ended = true;
  if (self->status == R2NN_OK && self->n_first && !self->is_chosen) self->status = choose(self, model, error);
  if (self->status == R2NN_OK && self->has_ended && !self->n_first)
    self->status = r2nn_fail(error, R2NN_BAD_DATA, "holds no readings");
  bool is_enough = self->is_chosen && (self->has_ended || self->n_first >= (self->has_times ? N_FIRST : 1));
  if (self->status == R2NN_OK && is_enough) self->status = begin(self, error);
  return self->status != R2NN_OK || is_enough;
}

r2nn_status intake_open(const intake_def *def, const r2nn_model *model, intake **made, bool *is_stopped, r2nn_error *error) {
  const char *where;
  *is_stopped = false;
  intake *self = *made = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self->def = def;
  self->error = error;
  self->kind = sensor_find(def->from, &where, error);
  self->status = self->kind ? R2NN_OK : R2NN_BAD_ARGUMENT;
  sensor_def source = {.where = where, .rate_hz = def->rate_hz, .separator = def->separator};
  if (self->kind) self->status = self->kind->open(&source, &self->source, error);
  if (self->status != R2NN_OK) self->source = NULL;
  interrupt_watch();
  double began_s = progress_clock();
  bool is_told = false;
  while (self->status == R2NN_OK && !*is_stopped) {
    sensor_state state = self->kind->read(self->source, keep, self, error);
    if (learn(self, model, state, error)) break;
    if (state == SENSOR_WAITS) usleep(4000);
    if (!is_told && progress_clock() - began_s > 2) {
      say_note("%s: waiting for readings", def->from);
      is_told = true;
    }
    *is_stopped = interrupt_read().stop;
  }
  r2nn_status status = self->status;
  if (status == R2NN_OK && !*is_stopped) return status;
  intake_close(self);
  *made = NULL;
  return status;
}

double intake_rate(const intake *self) {
  return self->rate_hz;
}

uint32_t intake_n_channels(const intake *self) {
  return self->use.n;
}

void intake_to(intake *self, regular_hear to, regular_break break_off, void *context) {
  self->hear = to;
  self->break_off = break_off;
  self->context = context;
}

/* A source without times must keep the pace that it is said to have. */
static void watch_pace(intake *self) {
  double now_s = progress_clock(), waited_s = now_s - self->heard_s, span_s = now_s - self->since_s;
  if (!self->is_silent && self->n_since && waited_s > silent_s) {
    say_warning("%s: no reading for %.3g s", self->def->from, waited_s);
    self->is_silent = self->is_judged = true;
  }
  if (self->is_judged || span_s < judged_s || !self->n_since) return;
  double is_hz = (double)self->n_since / span_s;
  self->is_judged = true;
  if (fabs(is_hz - self->rate_hz) > 0.1 * self->rate_hz)
    say_warning("%s: %.4g readings a second come, not %g: decisions are wrong; is --rate right?", self->def->from, is_hz,
                self->rate_hz);
}

sensor_state intake_read(intake *self, r2nn_error *error) {
  uint32_t n = n_fields(self);
  for (uint32_t i = 0; i < self->n_first; i++) {
    const double *row = self->first + (size_t)i * (n + 1);
    take(self, row, row[n]);
  }
  self->n_first = 0;
  sensor_state state = self->has_ended ? SENSOR_ENDED : self->kind->read(self->source, take, self, error);
  regular_flush(self->frames, state == SENSOR_ENDED || state == SENSOR_FAILED);
  if (is_live(self)) watch_pace(self);
  const regular_counters *counters = regular_look(self->frames);
  if (state != SENSOR_ENDED || counters->n_missing < counters->n_readings) return state;
  r2nn_fail(error, R2NN_BAD_DATA, "none of %llu readings holds numbers in all columns that are wanted",
            (unsigned long long)counters->n_readings);
  return SENSOR_FAILED;
}

/* What was not as it should be, in one line. */
static void report(const intake *self) {
  const regular_counters *n = regular_look(self->frames);
  uint64_t n_garbage = self->kind->look(self->source)->n_garbage;
  if (!n->n_missing && !n->n_bridged && !n->n_breaks && !n_garbage) return;
  say_warning(
      "%s: of %llu readings %llu were missing or no numbers, %llu gaps were bridged, %llu were too long; %llu pieces of garbage",
      self->def->from, (unsigned long long)n->n_readings, (unsigned long long)n->n_missing, (unsigned long long)n->n_bridged,
      (unsigned long long)n->n_breaks, (unsigned long long)n_garbage);
}

void intake_close(intake *self) {
  if (!self) return;
  if (self->frames) report(self);
  if (self->source) self->kind->close(self->source);
  regular_free(self->frames);
  free(self->first);
  free(self);
}
