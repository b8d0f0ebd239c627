/* The page that pictures are drawn on, by cairo. */
#include "plot/page.h"

#include <cairo-svg.h>
#include <math.h>
#include <string.h>
#include <strings.h>

enum { PNG_SCALE = 2 };

const colour page_ink = {0.13, 0.15, 0.18}, page_grey = {0.42, 0.45, 0.49}, page_hair = {0.88, 0.89, 0.91};
const colour page_faint = {0.945, 0.95, 0.957}, page_warning = {0.80, 0.25, 0.22};

void page_use(cairo_t *page, colour with, double opacity) {
  cairo_set_source_rgba(page, with.r, with.g, with.b, opacity);
}

void page_text(cairo_t *page, double x, double y, double anchor, double size, colour with, const char *text) {
  cairo_text_extents_t box;
  cairo_set_font_size(page, size);
  cairo_text_extents(page, text, &box);
  page_use(page, with, 1);
  cairo_move_to(page, x - anchor * box.x_advance, y);
  cairo_show_text(page, text);
}

void page_turned(cairo_t *page, double x, double y, double size, colour with, const char *text) {
  cairo_save(page);
  cairo_translate(page, x, y);
  cairo_rotate(page, -M_PI / 2);
  page_text(page, 0, 0, 0.5, size, with, text);
  cairo_restore(page);
}

void page_fitted(cairo_t *page, double x, double y, double room, double size, colour with, const char *text) {
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
  page_text(page, x, y, 0, size, with, cut);
}

void page_line(cairo_t *page, double x0, double y0, double x1, double y1, double width, colour with) {
  page_use(page, with, 1);
  cairo_set_line_width(page, width);
  cairo_move_to(page, x0, y0);
  cairo_line_to(page, x1, y1);
  cairo_stroke(page);
}

void page_enter(cairo_t *page, double top, double bottom) {
  cairo_save(page);
  cairo_rectangle(page, PAGE_LEFT, top, PAGE_RIGHT - PAGE_LEFT, bottom - top);
  cairo_clip(page);
}

void page_trace(cairo_t *page, const curve_point *points, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) cairo_line_to(page, points[i].x, points[i].y);
}

void page_title(cairo_t *page, const char *title, const char *subtitle) {
  page_use(page, (colour){1, 1, 1}, 1);
  cairo_paint(page);
  cairo_set_line_join(page, CAIRO_LINE_JOIN_ROUND);
  cairo_select_font_face(page, "sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
  page_fitted(page, PAGE_LEFT, 36, PAGE_RIGHT - PAGE_LEFT, 19, page_ink, title);
  cairo_select_font_face(page, "sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  page_fitted(page, PAGE_LEFT, 56, PAGE_WIDTH - PAGE_LEFT - 20, 12.5, page_grey, subtitle);
}

static bool ends(const char *path, const char *ending) {
  size_t length = strlen(path), n = strlen(ending);
  return length > n && strcasecmp(path + length - n, ending) == 0;
}

bool page_is_png(const char *path) {
  return ends(path, ".png");
}

bool page_is_picture(const char *path) {
  return page_is_png(path) || ends(path, ".svg");
}

/* A failed write stays with the stream: who closes it knows the file's name and the reason. */
static cairo_status_t write_some(void *closure, const unsigned char *data, unsigned int length) {
  if (!ferror((FILE *)closure)) fwrite(data, 1, length, closure);
  return CAIRO_STATUS_SUCCESS;
}

r2nn_status page_write(FILE *to, bool png, page_draw draw, const void *context, r2nn_error *error) {
  return page_write_sized(to, png, PAGE_WIDTH, PAGE_HEIGHT, draw, context, error);
}

r2nn_status page_write_sized(FILE *to, bool png, int width, int height, page_draw draw, const void *context, r2nn_error *error) {
  cairo_surface_t *surface = png ? cairo_image_surface_create(CAIRO_FORMAT_RGB24, PNG_SCALE * width, PNG_SCALE * height)
                                 : cairo_svg_surface_create_for_stream(write_some, to, width, height);
  cairo_t *page = cairo_create(surface);
  if (png) cairo_scale(page, PNG_SCALE, PNG_SCALE);
  draw(page, context);
  cairo_status_t status = cairo_status(page);
  cairo_destroy(page);
  if (status == CAIRO_STATUS_SUCCESS && png) status = cairo_surface_write_to_png_stream(surface, write_some, to);
  cairo_surface_finish(surface);
  if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface);
  cairo_surface_destroy(surface);
  if (status == CAIRO_STATUS_SUCCESS) return R2NN_OK;
  return r2nn_fail(error, status == CAIRO_STATUS_NO_MEMORY ? R2NN_NO_MEMORY : R2NN_BAD_ARGUMENT, "cannot draw: %s",
                   cairo_status_to_string(status));
}
