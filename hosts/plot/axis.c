/* Scales of a drawing. */
#include "plot/axis.h"

#include <math.h>

static double warp(const axis *self, double value) {
  switch (self->kind) {
  case AXIS_LOG:
    return log10(value);
  case AXIS_SYMLOG:
    return asinh(value / self->knee);
  default:
    return value;
  }
}

double axis_place(const axis *self, double value) {
  double lo = warp(self, self->lo), hi = warp(self, self->hi);
  return self->at_lo + (warp(self, value) - lo) / (hi - lo) * (self->at_hi - self->at_lo);
}

static void add(axis_tick *ticks, uint32_t *n, double value, bool labelled) {
  if (*n < AXIS_MAX_TICKS) ticks[(*n)++] = (axis_tick){value, labelled};
}

/* 1, 2 or 5 times a power of ten, so that n_wanted steps cover the span. */
static double nice_step(double span, uint32_t n_wanted) {
  double raw = span / n_wanted, power = pow(10, floor(log10(raw))), lead = raw / power;
  return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
}

static uint32_t linear_ticks(const axis *self, uint32_t n_wanted, axis_tick *ticks) {
  uint32_t n = 0;
  double step = nice_step(self->hi - self->lo, n_wanted);
  for (double k = ceil(self->lo / step - 1e-9); k * step <= self->hi + 1e-9 * step && n < AXIS_MAX_TICKS; k++)
    add(ticks, &n, k * step, true);
  return n;
}

/* Every digit of every decade; 1, 2 and 5 get labels when there are few decades, 1 alone when there are many. */
static uint32_t log_ticks(const axis *self, uint32_t n_wanted, axis_tick *ticks) {
  uint32_t n = 0;
  double n_decades = log10(self->hi / self->lo);
  for (int power = (int)floor(log10(self->lo)); power <= (int)ceil(log10(self->hi)); power++)
    for (int digit = 1; digit < 10; digit++) {
      double value = digit * pow(10, power);
      if (value < self->lo * (1 - 1e-9) || value > self->hi * (1 + 1e-9)) continue;
      bool labelled = digit == 1 || (n_decades * 3 <= n_wanted && (digit == 2 || digit == 5)) || n_decades < 0.7;
      add(ticks, &n, value, labelled);
    }
  return n;
}

/* 0 and the powers of ten beyond the knee, both signs. */
static uint32_t symlog_ticks(const axis *self, uint32_t n_wanted, axis_tick *ticks) {
  uint32_t n = 0;
  double most = fmax(fabs(self->lo), fabs(self->hi));
  int first = (int)ceil(log10(self->knee)), last = (int)floor(log10(most)),
      step = (int)((uint32_t)(last - first + 1) * 2 / n_wanted) + 1;
  for (int power = last; power >= first; power -= step)
    if (-pow(10, power) >= self->lo) add(ticks, &n, -pow(10, power), true);
  if (self->lo <= 0 && self->hi >= 0) add(ticks, &n, 0, true);
  for (int power = last - (last - first) / step * step; power <= last; power += step)
    if (pow(10, power) <= self->hi) add(ticks, &n, pow(10, power), true);
  return n;
}

uint32_t axis_ticks(const axis *self, uint32_t n_wanted, axis_tick ticks[AXIS_MAX_TICKS]) {
  switch (self->kind) {
  case AXIS_LOG:
    return log_ticks(self, n_wanted, ticks);
  case AXIS_SYMLOG:
    return symlog_ticks(self, n_wanted, ticks);
  default:
    return linear_ticks(self, n_wanted, ticks);
  }
}
