/* What an experiment has found: tables and pictures of them, shown, and written into a folder. */
#ifndef HOSTS_LAB_RESULT_H
#define HOSTS_LAB_RESULT_H

#include "circuit/folder.h"
#include "lab/table.h"
#include "plot/chart.h"

enum { LAB_MOST_TABLES = 4, LAB_MOST_FIGURES = 4, LAB_MOST_NOTES = 24 };

/* A picture of a table; columns by their names. */
typedef struct lab_figure {
  const char *file; /* without its ending */
  chart_kind kind;
  const char *table;
  const char *x, *y, *band, *panel, *series, *ring; /* NULL: none */
  const char *const *order; /* names of series, those there are, in this order, NULL at the end; NULL: as they come */
  const char *title, *x_label, *y_label;
  axis_kind x_kind, y_kind;
  double y_lo, y_hi; /* equal: from the rows */
} lab_figure;

typedef struct lab_result {
  const char *experiment;
  char subtitle[256]; /* the settings, for pictures */
  uint32_t n_tables, n_figures, n_notes;
  lab_table tables[LAB_MOST_TABLES]; /* the first is shown */
  lab_figure figures[LAB_MOST_FIGURES];
  char **texts; /* [n_texts], owned: what lab_result_keep() made */
  uint32_t n_texts;
  char notes[LAB_MOST_NOTES][256]; /* lines under the shown table; "notes" of the JSON */
} lab_result;

/* The next table, figure, or line. */
lab_table *lab_result_table(lab_result *self, const char *name, const lab_column *columns);
void lab_result_figure(lab_result *self, const lab_figure *figure);
void lab_result_note(lab_result *self, const char *format, ...) R2NN_PRINTF(2, 3);
/* A text for a cell that lives as long as the result; "" if memory is short. */
const char *lab_result_keep(lab_result *self, const char *format, ...) R2NN_PRINTF(2, 3);
void lab_result_free(lab_result *self);

/* Show it as text or JSON on standard output. */
r2nn_status lab_result_show(const lab_result *self, bool as_json, r2nn_error *error);

/* results.json, every table as CSV, every figure as SVG. */
r2nn_status lab_result_write(const lab_result *self, const result_folder *to, r2nn_error *error);

#endif
