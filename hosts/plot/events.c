/* Draws a recording with what was decided about it. */
#include "plot/events.h"

#include "plot/axis.h"
#include "plot/page.h"

#include <math.h>

/* The page from above: names and scores, waveform, time, scores of all classes. */
enum {
  NAMES = PAGE_TOP + 14,
  WAVE_TOP = PAGE_TOP + 42,
  WAVE_BOTTOM = 300,
  ROWS_TOP = 340,
  MOST_ROWS = 20,
  RIGHT = PAGE_WIDTH - 24
};

static const double narrowest = 1.2; /* points: a box is never thinner */

static colour colour_of(const events_def *def, int32_t class_index) {
  uint32_t n = def->data->n_classes;
  if (class_index < 0) return page_grey;
  return n <= PALETTE_DISTINCT ? palette_distinct((uint32_t)class_index) : palette_ordered(class_index / (n - 1.0));
}

static void put_box(cairo_t *page, const axis *x, const trace_event *event, double top, double bottom, colour with,
                    double opacity) {
  double left = axis_place(x, event->start_s), width = fmax(axis_place(x, event->end_s) - left, narrowest);
  page_use(page, with, opacity);
  cairo_rectangle(page, left, top, width, bottom - top);
  cairo_fill(page);
}

static void put_wave(cairo_t *page, const events_def *def, const axis *x) {
  const trace *data = def->data;
  double most = 1e-9, middle = (WAVE_TOP + WAVE_BOTTOM) / 2.0, half = (WAVE_BOTTOM - WAVE_TOP) / 2.0 - 4;
  for (uint32_t i = 0; i < data->n_steps; i++) most = fmax(most, fmax((double)data->steps[i].hi, -(double)data->steps[i].lo));
  double step_s = (double)data->frames_a_step * def->seconds / (double)data->n_frames;
  page_line(page, PAGE_LEFT, middle, RIGHT, middle, 0.75, page_hair);
  cairo_new_path(page);
  for (int side = 1; side >= -1; side -= 2) { /* along the upper edge, back along the lower one */
    curve_point points[TRACE_STEPS];
    for (uint32_t i = 0; i < data->n_steps; i++) {
      trace_step step = data->steps[i];
      points[i] = (curve_point){axis_place(x, i * step_s), middle - (double)(side > 0 ? step.hi : step.lo) / most * half};
    }
    uint32_t n = curve_thin(points, data->n_steps, 0.2);
    for (uint32_t i = 0; i < n; i++) {
      const curve_point *point = &points[side > 0 ? i : n - 1 - i];
      cairo_line_to(page, point->x, point->y);
    }
  }
  cairo_close_path(page);
  page_use(page, page_ink, 0.75);
  cairo_fill_preserve(page);
  cairo_set_line_width(page, 0.6);
  cairo_stroke(page);
}

/* The class and the score above a box, where the box before leaves room. */
static void put_names(cairo_t *page, const events_def *def, const axis *x) {
  double free_from = 0;
  for (uint32_t i = 0; i < def->data->n_events; i++) {
    const trace_event *event = &def->data->events[i];
    const char *name = event->class_index < 0 ? "?" : def->classes[event->class_index];
    char score[16];
    cairo_text_extents_t box;
    cairo_set_font_size(page, 17);
    cairo_text_extents(page, name, &box);
    double middle = axis_place(x, (event->start_s + event->end_s) / 2), half = fmax(box.x_advance, 22) / 2;
    if (middle - half < free_from) continue;
    free_from = middle + half + 3;
    snprintf(score, sizeof score, "%.2f", (double)event->score);
    page_text(page, middle, NAMES, 0.5, 17, event->class_index < 0 ? page_grey : page_ink, name);
    page_text(page, middle, NAMES + 17, 0.5, 10.5, page_grey, score);
  }
}

/* A row a class: the darker, the higher its score; the decided one is framed. */
static void put_rows(cairo_t *page, const events_def *def, const axis *x) {
  const trace *data = def->data;
  double height = fmin((double)(PAGE_BOTTOM + 30 - ROWS_TOP) / data->n_classes, 30);
  for (uint32_t k = 0; k < data->n_classes; k++) {
    double top = ROWS_TOP + k * height, bottom = top + height - 2;
    page_use(page, page_faint, 1);
    cairo_rectangle(page, PAGE_LEFT, top, RIGHT - PAGE_LEFT, height - 2);
    cairo_fill(page);
    char name[160];
    snprintf(name, sizeof name, "%.150s", def->classes[k]);
    double size = fmin(12, height - 3);
    cairo_text_extents_t box;
    cairo_set_font_size(page, size);
    cairo_text_extents(page, name, &box);
    double room = PAGE_LEFT - 14;
    page_fitted(page, fmax(PAGE_LEFT - 8 - box.x_advance, 6), (top + bottom) / 2 + 0.35 * size, room, size, page_ink, name);
    for (uint32_t i = 0; i < data->n_events; i++) {
      const trace_event *event = &data->events[i];
      double score = (double)data->scores[(size_t)i * data->n_classes + k];
      if (score >= 0.005) put_box(page, x, event, top, bottom, colour_of(def, event->class_index < 0 ? -1 : (int32_t)k), score);
    }
  }
}

static void put_time(cairo_t *page, const axis *x) {
  axis_tick ticks[AXIS_MAX_TICKS];
  uint32_t n = axis_ticks(x, 10, ticks);
  page_line(page, PAGE_LEFT, WAVE_BOTTOM, RIGHT, WAVE_BOTTOM, 0.75, page_grey);
  for (uint32_t i = 0; i < n; i++) {
    char text[32];
    double at = axis_place(x, ticks[i].value);
    snprintf(text, sizeof text, "%.6g s", fabs(ticks[i].value)); /* no -0 */
    page_line(page, at, WAVE_BOTTOM, at, WAVE_BOTTOM + 4, 0.75, page_grey);
    page_text(page, at, WAVE_BOTTOM + 17, 0.5, 11, page_grey, text);
  }
}

static void draw(cairo_t *page, const void *context) {
  const events_def *def = context;
  const axis x = {.kind = AXIS_LINEAR, .lo = 0, .hi = def->seconds, .at_lo = PAGE_LEFT, .at_hi = RIGHT};
  bool with_rows = def->data->n_classes <= MOST_ROWS;
  page_title(page, def->title, def->subtitle);
  for (uint32_t i = 0; i < def->data->n_events; i++) {
    const trace_event *event = &def->data->events[i];
    put_box(page, &x, event, WAVE_TOP, WAVE_BOTTOM, colour_of(def, event->class_index), 0.22);
    put_box(page, &x, event, WAVE_TOP - 4, WAVE_TOP, colour_of(def, event->class_index), 1);
  }
  put_wave(page, def, &x);
  put_names(page, def, &x);
  put_time(page, &x);
  if (with_rows) put_rows(page, def, &x);
}

r2nn_status events_write(FILE *to, const events_def *def, bool png, r2nn_error *error) {
  return page_write(to, png, draw, def, error);
}
