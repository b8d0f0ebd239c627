/* Draws an impedance landscape, by cairo. */
#include "plot/plot.h"

#include "plot/axis.h"
#include "plot/curve.h"
#include "plot/palette.h"
#include "words.h"

#include <cairo-svg.h>
#include <cairo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The page, in points; a PNG has twice as many pixels. */
enum { WIDTH = 960, HEIGHT = 600, LEFT = 74, RIGHT = 812, TOP = 74, MIDDLE = 378, BELOW = 424, BOTTOM = 544, PNG_SCALE = 2 };
enum { MAX_LEGEND = 14 /* curves; more are told by a scale of colours */ };
static const double most_db = 80; /* what is this far under the highest peak is not worth its ink */

static const colour ink = {0.13, 0.15, 0.18}, grey = {0.42, 0.45, 0.49}, hair = {0.88, 0.89, 0.91}, faint = {0.945, 0.95, 0.957};
static const colour warning = {0.80, 0.25, 0.22};

static void use(cairo_t *page, colour with, double opacity) {
  cairo_set_source_rgba(page, with.r, with.g, with.b, opacity);
}

/* Text at (x, y) of its base line; anchor 0 left, 0.5 middle, 1 right. */
static void put_text(cairo_t *page, double x, double y, double anchor, double size, colour with, const char *text) {
  cairo_text_extents_t box;
  cairo_set_font_size(page, size);
  cairo_text_extents(page, text, &box);
  use(page, with, 1);
  cairo_move_to(page, x - anchor * box.x_advance, y);
  cairo_show_text(page, text);
}

static void put_turned(cairo_t *page, double x, double y, double size, colour with, const char *text) {
  cairo_save(page);
  cairo_translate(page, x, y);
  cairo_rotate(page, -M_PI / 2);
  put_text(page, 0, 0, 0.5, size, with, text);
  cairo_restore(page);
}

/* A text cut with an ellipsis where it grows wider than room. */
static void put_fitted(cairo_t *page, double x, double y, double room, double size, colour with, const char *text) {
  char cut[160];
  cairo_text_extents_t box;
  cairo_set_font_size(page, size);
  snprintf(cut, sizeof cut, "%.150s", text);
  for (size_t length = strlen(cut);;) {
    cairo_text_extents(page, cut, &box);
    if (box.x_advance <= room || length < 2) break;
    do length--;
    while (length > 1 && (cut[length] & 0xc0) == 0x80);
    strcpy(cut + length, "\342\200\246");
  }
  put_text(page, x, y, 0, size, with, cut);
}

static void put_line(cairo_t *page, double x0, double y0, double x1, double y1, double width, colour with) {
  use(page, with, 1);
  cairo_set_line_width(page, width);
  cairo_move_to(page, x0, y0);
  cairo_line_to(page, x1, y1);
  cairo_stroke(page);
}

static void put_frequency(cairo_t *page, double x, double y, double anchor, double hz) {
  char text[48];
  words_engineering(hz, 3, text, sizeof text - 2);
  strcat(text, "Hz");
  put_text(page, x, y, anchor, 11, grey, text);
}

/* Vertical grid lines of a panel, and the frequencies under it if labelled. */
static void put_frequency_grid(cairo_t *page, const axis *x, double top, double bottom, bool labelled) {
  axis_tick ticks[AXIS_MAX_TICKS];
  uint32_t n = axis_ticks(x, 14, ticks);
  for (uint32_t i = 0; i < n; i++) {
    double at = axis_place(x, ticks[i].value);
    put_line(page, at, top, at, bottom, 0.75, ticks[i].labelled ? hair : faint);
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
    put_line(page, LEFT, at, RIGHT, at, 0.75, zero && unit[0] ? grey : hair);
    bool near_zero = !zero && y->lo < 0 && y->hi > 0 && fabs(at - axis_place(y, 0)) < 12;
    if (near_zero) continue; /* its label would run into that of 0 */
    char text[48];
    if (zero)
      strcpy(text, "0");
    else if (unit[0])
      words_engineering(ticks[i].value, 4, text, sizeof text - 2), strcat(text, unit);
    else
      snprintf(text, sizeof text, "%s%g", ticks[i].value < 0 ? "\342\210\222" : "", fabs(ticks[i].value));
    put_text(page, LEFT - 9, at + 4, 1, 11, grey, text);
  }
}

