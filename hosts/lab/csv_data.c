/* The data sets of the lab, CSV by libcsv. */
#include "lab/csv_data.h"

#include "parse.h"
#include "text_file.h"

#include <csv.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

const char *const csv_data_eight[] = {"iris", "penguins", "wine", "rice", "customers", "magic", "yin-yang", "circles", NULL};

enum { MOST_COLUMNS = R2NN_LAB_MAX_FEATURES + 1, MOST_NAME = 200 };
#define MOST_TEXT ((size_t)1 << 30)

typedef struct reader {
  const char *source, *class_column;
  r2nn_error *error;
  r2nn_status status;
  uint32_t line, column, n_columns, class_at; /* n_columns: 0 before the header has been */
  int last_end;
  char names[MOST_COLUMNS][48];
  double *x;      /* [n_room][n_columns - 1] */
  char **classes; /* [n_room] of each row, owned */
  uint32_t n_rows, n_room;
} reader;

static void fail(reader *self, r2nn_status status, const char *format, ...) R2NN_PRINTF(3, 4);
static void fail(reader *self, r2nn_status status, const char *format, ...) {
  char text[384];
  va_list list;
  if (self->status != R2NN_OK) return;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  self->status = r2nn_fail(self->error, status, "%s:%u: %s", self->source, self->line, text);
}

static bool make_room(reader *self) {
  if (self->n_rows < self->n_room) return true;
  uint32_t n_room = self->n_room ? 2 * self->n_room : 256;
  double *x = realloc(self->x, (size_t)n_room * self->n_columns * sizeof *x);
  if (x) self->x = x;
  char **classes = realloc(self->classes, n_room * sizeof *classes);
  if (classes) self->classes = classes;
  if (x && classes) self->n_room = n_room;
  if (!x || !classes) fail(self, R2NN_NO_MEMORY, "out of memory");
  return x && classes;
}

static void take_class(reader *self, const char *text) {
  if (!text[0])
    fail(self, R2NN_BAD_DATA, "the class is missing");
  else if (!parse_is_name(text))
    fail(self, R2NN_BAD_DATA, "the class is not UTF-8 text without control characters");
  else if (!(self->classes[self->n_rows] = strdup(text)))
    fail(self, R2NN_NO_MEMORY, "out of memory");
}

static void take_number(reader *self, const char *text) {
  char *end;
  const char *name = self->names[self->column];
  uint32_t at = self->column - (self->column > self->class_at);
  double value = strtod(text, &end);
  if (!text[0] || strcasecmp(text, "na") == 0 || strcasecmp(text, "nan") == 0 || strcmp(text, "?") == 0)
    fail(self, R2NN_BAD_DATA, "%s: the value is missing; fill it in or leave the row out", name);
  else if (end == text || *end)
    fail(self, R2NN_BAD_DATA, "%s: must be a number, is \"%.60s\"", name, text);
  else if (!isfinite(value))
    fail(self, R2NN_BAD_DATA, "%s: must be finite, is \"%.60s\"", name, text);
  else
    self->x[(size_t)self->n_rows * (self->n_columns - 1) + at] = value;
}

static void on_field(void *data, size_t size, void *context) {
  reader *self = context;
  const char *text = data ? data : "";
  if (self->status != R2NN_OK) return;
  if (strlen(text) != size) fail(self, R2NN_BAD_DATA, "is not text: it holds a zero byte");
  if (self->column < self->n_columns && make_room(self)) {
    if (self->column == 0) self->classes[self->n_rows] = NULL;
    if (self->column == self->class_at)
      take_class(self, text);
    else
      take_number(self, text);
  }
  if (self->n_columns == 0 && self->column == MOST_COLUMNS) fail(self, R2NN_BAD_DATA, "has more than %d columns", MOST_COLUMNS);
  if (self->n_columns == 0 && self->column < MOST_COLUMNS) snprintf(self->names[self->column], sizeof *self->names, "%s", text);
  self->column++;
}

/* Which column holds the class? */
static void end_header(reader *self) {
  const char *wanted = self->class_column ? self->class_column : "class";
  char *end;
  self->n_columns = self->column;
  self->class_at = self->n_columns - 1;
  for (uint32_t i = self->n_columns; i-- > 0;)
    if (strcasecmp(self->names[i], wanted) == 0) self->class_at = i;
  if (self->class_column && strcasecmp(self->names[self->class_at], wanted) != 0)
    fail(self, R2NN_BAD_DATA, "the header has no column \"%.60s\"", wanted);
  if (self->n_columns < 2)
    fail(self, R2NN_BAD_DATA, "has %u column; features and a class are wanted, with commas between", self->n_columns);
  strtod(self->names[0], &end);
  if (self->names[0][0] && !*end)
    fail(self, R2NN_BAD_DATA, "begins with the number %s; the first line must name the columns", self->names[0]);
}

static void on_row(int end, void *context) {
  reader *self = context;
  bool second_half = end == '\n' && self->last_end == '\r' && self->column == 0;
  self->last_end = end;
  if (self->status != R2NN_OK || second_half) return;
  if (self->column > 0 && self->n_columns == 0) {
    end_header(self);
  } else if (self->column > 0) {
    if (self->column != self->n_columns)
      fail(self, R2NN_BAD_DATA, "has %u field%s where the header has %u", self->column, self->column == 1 ? "" : "s",
           self->n_columns);
    if (self->n_rows == R2NN_LAB_MAX_ROWS) fail(self, R2NN_BAD_DATA, "has more than %u rows", R2NN_LAB_MAX_ROWS);
    if (self->status != R2NN_OK) return; /* the row at hand is freed with the others */
    self->n_rows++;
  }
  self->column = 0;
  self->line++;
}

