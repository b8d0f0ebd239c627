/* Draws an impedance landscape, by cairo. */
#include "plot/plot.h"

#include "plot/axis.h"
#include "plot/page.h"
#include "sort.h"
#include "words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MIDDLE = 378, BELOW = 424 /* where the upper panel ends and the lower one begins */ };
enum { MAX_LEGEND = 14 /* curves; more are told by a scale of colours */ };
static const double most_db = 80; /* what is this far under the highest peak is not worth its ink */

static void put_frequency(cairo_t *page, double x, double y, double anchor, double hz) {
  char text[48];
  words_engineering(hz, 3, text, sizeof text - 2);
  strcat(text, "Hz");
  page_text(page, x, y, anchor, 11, page_grey, text);
}

/* Vertical grid lines of a panel, and the frequencies under it if labelled. */
static void put_frequency_grid(cairo_t *page, const axis *x, double top, double bottom, bool labelled) {
  axis_tick ticks[AXIS_MAX_TICKS];
  uint32_t n = axis_ticks(x, 14, ticks);
  for (uint32_t i = 0; i < n; i++) {
    double at = axis_place(x, ticks[i].value);
    page_line(page, at, top, at, bottom, 0.75, ticks[i].labelled ? page_hair : page_faint);
    if (!labelled || !ticks[i].labelled) continue;
    put_frequency(page, at, bottom + 18, 0.5, ticks[i].value);
  }
}

static void put_value_grid(cairo_t *page, const axis *y, uint32_t n_wanted, const char *unit) {
  axis_tick ticks[AXIS_MAX_TICKS];
  uint32_t n = axis_ticks(y, n_wanted, ticks);
  for (uint32_t i = 0; i < n; i++) {
    double at = axis_place(y, ticks[i].value);
    bool zero = fabs(ticks[i].value) < 1e-9 * fmax(fabs(y->lo), fabs(y->hi));
    page_line(page, PAGE_LEFT, at, PAGE_RIGHT, at, 0.75, zero && unit[0] ? page_grey : page_hair);
    bool near_zero = !zero && y->lo < 0 && y->hi > 0 && fabs(at - axis_place(y, 0)) < 12;
    if (near_zero) continue; /* its label would run into that of 0 */
    char text[48];
    if (zero)
      strcpy(text, "0");
    else if (unit[0])
      words_engineering(ticks[i].value, 4, text, sizeof text - 2), strcat(text, unit);
    else
      snprintf(text, sizeof text, "%s%g", ticks[i].value < 0 ? "\342\210\222" : "", fabs(ticks[i].value));
    page_text(page, PAGE_LEFT - 9, at + 4, 1, 11, page_grey, text);
  }
}

/* Map values over frequency onto the page and thin them out; the number of points left. */
static uint32_t map_curve(const landscape *data, const double *values, const axis *x, const axis *y, curve_point *points) {
  for (uint32_t k = 0; k < data->n_points; k++)
    points[k] = (curve_point){axis_place(x, data->freq_hz[k]), axis_place(y, values[k])};
  return curve_thin(points, data->n_points, 0.25);
}

/* Where each output peaks decides its colour when there are many: places[n_outputs] in 0..1 between the lowest and the highest
 * peak. */
typedef struct peaks {
  double lo_hz, hi_hz;
  double *places; /* [n_outputs] */
} peaks;

static void find_peaks(const landscape *data, peaks *found) {
  found->lo_hz = HUGE_VAL;
  found->hi_hz = 0;
  for (uint32_t i = 0; i < data->n_outputs; i++) {
    const double *db = data->db + (size_t)i * data->n_points;
    uint32_t best = 0;
    for (uint32_t k = 1; k < data->n_points; k++)
      if (db[k] > db[best]) best = k;
    found->places[i] = data->freq_hz[best];
    found->lo_hz = fmin(found->lo_hz, data->freq_hz[best]);
    found->hi_hz = fmax(found->hi_hz, data->freq_hz[best]);
  }
  double span = log(found->hi_hz / found->lo_hz);
  for (uint32_t i = 0; i < data->n_outputs; i++) found->places[i] = span > 0 ? log(found->places[i] / found->lo_hz) / span : 0;
}

static colour colour_of(const plot_def *def, const peaks *found, uint32_t i) {
  return def->data->n_outputs <= PALETTE_DISTINCT ? palette_distinct(i) : palette_ordered(found->places[i]);
}

