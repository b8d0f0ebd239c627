/* Tables of results, as text, CSV and JSON. */
#include "lab/table.h"

#include "words.h"

#include <assert.h>
#include <csv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

lab_table lab_table_new(const char *name, const lab_column *columns) {
  lab_table self = {.name = name};
  for (; columns[self.n_columns].name; self.n_columns++) self.columns[self.n_columns] = columns[self.n_columns];
  return self;
}

void lab_table_free(lab_table *self) {
  free(self->cells);
  *self = (lab_table){0};
}

void lab_table_add(lab_table *self, const lab_cell *cells) {
  if (self->n_rows == self->n_room && !self->is_short) {
    uint32_t n_room = self->n_room ? 2 * self->n_room : 64;
    lab_cell *grown = realloc(self->cells, (size_t)n_room * self->n_columns * sizeof *grown);
    self->is_short = !grown;
    if (grown) self->cells = grown;
    if (grown) self->n_room = n_room;
  }
  if (self->is_short) return;
  memcpy(self->cells + (size_t)self->n_rows++ * self->n_columns, cells, self->n_columns * sizeof *cells);
}

uint32_t lab_table_column(const lab_table *self, const char *name) {
  uint32_t i = 0;
  while (i < self->n_columns && strcmp(self->columns[i].name, name) != 0) i++;
  assert(i < self->n_columns);
  return i;
}

const lab_cell *lab_table_cell(const lab_table *self, uint32_t row, uint32_t column) {
  return &self->cells[(size_t)row * self->n_columns + column];
}

/* As people read it. */
static void shown(const lab_table *self, uint32_t row, uint32_t column, char *text, size_t size) {
  const lab_cell *cell = lab_table_cell(self, row, column);
  switch (self->columns[column].kind) {
  case LAB_TEXT:
    snprintf(text, size, "%s", cell->text);
    break;
  case LAB_COUNT:
    snprintf(text, size, "%.0f", cell->number);
    break;
  case LAB_SHARE:
    snprintf(text, size, "%.1f %%", 100 * cell->number);
    break;
  case LAB_NUMBER:
    snprintf(text, size, "%.4g", cell->number);
    break;
  }
  if (self->columns[column].kind != LAB_TEXT && isnan(cell->number)) snprintf(text, size, "-");
}

void lab_table_text(const lab_table *self, FILE *to) {
  char text[160];
  for (uint32_t r = 0; r <= self->n_rows; r++) {
    for (uint32_t c = 0; c < self->n_columns; c++) {
      int width = words_width(self->columns[c].name);
      for (uint32_t k = 0; k < self->n_rows; k++) {
        shown(self, k, c, text, sizeof text);
        if (words_width(text) > width) width = words_width(text);
      }
      if (r == 0)
        snprintf(text, sizeof text, "%s", self->columns[c].name);
      else
        shown(self, r - 1, c, text, sizeof text);
      bool last = c + 1 == self->n_columns, left = self->columns[c].kind == LAB_TEXT;
      if (!left)
        for (int k = words_width(text); k < width; k++) fputc(' ', to);
      words_put(to, text, left && !last ? width : 0);
      fputs(last ? "\n" : "  ", to);
    }
  }
}

void lab_table_csv(const lab_table *self, FILE *to) {
  for (uint32_t c = 0; c < self->n_columns; c++) fprintf(to, "%s%s", c ? "," : "", self->columns[c].name);
  fputc('\n', to);
  for (uint32_t r = 0; r < self->n_rows; r++)
    for (uint32_t c = 0; c < self->n_columns; c++) {
      const lab_cell *cell = lab_table_cell(self, r, c);
      if (c) fputc(',', to);
      if (self->columns[c].kind == LAB_TEXT)
        csv_fwrite(to, cell->text, strlen(cell->text));
      else if (!isnan(cell->number))
        fprintf(to, "%.10g", cell->number);
      if (c + 1 == self->n_columns) fputc('\n', to);
    }
}

json_t *lab_table_json(const lab_table *self) {
  json_t *rows = json_array();
  for (uint32_t r = 0; r < self->n_rows; r++) {
    json_t *row = json_object();
    for (uint32_t c = 0; c < self->n_columns; c++) {
      const lab_cell *cell = lab_table_cell(self, r, c);
      lab_kind kind = self->columns[c].kind;
      json_object_set_new(row, self->columns[c].name,
                          kind == LAB_TEXT          ? json_string(cell->text)
                          : !isfinite(cell->number) ? json_null()
                          : kind == LAB_COUNT       ? json_integer((json_int_t)cell->number)
                                                    : json_real(cell->number));
    }
    json_array_append_new(rows, row);
  }
  return rows;
}