/* Leave the clip to a panel until cairo_restore(). */
static void enter_panel(cairo_t *page, double top, double bottom) {
  cairo_save(page);
  cairo_rectangle(page, LEFT, top, RIGHT - LEFT, bottom - top);
  cairo_clip(page);
}

static void trace(cairo_t *page, const curve_point *points, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) cairo_line_to(page, points[i].x, points[i].y);
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
  axis y = {.kind = AXIS_LINEAR, .at_lo = MIDDLE, .at_hi = TOP};
  y.hi = 10 * ceil((highest + 2) / 10);
  y.lo = fmin(fmax(10 * floor(lowest / 10), y.hi - most_db), y.hi - 30);
  put_frequency_grid(page, x, TOP, MIDDLE, false);
  put_value_grid(page, &y, 6, "");
  put_turned(page, 18, (TOP + MIDDLE) / 2.0, 12, ink, "|H|, dB re 1 V/V");
  enter_panel(page, TOP, MIDDLE);
  bool many = data->n_outputs > PALETTE_DISTINCT;
  for (uint32_t i = 0; i < data->n_outputs; i++) {
    trace(page, points, map_curve(data, data->db + (size_t)i * data->n_points, x, &y, points));
    use(page, colour_of(def, found, i), many ? 0.8 : 0.95);
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
    put_line(page, at, MIDDLE + 5, at, MIDDLE + 14, width, ink);
  }
  char text[64];
  snprintf(text, sizeof text, "%u mode%s", data->n_modes, data->n_modes == 1 ? "" : "s");
  put_text(page, RIGHT + 12, MIDDLE + 14, 0, 11, grey, text);
}

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

/* A scale for the conductance: linear, or logarithmic on both sides of 0 when a few peaks dwarf the rest. */
static axis conductance_axis(const landscape *data, double *scratch) {
  axis y = {.kind = AXIS_LINEAR, .lo = HUGE_VAL, .hi = -HUGE_VAL, .at_lo = BOTTOM, .at_hi = BELOW};
  for (uint32_t k = 0; k < data->n_points; k++) {
    scratch[k] = fabs(data->conductance[k]);
    y.lo = fmin(y.lo, data->conductance[k]);
    y.hi = fmax(y.hi, data->conductance[k]);
  }
  qsort(scratch, data->n_points, sizeof *scratch, compare);
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
  put_frequency_grid(page, x, BELOW, BOTTOM, true);
  put_value_grid(page, &y, 4, "S");
  put_turned(page, 18, (BELOW + BOTTOM) / 2.0, 12, ink, "Re Y at the input");
  enter_panel(page, BELOW, BOTTOM);
  if (negative) {
    cairo_save(page);
    cairo_rectangle(page, LEFT, zero, RIGHT - LEFT, BOTTOM - zero);
    cairo_clip(page);
    cairo_move_to(page, points[0].x, zero);
    trace(page, points, n);
    cairo_line_to(page, points[n - 1].x, zero);
    use(page, warning, 0.22);
    cairo_fill(page);
    cairo_restore(page);
  }
  trace(page, points, n);
  use(page, ink, 1);
  cairo_set_line_width(page, 1.3);
  cairo_stroke(page);
  cairo_restore(page);
  if (negative) {
    use(page, warning, 0.22);
    cairo_rectangle(page, RIGHT + 12, BELOW + 4, 10, 10);
    cairo_fill(page);
    put_text(page, RIGHT + 28, BELOW + 13, 0, 11, grey, "negative");
    put_text(page, RIGHT + 28, BELOW + 27, 0, 11, grey, "conductance");
  }
}