static void put_transfers(cairo_t *page, const plot_def *def, const axis *x, const peaks *found, curve_point *points) {
  const landscape *data = def->data;
  double highest = -HUGE_VAL, lowest = HUGE_VAL;
  for (size_t i = 0; i < (size_t)data->n_outputs * data->n_points; i++) {
    highest = fmax(highest, data->db[i]);
    lowest = fmin(lowest, data->db[i]);
  }
  axis y = {.kind = AXIS_LINEAR, .at_lo = MIDDLE, .at_hi = PAGE_TOP};
  y.hi = 10 * ceil((highest + 2) / 10);
  y.lo = fmin(fmax(10 * floor(lowest / 10), y.hi - most_db), y.hi - 30);
  put_frequency_grid(page, x, PAGE_TOP, MIDDLE, false);
  put_value_grid(page, &y, 6, "");
  page_turned(page, 18, (PAGE_TOP + MIDDLE) / 2.0, 12, page_ink, "|H|, dB re 1 V/V");
  page_enter(page, PAGE_TOP, MIDDLE);
  bool many = data->n_outputs > PALETTE_DISTINCT;
  for (uint32_t i = 0; i < data->n_outputs; i++) {
    page_trace(page, points, map_curve(data, data->db + (size_t)i * data->n_points, x, &y, points));
    page_use(page, colour_of(def, found, i), many ? 0.8 : 0.95);
    cairo_set_line_width(page, many ? 1.15 : 1.8);
    cairo_stroke(page);
  }
  cairo_restore(page);
}

/* A tick for every mode, between the panels. */
static void put_modes(cairo_t *page, const landscape *data, const axis *x) {
  double width = data->n_modes > 200 ? 0.4 : 1;
  for (uint32_t i = 0; i < data->n_modes; i++) {
    double at = axis_place(x, data->mode_hz[i]);
    page_line(page, at, MIDDLE + 5, at, MIDDLE + 14, width, page_ink);
  }
  char text[64];
  snprintf(text, sizeof text, "%u mode%s", data->n_modes, data->n_modes == 1 ? "" : "s");
  page_text(page, PAGE_RIGHT + 12, MIDDLE + 14, 0, 11, page_grey, text);
}

/* A scale for the conductance: linear, or logarithmic on both sides of 0 when a few peaks dwarf the rest. */
static axis conductance_axis(const landscape *data, double *scratch) {
  axis y = {.kind = AXIS_LINEAR, .lo = HUGE_VAL, .hi = -HUGE_VAL, .at_lo = PAGE_BOTTOM, .at_hi = BELOW};
  for (uint32_t k = 0; k < data->n_points; k++) {
    scratch[k] = fabs(data->conductance[k]);
    y.lo = fmin(y.lo, data->conductance[k]);
    y.hi = fmax(y.hi, data->conductance[k]);
  }
  sort_values(scratch, data->n_points);
  double usual = scratch[data->n_points / 2], most = scratch[data->n_points - 1];
  if (!(most > 0)) {
    y.lo = -1;
    y.hi = 1;
  } else if (usual > 0 && most > 30 * usual) {
    y.kind = AXIS_SYMLOG;
    y.knee = fmax(usual / 3, most / 1e5);
    y.lo = 1.6 * fmin(y.lo, 0);
    y.hi = 1.6 * fmax(y.hi, 0);
  } else {
    /* A curve that stays far from 0 fills the panel by itself. */
    if (y.lo < y.hi / 2) y.lo = fmin(y.lo, 0);
    if (y.hi > y.lo / 2) y.hi = fmax(y.hi, 0);
    double air = 0.08 * (y.hi - y.lo) + 1e-6 * most;
    if (fabs(y.lo) > 0) y.lo -= air;
    if (fabs(y.hi) > 0) y.hi += air;
  }
  return y;
}

