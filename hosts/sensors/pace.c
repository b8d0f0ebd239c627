/* How often do readings come? */
#include "sensors/pace.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

double pace_period(double *times, uint32_t n) {
  uint32_t n_steps = 0;
  double last = NAN, total_s = 0, n_periods = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (isnan(times[i])) continue;
    double step = times[i] - last;
    last = times[i];
    if (step > 0) times[n_steps++] = step;
  }
  if (!n_steps) return 0;
  qsort(times, n_steps, sizeof *times, compare);
  double median = times[n_steps / 2];
  for (uint32_t i = 0; i < n_steps; i++) {
    double turns = round(times[i] / median);
    if (turns > 3) break;
    total_s += times[i];
    n_periods += turns;
  }
  return n_periods > 0 ? total_s / n_periods : median;
}

double pace_rate(double period_s) {
  double rate_hz = 1 / period_s, whole = round(rate_hz);
  return rate_hz >= 50 && fabs(whole - rate_hz) < 0.005 * rate_hz ? whole : rate_hz;
}
