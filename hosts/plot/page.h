/* The page that pictures are drawn on: its size, colours, words and lines, and the file it ends in. */
#ifndef HOSTS_PLOT_PAGE_H
#define HOSTS_PLOT_PAGE_H

#include "plot/curve.h"
#include "plot/palette.h"

#include <cairo.h>
#include <stdio.h>

/* The page and the frame that panels lie in, in points; a PNG has twice as many pixels. */
enum { PAGE_WIDTH = 960, PAGE_HEIGHT = 600, PAGE_LEFT = 74, PAGE_RIGHT = 812, PAGE_TOP = 74, PAGE_BOTTOM = 544 };

extern const colour page_ink, page_grey, page_hair, page_faint, page_warning;

void page_use(cairo_t *page, colour with, double opacity);

/* White ground, and the two lines over the frame. */
void page_title(cairo_t *page, const char *title, const char *subtitle);

/* Text at (x, y) of its base line; anchor 0 left, 0.5 middle, 1 right. */
void page_text(cairo_t *page, double x, double y, double anchor, double size, colour with, const char *text);

/* Text from below to above, around (x, y). */
void page_turned(cairo_t *page, double x, double y, double size, colour with, const char *text);

/* A text cut with an ellipsis where it grows wider than room. */
void page_fitted(cairo_t *page, double x, double y, double room, double size, colour with, const char *text);

void page_line(cairo_t *page, double x0, double y0, double x1, double y1, double width, colour with);

/* Leave the clip to a panel of the frame until cairo_restore(). */
void page_enter(cairo_t *page, double top, double bottom);

/* Append a curve to the path. */
void page_trace(cairo_t *page, const curve_point *points, uint32_t n);

/* Does the ending of path stand for a picture that page_write() makes, and for a PNG? */
bool page_is_picture(const char *path);
bool page_is_png(const char *path);

/* Draw the picture and write it, as SVG or PNG. R2NN_NO_MEMORY, R2NN_BAD_ARGUMENT if it cannot be drawn. */
typedef void (*page_draw)(cairo_t *page, const void *context);
r2nn_status page_write(FILE *to, bool png, page_draw draw, const void *context, r2nn_error *error);

/* The same on a page of another size, points. */
r2nn_status page_write_sized(FILE *to, bool png, int width, int height, page_draw draw, const void *context, r2nn_error *error);

#endif