static int compare(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Classes numbered in the order of their names. */
static r2nn_status number_classes(const reader *self, r2nn_lab_data *data) {
  char **sorted = malloc((self->n_rows + 1) * sizeof *sorted);
  if (!sorted) return r2nn_fail(self->error, R2NN_NO_MEMORY, "out of memory");
  memcpy(sorted, self->classes, self->n_rows * sizeof *sorted);
  qsort(sorted, self->n_rows, sizeof *sorted, compare);
  uint32_t n = 0;
  for (uint32_t r = 0; r < self->n_rows; r++)
    if (n == 0 || strcmp(sorted[n - 1], sorted[r]) != 0) sorted[n++] = sorted[r];
  for (uint32_t r = 0; r < self->n_rows; r++)
    data->label[r] = (uint32_t)((char **)bsearch(&self->classes[r], sorted, n, sizeof *sorted, compare) - sorted);
  data->n_classes = n;
  r2nn_status status = R2NN_OK;
  if (n < 2)
    status =
        r2nn_fail(self->error, R2NN_BAD_DATA, "%s: has one class only (%.60s); at least two are needed", self->source, sorted[0]);
  if (n > R2NN_LAB_MAX_CLASSES)
    status = r2nn_fail(self->error, R2NN_BAD_DATA, "%s: column %s has %u classes; at most %u can be told apart; is it the class?",
                       self->source, self->names[self->class_at], n, R2NN_LAB_MAX_CLASSES);
  free(sorted);
  return status;
}

r2nn_status csv_data_parse(const char *text, size_t size, const char *source, const char *class_column, r2nn_lab_data *data,
                           r2nn_error *error) {
  struct csv_parser parser;
  reader *self = calloc(1, sizeof *self);
  *data = (r2nn_lab_data){0};
  if (!self || csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL | CSV_APPEND_NULL) != 0) {
    free(self);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  *self = (reader){.source = source, .class_column = class_column, .error = error, .line = 1};
  if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) text += 3, size -= 3;
  bool whole = csv_parse(&parser, text, size, on_field, on_row, self) == size && csv_fini(&parser, on_field, on_row, self) == 0;
  if (!whole) fail(self, R2NN_BAD_DATA, "%s", csv_strerror(csv_error(&parser)));
  csv_free(&parser);
  r2nn_status status = self->status;
  if (status == R2NN_OK && self->n_rows == 0) status = r2nn_fail(error, R2NN_BAD_DATA, "%s: holds no rows", source);
  if (status == R2NN_OK) status = r2nn_lab_data_init(data, self->n_rows, self->n_columns - 1, 0, error);
  if (status == R2NN_OK) {
    memcpy(data->x, self->x, (size_t)self->n_rows * (self->n_columns - 1) * sizeof *data->x);
    status = number_classes(self, data);
  }
  if (status != R2NN_OK) r2nn_lab_data_free(data);
  uint32_t n_begun = self->n_rows + (self->column > 0 && self->n_rows < self->n_room);
  for (uint32_t r = 0; r < n_begun; r++) free(self->classes[r]);
  free(self->classes);
  free(self->x);
  free(self);
  return status;
}

/* Tables that are called otherwise as files. */
static const char *file_of(const char *name) {
  return strcmp(name, "customers") == 0 ? "wholesale_customers" : strcmp(name, "magic") == 0 ? "magic_gamma" : name;
}

static bool is_made(const char *name) {
  for (uint32_t k = 0; r2nn_lab_made[k]; k++)
    if (strcmp(r2nn_lab_made[k], name) == 0) return true;
  return false;
}

r2nn_status csv_data_load(const char *name, const char *folder, const char *class_column, r2nn_lab_data *data, r2nn_error *error) {
  char path[PATH_MAX], *text = NULL;
  size_t size = 0, length = strlen(name);
  if (is_made(name)) return r2nn_lab_data_make(name, 0, 1, data, error);
  bool is_file = strchr(name, '/') || (length > 4 && strcmp(name + length - 4, ".csv") == 0);
  snprintf(path, sizeof path, "%s%s%s%s", is_file ? "" : folder, is_file ? "" : "/", is_file ? name : file_of(name),
           is_file ? "" : ".csv");
  if (!is_file && access(path, R_OK) != 0)
    return r2nn_fail(error, R2NN_BAD_DATA,
                     "%s: no such set: neither made (circles, yin-yang, moons, blobs, xor, line) nor is there %s; "
                     "--tables says where tables are",
                     name, path);
  r2nn_status status = text_file_read(path, MOST_TEXT, &text, &size, error);
  if (status == R2NN_OK) status = csv_data_parse(text, size, path, class_column, data, error);
  free(text);
  const char *last = strrchr(name, '/');
  if (status == R2NN_OK) snprintf(data->name, sizeof data->name, "%.60s", is_file && last ? last + 1 : name);
  return status;
}
