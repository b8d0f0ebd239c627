/* Draws a series of boards. */
#include "plot/boards.h"

#include "plot/axis.h"
#include "plot/page.h"
#include "yield_show.h"

#include <math.h>
#include <stdlib.h>

#define MOST_BARS 60u

/* Where the two panels end and begin; the lower one is left out without parts. */
enum { UPPER_END = 318, LOWER_TOP = 396, LABEL_ROOM = 230 };

/* Boards by how many recordings they decide right: bars are as wide as that many. */
typedef struct histogram {
  axis x, y;
  uint32_t n_bars, bars[MOST_BARS];
  double from, width; /* recordings */
  double each;        /* percent that a recording is */
} histogram;

static histogram count(const yield_result *data, uint32_t n_clips, double bottom) {
  uint32_t least = (uint32_t)(0.005 * data->n_boards); /* a lone board far below stands in the first bar */
  double lo = fmin(data->sorted[least], data->quantile) * n_clips;
  double hi = fmax(data->sorted[data->n_boards - 1], data->designed) * n_clips;
  histogram made = {.each = 100.0 / n_clips, .from = fmax(floor(lo) - 2, 0), .width = ceil((hi - lo + 4) / MOST_BARS)};
  made.n_bars = (uint32_t)fmin(floor((hi + 0.5 - made.from) / made.width) + 1, MOST_BARS);
  for (uint32_t i = 0; i < data->n_boards; i++) {
    double at = floor((data->sorted[i] * n_clips + 1e-6 - made.from) / made.width);
    made.bars[(uint32_t)fmin(fmax(at, 0), made.n_bars - 1)]++;
  }
  uint32_t most = 1;
  for (uint32_t i = 0; i < made.n_bars; i++) most = made.bars[i] > most ? made.bars[i] : most;
  made.x = (axis){.kind = AXIS_LINEAR,
                  .lo = (made.from - 0.5) * made.each,
                  .hi = (made.from + made.n_bars * made.width - 0.5) * made.each,
                  .at_lo = PAGE_LEFT,
                  .at_hi = PAGE_RIGHT};
  made.y = (axis){.kind = AXIS_LINEAR, .lo = 0, .hi = 1.05 * most, .at_lo = bottom, .at_hi = PAGE_TOP};
  return made;
}

static void put_ticks(cairo_t *page, const axis *x, double top, double bottom) {
  axis_tick ticks[AXIS_MAX_TICKS];
  uint32_t n = axis_ticks(x, 10, ticks);
  for (uint32_t i = 0; i < n; i++) {
    char text[32];
    double at = axis_place(x, ticks[i].value);
    page_line(page, at, top, at, bottom, 0.75, page_hair);
    if (!ticks[i].labelled || ticks[i].value > 100) continue;
    snprintf(text, sizeof text, "%g", fabs(ticks[i].value) < 1e-9 ? 0 : ticks[i].value);
    page_text(page, at, bottom + 17, 0.5, 11, page_grey, text);
  }
}

/* A dashed line at an accuracy, its name beside the panel in row. */
static void put_mark(cairo_t *page, const histogram *shown, double share, int row, colour with, const char *name) {
  static const double dashes[] = {6, 4};
  char text[64];
  double at = axis_place(&shown->x, fmax(100 * share, shown->x.lo)), y = PAGE_TOP + 12 + 34 * row;
  cairo_set_dash(page, dashes, 2, 0);
  page_line(page, at, PAGE_TOP, at, shown->y.at_lo, 1.3, with);
  cairo_set_dash(page, NULL, 0, 0);
  snprintf(text, sizeof text, "%.2f %%", 100 * share);
  page_text(page, PAGE_RIGHT + 14, y, 0, 12, with, name);
  page_text(page, PAGE_RIGHT + 14, y + 15, 0, 12, with, text);
}

