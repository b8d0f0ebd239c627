/* Reads lists of trimmers, by libcsv. */
#include "hardware/trims_file.h"

#include "parse.h"
#include "text_file.h"

#include <csv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_TEXT ((size_t)1 << 24)
enum { PART, FIELD, OHM, LOW, HIGH, SET, VALUE, N_COLUMNS };
static const char *const columns[N_COLUMNS] = {"part", "field", "ohm", "low_ohm", "high_ohm", "set_ohm", "value"};

typedef struct reader {
  const char *path;
  r2nn_error *error;
  r2nn_status status;
  uint32_t line, column, n, n_room;
  r2nn_trim *trims, row;
} reader;

static void fail(reader *self, const char *what) {
  if (self->status != R2NN_OK) return;
  self->status = r2nn_fail(self->error, R2NN_BAD_DATA, "%s:%u: %s", self->path, self->line, what);
}

static void take_number(reader *self, const char *text) {
  r2nn_trim *row = &self->row;
  double *to[N_COLUMNS] = {
      [OHM] = &row->ohm, [LOW] = &row->low_ohm, [HIGH] = &row->high_ohm, [SET] = &row->set_ohm, [VALUE] = &row->value};
  r2nn_error reason = {""};
  if (!parse_number(columns[self->column], text, -1e12, 1e12, to[self->column], &reason)) fail(self, reason.text);
}

static void on_field(void *data, size_t size, void *context) {
  reader *self = context;
  const char *text = data ? data : "";
  uint64_t number;
  r2nn_error reason = {""};
  (void)size;
  if (self->status != R2NN_OK) return;
  if (self->column >= N_COLUMNS || (self->line == 1 && strcmp(text, columns[self->column]) != 0))
    fail(self, "no list of trimmers; its columns are part,field,ohm,low_ohm,high_ohm,set_ohm,value");
  else if (self->line > 1 && self->column == PART) {
    if (strncmp(text, "RT", 2) != 0 || !parse_whole("part", text + 2, 1, UINT32_MAX, &number, &reason))
      fail(self, "a part is called RT and a number");
    else
      self->row.number = (uint32_t)number;
  } else if (self->line > 1 && self->column == FIELD) {
    uint32_t number_of = self->row.number;
    if (!r2nn_trim_find(text, &self->row)) fail(self, "the field is none that a trimmer can be of");
    self->row.number = number_of;
  } else if (self->line > 1)
    take_number(self, text);
  self->column++;
}

static void on_row(int end, void *context) {
  reader *self = context;
  (void)end;
  if (self->status == R2NN_OK && self->column != N_COLUMNS) fail(self, "a row has seven fields");
  if (self->line > 1 && self->status == R2NN_OK && self->n == self->n_room) {
    self->n_room = self->n_room ? 2 * self->n_room : 64;
    r2nn_trim *grown = realloc(self->trims, self->n_room * sizeof *grown);
    if (grown)
      self->trims = grown;
    else
      self->status = r2nn_fail(self->error, R2NN_NO_MEMORY, "out of memory");
  }
  if (self->line > 1 && self->status == R2NN_OK) self->trims[self->n++] = self->row;
  self->row = (r2nn_trim){0};
  self->column = 0;
  self->line++;
}

r2nn_status trims_file_read(const char *path, const r2nn_stage *stage, r2nn_trim **trims, uint32_t *n_trims, r2nn_error *error) {
  char *text;
  size_t size;
  struct csv_parser parser;
  reader self = {.path = path, .error = error, .line = 1};
  *trims = NULL;
  *n_trims = 0;
  r2nn_status status = text_file_read(path, MOST_TEXT, &text, &size, error);
  if (status != R2NN_OK) return status;
  if (csv_init(&parser, CSV_STRICT | CSV_APPEND_NULL) != 0) {
    free(text);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  if (csv_parse(&parser, text, size, on_field, on_row, &self) != size || csv_fini(&parser, on_field, on_row, &self) != 0)
    fail(&self, csv_strerror(csv_error(&parser)));
  csv_free(&parser);
  free(text);
  r2nn_error reason = {""};
  if (self.status == R2NN_OK && self.n == 0) fail(&self, "holds no trimmers");
  if (self.status == R2NN_OK && r2nn_trims_check(self.trims, self.n, stage, &reason) != R2NN_OK)
    self.status = r2nn_fail(error, R2NN_BAD_DATA, "%s: %s", path, reason.text);
  if (self.status == R2NN_OK) {
    *trims = self.trims;
    *n_trims = self.n;
  } else
    free(self.trims);
  return self.status;
}
