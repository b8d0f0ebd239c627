/* Draws accuracy over time or noise. */
#include "plot/accuracy.h"

#include "plot/axis.h"
#include "plot/page.h"

#include <math.h>
#include <stdlib.h>

/* From nothing to the longest time, or from the strongest noise to the weakest with some air. */
static axis scale_of(const accuracy_def *def) {
  axis x = {.kind = AXIS_LINEAR, .lo = HUGE_VAL, .hi = -HUGE_VAL, .at_lo = PAGE_LEFT, .at_hi = PAGE_RIGHT};
  for (uint32_t i = 0; i < def->data->n_points; i++) {
    if (!isfinite(def->data->points[i].at)) continue;
    x.lo = fmin(x.lo, def->data->points[i].at);
    x.hi = fmax(x.hi, def->data->points[i].at);
  }
  if (!def->is_noise) x.lo = 0;
  double air = def->is_noise ? fmax(0.04 * (x.hi - x.lo), 1) : 0.02 * x.hi;
  x.hi += air;
  if (def->is_noise) x.lo -= air;
  return x;
}

static void put_number(cairo_t *page, double x, double y, double anchor, double value) {
  char text[32];
  if (fabs(value) < 1e-12) value = 0;
  snprintf(text, sizeof text, "%s%.6g", value < 0 ? "\342\210\222" : "", fabs(value));
  page_text(page, x, y, anchor, 11, page_grey, text);
}

static void put_grid(cairo_t *page, const accuracy_def *def, const axis *x, const axis *y) {
  axis_tick ticks[AXIS_MAX_TICKS];
  uint32_t n = axis_ticks(x, 10, ticks);
  for (uint32_t i = 0; i < n; i++) {
    double at = axis_place(x, ticks[i].value);
    page_line(page, at, PAGE_TOP, at, PAGE_BOTTOM, 0.75, page_hair);
    put_number(page, at, PAGE_BOTTOM + 18, 0.5, ticks[i].value);
  }
  n = axis_ticks(y, 10, ticks);
  for (uint32_t i = 0; i < n; i++) {
    double at = axis_place(y, ticks[i].value);
    page_line(page, PAGE_LEFT, at, PAGE_RIGHT, at, 0.75, ticks[i].value > 0 ? page_hair : page_grey);
    put_number(page, PAGE_LEFT - 9, at + 4, 1, ticks[i].value);
  }
  page_turned(page, 18, (PAGE_TOP + PAGE_BOTTOM) / 2.0, 12, page_ink, "Accuracy, %");
  page_text(page, (PAGE_LEFT + PAGE_RIGHT) / 2.0, PAGE_BOTTOM + 40, 0.5, 12, page_ink,
            def->is_noise ? "Signal to noise ratio, dB" : "Time after the onset, s");
}

/* A level across the panel, dashed, with its name beside it; at is where the name goes. */
static void put_level(cairo_t *page, const axis *y, double share, double at, colour with, const char *name) {
  static const double dashes[] = {6, 4};
  char text[64];
  snprintf(text, sizeof text, "%s %.1f", name, 100 * share);
  cairo_set_dash(page, dashes, 2, 0);
  page_line(page, PAGE_LEFT, axis_place(y, 100 * share), PAGE_RIGHT, axis_place(y, 100 * share), 1.3, with);
  cairo_set_dash(page, NULL, 0, 0);
  page_text(page, PAGE_RIGHT + 12, at, 0, 12, with, text);
}

static int compare(const void *a, const void *b) {
  const curve_point *left = a, *right = b;
  return (left->x > right->x) - (left->x < right->x);
}

static void draw(cairo_t *page, const void *context) {
  const accuracy_def *def = context;
  const axis x = scale_of(def), y = {.kind = AXIS_LINEAR, .lo = 0, .hi = 100, .at_lo = PAGE_BOTTOM, .at_hi = PAGE_TOP};
  curve_point points[SWEEP_MAX_POINTS + 1];
  uint32_t n = 0;
  for (uint32_t i = 0; i < def->data->n_points; i++) {
    const sweep_point *point = &def->data->points[i];
    if (isfinite(point->at)) points[n++] = (curve_point){axis_place(&x, point->at), axis_place(&y, 100 * sweep_accuracy(point))};
  }
  qsort(points, n, sizeof *points, compare);
  page_title(page, def->title, def->subtitle);
  put_grid(page, def, &x, &y);
  double whole_at = axis_place(&y, 100 * def->whole) + 4, chance_at = axis_place(&y, 100 * def->chance) + 4;
  if (fabs(whole_at - chance_at) < 16) whole_at = chance_at + (whole_at > chance_at ? 16 : -16);
  put_level(page, &y, def->chance, chance_at, page_grey, "chance");
  put_level(page, &y, def->whole, whole_at, palette_distinct(1), def->is_noise ? "clean" : "whole clip");
  cairo_new_path(page);
  page_trace(page, points, n);
  page_use(page, palette_distinct(0), 1);
  cairo_set_line_width(page, 1.8);
  cairo_stroke(page);
  for (uint32_t i = 0; i < n; i++) {
    cairo_arc(page, points[i].x, points[i].y, 4, 0, 2 * M_PI);
    cairo_fill(page);
  }
}

r2nn_status accuracy_write(FILE *to, const accuracy_def *def, bool png, r2nn_error *error) {
  return page_write(to, png, draw, def, error);
}
