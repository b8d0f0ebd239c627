/* What an experiment has found, shown and written. */
#include "lab/result.h"

#include "output.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

lab_table *lab_result_table(lab_result *self, const char *name, const lab_column *columns) {
  assert(self->n_tables < LAB_MOST_TABLES);
  self->tables[self->n_tables] = lab_table_new(name, columns);
  return &self->tables[self->n_tables++];
}

void lab_result_figure(lab_result *self, const lab_figure *figure) {
  assert(self->n_figures < LAB_MOST_FIGURES);
  self->figures[self->n_figures++] = *figure;
}

void lab_result_note(lab_result *self, const char *format, ...) {
  va_list list;
  if (self->n_notes == LAB_MOST_NOTES) return;
  va_start(list, format);
  vsnprintf(self->notes[self->n_notes++], sizeof *self->notes, format, list);
  va_end(list);
}

const char *lab_result_keep(lab_result *self, const char *format, ...) {
  va_list list;
  char *text = NULL, **grown = realloc(self->texts, (self->n_texts + 1) * sizeof *grown);
  if (!grown) return "";
  self->texts = grown;
  va_start(list, format);
  if (vasprintf(&text, format, list) < 0) text = NULL;
  va_end(list);
  if (text) self->texts[self->n_texts++] = text;
  return text ? text : "";
}

void lab_result_free(lab_result *self) {
  for (uint32_t i = 0; i < self->n_texts; i++) free(self->texts[i]);
  free(self->texts);
  for (uint32_t i = 0; i < self->n_tables; i++) lab_table_free(&self->tables[i]);
  *self = (lab_result){0};
}

static char *as_json(const lab_result *self) {
  json_t *root = json_pack("{s:s, s:s}", "experiment", self->experiment, "settings", self->subtitle), *notes = json_array();
  for (uint32_t i = 0; i < self->n_tables; i++) json_object_set_new(root, self->tables[i].name, lab_table_json(&self->tables[i]));
  for (uint32_t i = 0; i < self->n_notes; i++) json_array_append_new(notes, json_string(self->notes[i]));
  json_object_set_new(root, "notes", notes);
  char *text = root ? json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(10)) : NULL;
  json_decref(root);
  return text;
}

r2nn_status lab_result_show(const lab_result *self, bool json, r2nn_error *error) {
  output out = {0};
  char *text = json ? as_json(self) : NULL;
  if (json && !text) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  r2nn_status status = output_open(&out, NULL, false, error);
  if (status == R2NN_OK) {
    if (json) fprintf(out.stream, "%s\n", text);
    if (!json) lab_table_text(&self->tables[0], out.stream);
    for (uint32_t i = 0; i < self->n_notes && !json; i++) fprintf(out.stream, "%s%s\n", i ? "" : "\n", self->notes[i]);
    status = output_commit(&out, error);
  }
  free(text);
  return status;
}

/* The place of a name among names; a new one is put behind them. */
static uint32_t place_of(const char **names, uint32_t *n, const char *name) {
  for (uint32_t i = 0; i < *n; i++)
    if (strcmp(names[i], name) == 0) return i;
  if (*n == CHART_MOST_NAMES) return CHART_MOST_NAMES - 1;
  names[*n] = name;
  return (*n)++;
}

static double number_at(const lab_table *table, uint32_t row, const char *column) {
  return column ? lab_table_cell(table, row, lab_table_column(table, column))->number : 0;
}

static uint32_t text_at(const lab_table *table, uint32_t row, const char *column, const char **names, uint32_t *n) {
  return place_of(names, n, column ? lab_table_cell(table, row, lab_table_column(table, column))->text : "");
}

static r2nn_status draw(const lab_result *self, const lab_figure *figure, FILE *to, r2nn_error *error) {
  const lab_table *table = self->tables;
  while (strcmp(table->name, figure->table) != 0) table++;
  chart_point *points = malloc((table->n_rows + 1) * sizeof *points);
  if (!points) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  chart_def def = {.kind = figure->kind,
                   .title = figure->title,
                   .subtitle = self->subtitle,
                   .x_label = figure->x_label,
                   .y_label = figure->y_label,
                   .x_kind = figure->x_kind,
                   .y_kind = figure->y_kind,
                   .y_lo = figure->y_lo,
                   .y_hi = figure->y_hi,
                   .percent = table->columns[lab_table_column(table, figure->y)].kind == LAB_SHARE,
                   .n_points = table->n_rows,
                   .points = points};
  for (uint32_t k = 0; figure->order && figure->order[k]; k++)
    for (uint32_t r = 0; r < table->n_rows; r++)
      if (strcmp(lab_table_cell(table, r, lab_table_column(table, figure->ring ? figure->ring : figure->series))->text,
                 figure->order[k]) == 0)
        place_of(def.series, &def.n_series, figure->order[k]);
  for (uint32_t r = 0; r < table->n_rows; r++) {
    double band = number_at(table, r, figure->band);
    points[r] = (chart_point){.x = figure->kind == CHART_MARKS ? text_at(table, r, figure->x, def.names, &def.n_names)
                                                               : number_at(table, r, figure->x),
                              .y = number_at(table, r, figure->y),
                              .band = isfinite(band) ? band : 0,
                              .panel = text_at(table, r, figure->panel, def.panels, &def.n_panels),
                              .series = text_at(table, r, figure->series, def.series, &def.n_series)};
    if (figure->ring) points[r].ring = text_at(table, r, figure->ring, def.series, &def.n_series);
  }
  r2nn_status status = def.n_panels ? chart_write(to, &def, error) : R2NN_OK;
  free(points);
  return status;
}

/* A file of the folder: a table as CSV, or a picture. */
static r2nn_status write_one(const lab_result *self, const result_folder *to, const lab_table *table, const lab_figure *figure,
                             r2nn_error *error) {
  char name[NAME_MAX];
  output out = {0};
  snprintf(name, sizeof name, "%s.%s", table ? table->name : figure->file, table ? "csv" : "svg");
  r2nn_status status = result_folder_file(to, name, &out, error);
  if (status == R2NN_OK && table) lab_table_csv(table, out.stream);
  if (status == R2NN_OK && figure) status = draw(self, figure, out.stream, error);
  if (status == R2NN_OK) status = output_commit(&out, error);
  output_discard(&out);
  return status;
}

r2nn_status lab_result_write(const lab_result *self, const result_folder *to, r2nn_error *error) {
  char *text = as_json(self), *line = NULL;
  if (text && asprintf(&line, "%s\n", text) < 0) line = NULL;
  free(text);
  r2nn_status status = result_folder_text(to, "results.json", line, error);
  for (uint32_t i = 0; i < self->n_tables && status == R2NN_OK; i++) status = write_one(self, to, &self->tables[i], NULL, error);
  for (uint32_t i = 0; i < self->n_figures && status == R2NN_OK; i++) status = write_one(self, to, NULL, &self->figures[i], error);
  return status;
}
