/* Thins out a curve's points: Douglas and Peucker's method, with x rising. */
#include "plot/curve.h"

#include <math.h>

/* Append to kept, in order, the points needed between first and last (those two excluded). */
static void thin(curve_point *points, uint32_t first, uint32_t last, double tolerance, curve_point *kept, uint32_t *n_kept) {
  double dx = points[last].x - points[first].x, dy = points[last].y - points[first].y, length = hypot(dx, dy), most = 0;
  uint32_t at = first;
  for (uint32_t i = first + 1; i < last; i++) {
    double off = length > 0 ? fabs((points[i].x - points[first].x) * dy - (points[i].y - points[first].y) * dx) / length
                            : hypot(points[i].x - points[first].x, points[i].y - points[first].y);
    if (off > most) {
      most = off;
      at = i;
    }
  }
  if (most > tolerance) {
    curve_point middle = points[at];
    thin(points, first, at, tolerance, kept, n_kept);
    kept[(*n_kept)++] = middle;
    thin(points, at, last, tolerance, kept, n_kept);
  }
}

uint32_t curve_thin(curve_point *points, uint32_t n, double tolerance) {
  if (n < 3) return n;
  /* In place: a point is kept only after all before it were looked at, so what is still to be read is never overwritten. */
  curve_point end = points[n - 1];
  uint32_t n_kept = 1;
  thin(points, 0, n - 1, tolerance, points, &n_kept);
  points[n_kept++] = end;
  return n_kept;
}
