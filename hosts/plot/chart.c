/* Draws points as curves, marks or maps, in panels. */
#include "plot/chart.h"

#include "plot/page.h"

#include <math.h>
#include <stdlib.h>

enum {
  PANEL_WIDTH = 330,
  PANEL_HEIGHT = 250,
  MAP_SIZE = 270,
  LEFT = 64,
  TOP = 92,
  GAP_X = 58,
  GAP_Y = 74,
  LEGEND = 190,
  BELOW = 60
};

/* Where a panel lies. */
typedef struct panel {
  double left, right, top, bottom;
  axis x, y;
} panel;

static uint32_t columns_of(const chart_def *def) {
  return def->n_panels <= 3 ? def->n_panels : def->n_panels == 4 ? 2 : 3;
}

static double width_of(const chart_def *def) {
  double lone = def->n_panels == 1 ? 2.1 : def->n_panels == 2 ? 1.3 : 1;
  return def->kind == CHART_MAP ? MAP_SIZE : PANEL_WIDTH * lone;
}

static double height_of(const chart_def *def) {
  return def->kind == CHART_MAP ? MAP_SIZE : PANEL_HEIGHT * (def->n_panels <= 2 ? 1.6 : 1);
}

/* From the points of all panels, so that they can be compared; a map's x and y of its own panel's. */
static void find_range(const chart_def *def, uint32_t index, axis *x, axis *y) {
  x->lo = y->lo = HUGE_VAL;
  x->hi = y->hi = -HUGE_VAL;
  for (uint32_t i = 0; i < def->n_points; i++) {
    const chart_point *p = &def->points[i];
    if (!isfinite(p->x) || !isfinite(p->y) || (def->kind == CHART_MAP && p->panel != index)) continue;
    if ((x->kind == AXIS_LOG && p->x <= 0) || (y->kind == AXIS_LOG && p->y <= 0)) continue;
    double band = y->kind == AXIS_LOG || !isfinite(p->band) ? 0 : p->band;
    x->lo = fmin(x->lo, p->x);
    x->hi = fmax(x->hi, p->x);
    y->lo = fmin(y->lo, p->y - band);
    y->hi = fmax(y->hi, p->y + band);
  }
  if (!(x->hi >= x->lo)) x->lo = y->lo = 1, x->hi = y->hi = 10;
  if (def->y_hi > def->y_lo) y->lo = def->y_lo, y->hi = def->y_hi;
  if (def->kind == CHART_MARKS) x->lo = -0.6, x->hi = def->n_names - 0.4;
  if (y->kind == AXIS_LOG) {
    y->lo = pow(10, floor(log10(y->lo)));
    y->hi = pow(10, ceil(log10(y->hi) + 1e-9));
  } else if (!(def->y_hi > def->y_lo)) {
    double air = 0.05 * (y->hi - y->lo);
    y->lo -= air > 0 ? air : 1;
    y->hi += air > 0 ? air : 1;
  }
  if (def->percent) y->hi = fmin(y->hi, 1.02);
  if (def->kind == CHART_MAP) {
    double air = 0.05 * (x->hi - x->lo);
    x->lo -= air;
    x->hi += air;
  }
  if (x->hi == x->lo) x->hi = x->lo + 1;
}

static panel panel_of(const chart_def *def, uint32_t index) {
  double width = width_of(def), height = height_of(def);
  uint32_t n_columns = columns_of(def);
  panel p = {.left = LEFT + index % n_columns * (width + GAP_X), .top = TOP + index / n_columns * (height + GAP_Y)};
  p.right = p.left + width;
  p.bottom = p.top + height;
  p.x = (axis){.kind = def->x_kind, .at_lo = p.left, .at_hi = p.right};
  p.y = (axis){.kind = def->y_kind, .at_lo = p.bottom, .at_hi = p.top};
  find_range(def, index, &p.x, &p.y);
  return p;
}

static void put_number(cairo_t *page, double x, double y, double anchor, double value) {
  char text[32];
  snprintf(text, sizeof text, "%s%.6g", value < 0 ? "\342\210\222" : "", fabs(value) < 1e-12 ? 0 : fabs(value));
  page_text(page, x, y, anchor, 10.5, page_grey, text);
}

static void put_axes(cairo_t *page, const chart_def *def, const panel *p, uint32_t index) {
  axis_tick ticks[AXIS_MAX_TICKS];
  uint32_t n = def->kind == CHART_MARKS ? 0 : axis_ticks(&p->x, width_of(def) < 400 ? 4 : 6, ticks);
  for (uint32_t i = 0; i < n; i++) {
    double at = axis_place(&p->x, ticks[i].value);
    page_line(page, at, p->top, at, p->bottom, ticks[i].labelled ? 0.75 : 0.3, page_hair);
    if (ticks[i].labelled) put_number(page, at, p->bottom + 15, 0.5, ticks[i].value);
  }
  for (uint32_t i = 0; i < def->n_names && def->kind == CHART_MARKS; i++)
    page_text(page, axis_place(&p->x, i), p->bottom + 17, 0.5, 10.5, page_ink, def->names[i]);
  n = axis_ticks(&p->y, 6, ticks);
  for (uint32_t i = 0; i < n; i++) {
    double at = axis_place(&p->y, ticks[i].value);
    page_line(page, p->left, at, p->right, at, ticks[i].labelled ? 0.75 : 0.3, page_hair);
    if (ticks[i].labelled) put_number(page, p->left - 7, at + 4, 1, def->percent ? 100 * ticks[i].value : ticks[i].value);
  }
  page_line(page, p->left, p->bottom, p->right, p->bottom, 1, page_grey);
  page_line(page, p->left, p->top, p->left, p->bottom, 1, page_grey);
  if (def->n_panels > 1) page_text(page, p->left, p->top - 8, 0, 12, page_ink, def->panels[index]);
  page_text(page, (p->left + p->right) / 2, p->bottom + 33, 0.5, 11.5, page_ink, def->x_label);
  if (index % columns_of(def) == 0) page_turned(page, 16, (p->top + p->bottom) / 2, 11.5, page_ink, def->y_label);
}

