/* The symbols of a schematic, by cairo. */
#include "circuit/symbols.h"

#include <math.h>

enum { LABEL = 8 };

static void stroke(cairo_t *page, double width) {
  page_use(page, page_ink, 1);
  cairo_set_line_width(page, width);
  cairo_stroke(page);
}

void symbol_wire(cairo_t *page, const double *points, int n) {
  cairo_new_path(page); /* a text leaves a point */
  for (int i = 0; i < n; i++) cairo_line_to(page, points[2 * i], points[2 * i + 1]);
  stroke(page, 0.8);
}

void symbol_joint(cairo_t *page, double x, double y) {
  cairo_new_path(page);
  cairo_arc(page, x, y, 1.7, 0, 2 * M_PI);
  page_use(page, page_ink, 1);
  cairo_fill(page);
}

static void lead(cairo_t *page, double x0, double y0, double x1, double y1) {
  symbol_wire(page, (const double[]){x0, y0, x1, y1}, 2);
}

void symbol_resistor(cairo_t *page, double x, double top, double bottom, const char *label) {
  double middle = (top + bottom) / 2;
  lead(page, x, top, x, middle - 9);
  lead(page, x, middle + 9, x, bottom);
  cairo_rectangle(page, x - 4, middle - 9, 8, 18);
  stroke(page, 1);
  page_text(page, x + 7, middle + 3, 0, LABEL, page_ink, label);
}

void symbol_capacitor(cairo_t *page, double x, double top, double bottom, const char *label) {
  double middle = (top + bottom) / 2;
  lead(page, x, top, x, middle - 2);
  lead(page, x, middle + 2, x, bottom);
  page_line(page, x - 8, middle - 2, x + 8, middle - 2, 1.4, page_ink);
  page_line(page, x - 8, middle + 2, x + 8, middle + 2, 1.4, page_ink);
  page_text(page, x + 11, middle + 3, 0, LABEL, page_ink, label);
}

void symbol_resistor_lying(cairo_t *page, double left, double right, double y, const char *label) {
  double middle = (left + right) / 2;
  lead(page, left, y, middle - 9, y);
  lead(page, middle + 9, y, right, y);
  cairo_rectangle(page, middle - 9, y - 4, 18, 8);
  stroke(page, 1);
  page_text(page, middle, y - 6, 0.5, LABEL, page_ink, label);
}

void symbol_ground(cairo_t *page, double x, double y) {
  page_line(page, x - 7, y, x + 7, y, 1.2, page_ink);
  page_line(page, x - 4, y + 2.5, x + 4, y + 2.5, 1, page_ink);
  page_line(page, x - 1.5, y + 5, x + 1.5, y + 5, 1, page_ink);
}

void symbol_opamp(cairo_t *page, double x, double y, int direction, bool plus_up, const char *label) {
  double flat = x - direction * 20, tip = x + direction * 20;
  cairo_move_to(page, flat, y - 20);
  cairo_line_to(page, flat, y + 20);
  cairo_line_to(page, tip, y);
  cairo_close_path(page);
  stroke(page, 1);
  page_text(page, flat + direction * 6, y - 9, 0.5, LABEL + 1, page_ink, plus_up ? "+" : "\342\210\222");
  page_text(page, flat + direction * 6, y + 15, 0.5, LABEL + 1, page_ink, plus_up ? "\342\210\222" : "+");
  page_text(page, x - direction * 5, y + 3, 0.5, LABEL - 1, page_grey, label);
}