/* What the colours mean: a name each, or a scale from low to high peaks. */
static void put_legend(cairo_t *page, const plot_def *def, const peaks *found) {
  const landscape *data = def->data;
  if (data->n_outputs <= MAX_LEGEND) {
    for (uint32_t i = 0; i < data->n_outputs; i++) {
      char node[32];
      double at = TOP + 10 + 19.0 * i;
      snprintf(node, sizeof node, "node %u", data->nodes[i]);
      use(page, colour_of(def, found, i), 1);
      cairo_set_line_width(page, 3);
      cairo_move_to(page, RIGHT + 12, at - 4);
      cairo_line_to(page, RIGHT + 30, at - 4);
      cairo_stroke(page);
      put_fitted(page, RIGHT + 38, at, WIDTH - RIGHT - 46, 12, ink, def->names ? def->names[i] : node);
    }
    return;
  }
  char text[32];
  snprintf(text, sizeof text, "%u outputs", data->n_outputs);
  put_text(page, RIGHT + 12, TOP + 10, 0, 12, ink, text);
  put_text(page, RIGHT + 12, TOP + 28, 0, 11, grey, "by highest peak");
  for (int i = 0; i < 120; i++) {
    use(page, palette_ordered(1 - i / 119.0), 1);
    cairo_rectangle(page, RIGHT + 12, TOP + 44 + i, 9, 1.5);
    cairo_fill(page);
  }
  put_frequency(page, RIGHT + 28, TOP + 53, 0, found->hi_hz);
  put_frequency(page, RIGHT + 28, TOP + 162, 0, found->lo_hz);
}

/* The whole page. found->places holds n_outputs values, scratch and points n_points. */
static void draw(cairo_t *page, const plot_def *def, peaks *found, double *scratch, curve_point *points) {
  const landscape *data = def->data;
  const axis x = {AXIS_LOG, data->freq_hz[0], data->freq_hz[data->n_points - 1], 0, LEFT, RIGHT};
  use(page, (colour){1, 1, 1}, 1);
  cairo_paint(page);
  cairo_set_line_join(page, CAIRO_LINE_JOIN_ROUND);
  find_peaks(data, found);
  cairo_select_font_face(page, "sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
  put_fitted(page, LEFT, 36, RIGHT - LEFT, 19, ink, def->title);
  cairo_select_font_face(page, "sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  put_fitted(page, LEFT, 56, WIDTH - LEFT - 20, 12.5, grey, def->subtitle);
  put_transfers(page, def, &x, found, points);
  put_modes(page, data, &x);
  put_conductance(page, data, &x, points, scratch);
  put_legend(page, def, found);
}

/* A failed write stays with the stream: who closes it knows the file's name and the reason. */
static cairo_status_t write_some(void *closure, const unsigned char *data, unsigned int length) {
  if (!ferror((FILE *)closure)) fwrite(data, 1, length, closure);
  return CAIRO_STATUS_SUCCESS;
}

/* Draw onto a surface and give it away; png: where the picture of an image surface goes. */
static r2nn_status draw_on(cairo_surface_t *surface, const plot_def *def, FILE *png, r2nn_error *error) {
  const landscape *data = def->data;
  peaks found = {.places = malloc((data->n_outputs + 1) * sizeof(double))};
  double *scratch = malloc(data->n_points * sizeof *scratch);
  curve_point *points = malloc(data->n_points * sizeof *points);
  cairo_t *page = cairo_create(surface);
  cairo_status_t status = CAIRO_STATUS_NO_MEMORY;
  if (found.places && scratch && points) {
    if (png) cairo_scale(page, PNG_SCALE, PNG_SCALE);
    draw(page, def, &found, scratch, points);
    status = cairo_status(page);
  }
  cairo_destroy(page);
  if (status == CAIRO_STATUS_SUCCESS && png) status = cairo_surface_write_to_png_stream(surface, write_some, png);
  cairo_surface_finish(surface);
  if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface);
  cairo_surface_destroy(surface);
  free(found.places);
  free(scratch);
  free(points);
  if (status == CAIRO_STATUS_SUCCESS) return R2NN_OK;
  return r2nn_fail(error, status == CAIRO_STATUS_NO_MEMORY ? R2NN_NO_MEMORY : R2NN_BAD_ARGUMENT, "cannot draw: %s",
                   cairo_status_to_string(status));
}

r2nn_status plot_svg(FILE *to, const plot_def *def, r2nn_error *error) {
  cairo_surface_t *surface = cairo_svg_surface_create_for_stream(write_some, to, WIDTH, HEIGHT);
  return draw_on(surface, def, NULL, error);
}

r2nn_status plot_png(FILE *to, const plot_def *def, r2nn_error *error) {
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, PNG_SCALE * WIDTH, PNG_SCALE * HEIGHT);
  return draw_on(surface, def, to, error);
}