static void put_disc(cairo_t *page, double x, double y, double radius, colour with) {
  page_use(page, with, 1);
  cairo_new_path(page);
  cairo_arc(page, x, y, radius, 0, 2 * M_PI);
  cairo_fill(page);
}

/* The mark of a series: hollow where the colours begin anew. */
static void put_mark(cairo_t *page, double x, double y, double radius, uint32_t series) {
  put_disc(page, x, y, radius, palette_distinct(series));
  if (series >= PALETTE_DISTINCT) put_disc(page, x, y, radius - 1.6, (colour){1, 1, 1});
}

static void put_points(cairo_t *page, const chart_def *def, const panel *p, uint32_t index) {
  for (uint32_t i = 0; i < def->n_points; i++) {
    const chart_point *point = &def->points[i];
    if (point->panel != index || !isfinite(point->y)) continue;
    double shift = def->kind == CHART_MARKS && def->n_series > 1 ? 0.76 * ((point->series + 0.5) / def->n_series - 0.5) : 0;
    double x = axis_place(&p->x, point->x + shift), y = axis_place(&p->y, point->y);
    if (def->kind == CHART_MAP) {
      put_disc(page, x, y, 3.4, palette_distinct(point->ring));
      put_disc(page, x, y, 1.8, palette_distinct(point->series));
      continue;
    }
    if (point->band > 0)
      page_line(page, x, axis_place(&p->y, point->y - point->band), x, axis_place(&p->y, point->y + point->band), 1.2,
                palette_distinct(point->series));
    put_mark(page, x, y, 3.6, point->series);
  }
}

/* A curve, or the edge of its band on one side (+1, -1; 0: itself), as points on the page; how many are left of them. */
static uint32_t collect(const chart_def *def, const panel *p, uint32_t index, uint32_t series, double side, curve_point *points) {
  double least = p->y.kind == AXIS_LOG ? p->y.lo : -HUGE_VAL;
  uint32_t n = 0;
  for (uint32_t i = 0; i < def->n_points; i++) {
    const chart_point *at = &def->points[i];
    if (at->panel != index || at->series != series || !isfinite(at->y) || (p->x.kind == AXIS_LOG && at->x <= 0)) continue;
    points[n++] = (curve_point){axis_place(&p->x, at->x), axis_place(&p->y, fmax(at->y + side * at->band, least))};
  }
  return curve_thin(points, n, 0.1);
}

/* The band under a curve, then the curve. */
static void put_curve(cairo_t *page, const chart_def *def, const panel *p, uint32_t index, uint32_t series, curve_point *points) {
  cairo_new_path(page);
  page_trace(page, points, collect(def, p, index, series, 1, points));
  for (uint32_t k = collect(def, p, index, series, -1, points); k-- > 0;) cairo_line_to(page, points[k].x, points[k].y);
  page_use(page, palette_distinct(series), 0.15);
  cairo_fill(page);
  page_trace(page, points, collect(def, p, index, series, 0, points));
  page_use(page, palette_distinct(series), 1);
  cairo_set_line_width(page, 1.7);
  cairo_stroke(page);
}

/* What draw() is given. */
typedef struct sheet {
  const chart_def *def;
  curve_point *points; /* [n_points] workspace */
} sheet;

static void draw(cairo_t *page, const void *context) {
  const sheet *all = context;
  const chart_def *def = all->def;
  double right = 0, top = TOP + 6;
  page_title(page, def->title, def->subtitle);
  for (uint32_t k = 0; k < def->n_panels; k++) {
    panel p = panel_of(def, k);
    put_axes(page, def, &p, k);
    cairo_save(page);
    cairo_rectangle(page, p.left - 4, p.top - 4, p.right - p.left + 8, p.bottom - p.top + 8);
    cairo_clip(page);
    for (uint32_t s = 0; s < def->n_series && def->kind == CHART_LINES; s++) put_curve(page, def, &p, k, s, all->points);
    if (def->kind != CHART_LINES) put_points(page, def, &p, k);
    cairo_restore(page);
    right = fmax(right, p.right);
  }
  for (uint32_t s = 0; s < def->n_series && (def->n_series > 1 || def->kind == CHART_MAP); s++) {
    put_mark(page, right + 24, top + 18 * s, 4.5, s);
    page_text(page, right + 36, top + 18 * s + 4, 0, 11.5, page_ink, def->series[s]);
  }
}

r2nn_status chart_write(FILE *to, const chart_def *def, r2nn_error *error) {
  uint32_t n_columns = columns_of(def), n_rows = (def->n_panels + n_columns - 1) / n_columns;
  double width = LEFT + n_columns * width_of(def) + (n_columns - 1) * GAP_X + LEGEND;
  double height = TOP + n_rows * height_of(def) + (n_rows - 1) * GAP_Y + BELOW;
  sheet all = {def, malloc((def->n_points + 1) * sizeof *all.points)};
  if (!all.points) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  r2nn_status status = page_write_sized(to, false, (int)fmax(width, 700), (int)height, draw, &all, error);
  free(all.points);
  return status;
}