static void put_histogram(cairo_t *page, const boards_def *def, double bottom) {
  const yield_result *data = def->data;
  const histogram shown = count(data, def->n_clips, bottom);
  put_ticks(page, &shown.x, PAGE_TOP, bottom);
  axis_tick ticks[AXIS_MAX_TICKS];
  uint32_t n = axis_ticks(&shown.y, 5, ticks);
  for (uint32_t i = 0; i < n; i++) {
    char text[32];
    double at = axis_place(&shown.y, ticks[i].value);
    if (ticks[i].value != floor(ticks[i].value) || !ticks[i].labelled) continue;
    page_line(page, PAGE_LEFT, at, PAGE_RIGHT, at, 0.75, ticks[i].value > 0 ? page_hair : page_grey);
    snprintf(text, sizeof text, "%g", fabs(ticks[i].value));
    page_text(page, PAGE_LEFT - 9, at + 4, 1, 11, page_grey, text);
  }
  page_turned(page, 18, (PAGE_TOP + bottom) / 2.0, 12, page_ink, "Boards");
  page_text(page, (PAGE_LEFT + PAGE_RIGHT) / 2.0, bottom + 36, 0.5, 12, page_ink, "Accuracy, %");
  page_use(page, palette_distinct(0), 0.75);
  for (uint32_t i = 0; i < shown.n_bars; i++) {
    double from = (shown.from + i * shown.width - 0.5) * shown.each;
    double left = axis_place(&shown.x, from), right = axis_place(&shown.x, from + shown.width * shown.each);
    double top = axis_place(&shown.y, shown.bars[i]);
    cairo_rectangle(page, left + 0.5, top, right - left - 1, bottom - top);
    cairo_fill(page);
  }
  put_mark(page, &shown, data->designed, 0, page_grey, "as designed");
  if (data->stock >= 0) put_mark(page, &shown, data->stock, 1, palette_distinct(2), "stock values");
  put_mark(page, &shown, data->mean, 2, page_ink, "mean");
  put_mark(page, &shown, data->quantile, 3, palette_distinct(1), "5 % are below");
}

static void put_parts(cairo_t *page, const yield_result *data) {
  uint32_t n = data->n_parts < YIELD_SHOWN_PARTS ? data->n_parts : YIELD_SHOWN_PARTS;
  double total = 0, row = (PAGE_BOTTOM - LOWER_TOP) / (double)n;
  for (uint32_t i = 0; i < data->n_parts; i++) total += data->parts[i].loss;
  const axis x = {
      .kind = AXIS_LINEAR, .lo = 0, .hi = 105 * data->parts[0].loss / total, .at_lo = PAGE_LEFT + LABEL_ROOM, .at_hi = PAGE_RIGHT};
  put_ticks(page, &x, LOWER_TOP, PAGE_BOTTOM);
  page_text(page, (x.at_lo + x.at_hi) / 2, PAGE_BOTTOM + 36, 0.5, 12, page_ink,
            "Share of what all tolerances together add to the loss, %");
  for (uint32_t i = 0; i < n; i++) {
    char text[160];
    double y = LOWER_TOP + i * row;
    page_use(page, palette_distinct(0), 0.75);
    cairo_rectangle(page, x.at_lo, y + 0.12 * row, axis_place(&x, 100 * data->parts[i].loss / total) - x.at_lo, 0.76 * row);
    cairo_fill(page);
    snprintf(text, sizeof text, "%s  %s", data->parts[i].name, data->parts[i].path);
    page_text(page, x.at_lo - 9, y + row / 2 + 4, 1, 10.5, page_ink, text);
  }
}

static void draw(cairo_t *page, const void *context) {
  const boards_def *def = context;
  page_title(page, def->title, def->subtitle);
  put_histogram(page, def, def->data->n_parts ? UPPER_END : PAGE_BOTTOM);
  if (def->data->n_parts) put_parts(page, def->data);
}

r2nn_status boards_write(FILE *to, const boards_def *def, bool png, r2nn_error *error) {
  return page_write(to, png, draw, def, error);
}
