/* Draws points as curves, as marks over names, or as a map of classes: one panel or several side by side, as SVG. */
#ifndef HOSTS_PLOT_CHART_H
#define HOSTS_PLOT_CHART_H

#include "plot/axis.h"

#include <stdio.h>

typedef enum chart_kind {
  CHART_LINES, /* a curve a series, in the order of the points */
  CHART_MARKS, /* x counts names; marks with bars of +-band */
  CHART_MAP    /* a disc a point, its colour by series, its ring by ring */
} chart_kind;

typedef struct chart_point {
  double x, y, band; /* band: +- around y, 0 = none */
  uint32_t panel, series, ring;
} chart_point;

enum { CHART_MOST_NAMES = 64 };

typedef struct chart_def {
  chart_kind kind;
  const char *title, *subtitle, *x_label, *y_label;
  axis_kind x_kind, y_kind;
  double y_lo, y_hi; /* equal: from the points */
  bool percent;      /* y is a share, labelled in per cent */
  uint32_t n_points, n_panels, n_series, n_names;
  const chart_point *points;
  const char *panels[CHART_MOST_NAMES], *series[CHART_MOST_NAMES], *names[CHART_MOST_NAMES]; /* names: of x = 0, 1, ... */
} chart_def;

/* R2NN_NO_MEMORY, R2NN_BAD_ARGUMENT if it cannot be drawn. */
r2nn_status chart_write(FILE *to, const chart_def *def, r2nn_error *error);

#endif