static void put_conductance(cairo_t *page, const landscape *data, const axis *x, curve_point *points, double *scratch) {
  axis y = conductance_axis(data, scratch);
  double zero = axis_place(&y, 0);
  uint32_t n = map_curve(data, data->conductance, x, &y, points);
  bool negative = false;
  for (uint32_t i = 0; i < n; i++) negative |= points[i].y > zero + 0.5;
  put_frequency_grid(page, x, BELOW, PAGE_BOTTOM, true);
  put_value_grid(page, &y, 4, "S");
  page_turned(page, 18, (BELOW + PAGE_BOTTOM) / 2.0, 12, page_ink, "Re Y at the input");
  page_enter(page, BELOW, PAGE_BOTTOM);
  if (negative) {
    cairo_save(page);
    cairo_rectangle(page, PAGE_LEFT, zero, PAGE_RIGHT - PAGE_LEFT, PAGE_BOTTOM - zero);
    cairo_clip(page);
    cairo_move_to(page, points[0].x, zero);
    page_trace(page, points, n);
    cairo_line_to(page, points[n - 1].x, zero);
    page_use(page, page_warning, 0.22);
    cairo_fill(page);
    cairo_restore(page);
  }
  page_trace(page, points, n);
  page_use(page, page_ink, 1);
  cairo_set_line_width(page, 1.3);
  cairo_stroke(page);
  cairo_restore(page);
  if (negative) {
    page_use(page, page_warning, 0.22);
    cairo_rectangle(page, PAGE_RIGHT + 12, BELOW + 4, 10, 10);
    cairo_fill(page);
    page_text(page, PAGE_RIGHT + 28, BELOW + 13, 0, 11, page_grey, "negative");
    page_text(page, PAGE_RIGHT + 28, BELOW + 27, 0, 11, page_grey, "conductance");
  }
}

/* What the colours mean: a name each, or a scale from low to high peaks. */
static void put_legend(cairo_t *page, const plot_def *def, const peaks *found) {
  const landscape *data = def->data;
  if (data->n_outputs <= MAX_LEGEND) {
    for (uint32_t i = 0; i < data->n_outputs; i++) {
      char node[32];
      double at = PAGE_TOP + 10 + 19.0 * i;
      snprintf(node, sizeof node, "node %u", data->nodes[i]);
      page_use(page, colour_of(def, found, i), 1);
      cairo_set_line_width(page, 3);
      cairo_move_to(page, PAGE_RIGHT + 12, at - 4);
      cairo_line_to(page, PAGE_RIGHT + 30, at - 4);
      cairo_stroke(page);
      page_fitted(page, PAGE_RIGHT + 38, at, PAGE_WIDTH - PAGE_RIGHT - 46, 12, page_ink, def->names ? def->names[i] : node);
    }
    return;
  }
  char text[32];
  snprintf(text, sizeof text, "%u outputs", data->n_outputs);
  page_text(page, PAGE_RIGHT + 12, PAGE_TOP + 10, 0, 12, page_ink, text);
  page_text(page, PAGE_RIGHT + 12, PAGE_TOP + 28, 0, 11, page_grey, "by highest peak");
  for (int i = 0; i < 120; i++) {
    page_use(page, palette_ordered(1 - i / 119.0), 1);
    cairo_rectangle(page, PAGE_RIGHT + 12, PAGE_TOP + 44 + i, 9, 1.5);
    cairo_fill(page);
  }
  put_frequency(page, PAGE_RIGHT + 28, PAGE_TOP + 53, 0, found->hi_hz);
  put_frequency(page, PAGE_RIGHT + 28, PAGE_TOP + 162, 0, found->lo_hz);
}

/* What there is to draw, with its memory. */
typedef struct drawing {
  const plot_def *def;
  peaks *found;        /* places [n_outputs] */
  double *scratch;     /* [n_points] */
  curve_point *points; /* [n_points] */
} drawing;

static void draw(cairo_t *page, const void *context) {
  const drawing *self = context;
  const landscape *data = self->def->data;
  const axis x = {AXIS_LOG, data->freq_hz[0], data->freq_hz[data->n_points - 1], 0, PAGE_LEFT, PAGE_RIGHT};
  find_peaks(data, self->found);
  page_title(page, self->def->title, self->def->subtitle);
  put_transfers(page, self->def, &x, self->found, self->points);
  put_modes(page, data, &x);
  put_conductance(page, data, &x, self->points, self->scratch);
  put_legend(page, self->def, self->found);
}

r2nn_status plot_write(FILE *to, const plot_def *def, bool png, r2nn_error *error) {
  const landscape *data = def->data;
  peaks found = {.places = malloc((data->n_outputs + 1) * sizeof(double))};
  drawing self = {def, &found, malloc(data->n_points * sizeof *self.scratch), malloc(data->n_points * sizeof *self.points)};
  bool enough = found.places && self.scratch && self.points;
  r2nn_status status = enough ? page_write(to, png, draw, &self, error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  free(found.places);
  free(self.scratch);
  free(self.points);
  return status;
}
