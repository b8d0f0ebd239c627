/* Accuracy over a quantity: which points, and what they count. */
#include "sweep.h"

#include "parse.h"
#include "sort.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool sweep_times_parse(const char *name, const char *text, sweep *self, r2nn_error *error) {
  double values[SWEEP_MAX_POINTS];
  *self = (sweep){0};
  if (strcmp(text, "default") == 0) return true;
  uint32_t n = parse_numbers(name, text, 1e-6, 1e6, values, SWEEP_MAX_POINTS, error);
  sort_values(values, n);
  for (uint32_t i = 0; i < n; i++)
    if (i == 0 || values[i] > values[i - 1]) self->points[self->n_points++].at = values[i];
  return n > 0;
}

bool sweep_noise_parse(const char *name, const char *text, sweep *self, r2nn_error *error) {
  double values[SWEEP_MAX_POINTS];
  uint32_t n = parse_numbers(name, text, -200, 200, values, SWEEP_MAX_POINTS, error);
  *self = (sweep){.n_points = n ? n + 1 : 0};
  self->points[0].at = HUGE_VAL;
  for (uint32_t i = 0; i < n; i++) self->points[i + 1].at = values[i];
  return n > 0;
}

void sweep_times_default(sweep *self, double *durations_s, uint32_t n) {
  static const double leads[] = {1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10};
  static const double steps[] = {1, 2, 3, 4, 6, 8, 10, 13, 16, 20};
  enum { N_STEPS = sizeof steps / sizeof *steps };
  sort_values(durations_s, n);
  double longest = fmax(durations_s[(uint32_t)ceil(0.95 * n) - 1], 1e-5), raw = longest / steps[N_STEPS - 1];
  double power = pow(10, floor(log10(raw)));
  int lead = 0;
  while (leads[lead] * power < raw * (1 - 1e-9)) lead++; /* raw is below 10 * power */
  *self = (sweep){.n_points = N_STEPS};
  for (int i = 0; i < N_STEPS; i++) {
    char text[32]; /* 0.03 rather than 0.030000000000000002 */
    snprintf(text, sizeof text, "%.6g", steps[i] * leads[lead] * power);
    self->points[i].at = strtod(text, NULL);
  }
}

void sweep_count(sweep_point *point, int32_t label, int32_t decided, bool cut) {
  point->n_clips++;
  point->n_right += decided == label;
  point->n_unknown += decided < 0;
  point->n_cut += cut;
}

double sweep_accuracy(const sweep_point *point) {
  return point->n_clips ? (double)point->n_right / (double)point->n_clips : 0;
}
