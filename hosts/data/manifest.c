/* Reads a data set's manifest, by libcsv. */
#include "data/manifest.h"

#include "parse.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

enum column { PATH, LABEL, GROUP, SPLIT, N_COLUMNS };
static const char *const column_names[N_COLUMNS] = {"path", "label", "group", "split"};

typedef struct reader {
  data_list *list;
  const char *folder;
  uint32_t line;       /* where the row began, from 1 */
  uint32_t n_newlines; /* inside the row's quoted fields */
  char last_end;       /* the character that ended the last row */
  bool has_header;
  uint32_t n_columns, column; /* of the header; the next field's */
  int32_t places[N_COLUMNS];  /* column number of each, -1 = not there */
  char *fields[N_COLUMNS];    /* owned, of the row at hand */
  r2nn_status status;
  r2nn_error *error;
} reader;

static void fail(reader *self, const char *what, const char *detail) {
  if (self->status != R2NN_OK) return;
  self->status = r2nn_fail(self->error, R2NN_BAD_DATA, "%s:%u: %s%.200s", self->list->source, self->line, what, detail);
}

static void header_field(reader *self, const char *name) {
  for (int i = 0; i < N_COLUMNS; i++) {
    if (strcmp(name, column_names[i]) != 0) continue;
    if (self->places[i] >= 0) fail(self, "two columns are called ", name);
    self->places[i] = (int32_t)self->column;
  }
}

static void on_field(void *data, size_t size, void *context) {
  reader *self = context;
  const char *text = data ? data : "";
  if (self->status != R2NN_OK) return;
  for (size_t i = 0; i < size; i++) self->n_newlines += text[i] == '\n';
  if (strlen(text) != size) fail(self, "a field holds a zero byte", "");
  if (!self->has_header) header_field(self, text);
  for (int i = 0; self->has_header && i < N_COLUMNS; i++) {
    if (self->places[i] != (int32_t)self->column) continue;
    self->fields[i] = strdup(text);
    if (!self->fields[i]) self->status = r2nn_fail(self->error, R2NN_NO_MEMORY, "out of memory");
  }
  self->column++;
}

static void end_header(reader *self) {
  self->has_header = true;
  self->n_columns = self->column;
  if (self->places[PATH] < 0 || self->places[LABEL] < 0)
    fail(self, "the first line must name the columns, path and label among them: path,label[,group[,split]]", "");
}

static r2nn_split read_split(reader *self, const char *text) {
  if (strcmp(text, "train") == 0) return R2NN_SPLIT_TRAIN;
  if (strcmp(text, "test") == 0) return R2NN_SPLIT_TEST;
  if (text[0]) fail(self, "split must be train, test or empty, is ", text);
  return R2NN_SPLIT_NONE;
}

static void end_row(reader *self) {
  if (self->column != self->n_columns) {
    char counts[64];
    snprintf(counts, sizeof counts, "%u field%s where the header has %u", self->column, self->column == 1 ? "" : "s",
             self->n_columns);
    fail(self, "has ", counts);
    return;
  }
  const char *path = self->fields[PATH], *label = self->fields[LABEL], *group = self->fields[GROUP], *split = self->fields[SPLIT];
  if (!path[0]) fail(self, "the path is empty", "");
  if (!label[0]) fail(self, "the label is empty", "");
  if (label[0] && !parse_is_name(label)) fail(self, "the label is not UTF-8 text without control characters", "");
  r2nn_split part = split ? read_split(self, split) : R2NN_SPLIT_NONE;
  if (self->status != R2NN_OK) return;

  const char *folder = path[0] == '/' ? "" : self->folder;
  size_t room = strlen(folder) + strlen(path) + 1;
  char *whole = malloc(room);
  if (whole) snprintf(whole, room, "%s%s", folder, path);
  self->status = whole ? data_list_add(self->list, whole, label, group && group[0] ? group : NULL, part, self->line, self->error)
                       : r2nn_fail(self->error, R2NN_NO_MEMORY, "out of memory");
  free(whole);
}

/* A row or, with no field, a blank line ends with the character end (-1: the text ends). CR LF comes as two ends. */
static void on_row(int end, void *context) {
  reader *self = context;
  bool second_half = end == '\n' && self->last_end == '\r' && self->column == 0;
  self->last_end = (char)end;
  if (self->status != R2NN_OK || second_half) return;
  if (self->column > 0) {
    if (self->has_header)
      end_row(self);
    else
      end_header(self);
  }
  for (int i = 0; i < N_COLUMNS; i++) {
    free(self->fields[i]);
    self->fields[i] = NULL;
  }
  self->column = 0;
  self->line += 1 + self->n_newlines;
  self->n_newlines = 0;
}

static int compare_paths(const void *a, const void *b) {
  const data_entry *left = *(const data_entry *const *)a, *right = *(const data_entry *const *)b;
  int order = strcmp(left->path, right->path);
  return order ? order : (left->line > right->line) - (left->line < right->line);
}

/* The same file twice is a mistake when the lines disagree: a leak from training into the test, two labels, or two groups. */
static r2nn_status check_repeats(const data_list *list, r2nn_error *error) {
  const data_entry **sorted = malloc((list->n_entries + 1) * sizeof *sorted);
  if (!sorted) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  r2nn_status status = R2NN_OK;
  for (uint32_t i = 0; i < list->n_entries; i++) sorted[i] = &list->entries[i];
  qsort(sorted, list->n_entries, sizeof *sorted, compare_paths);
  for (uint32_t i = 1; i < list->n_entries && status == R2NN_OK; i++) {
    const data_entry *one = sorted[i - 1], *other = sorted[i];
    if (strcmp(one->path, other->path) == 0 && (strcmp(one->label, other->label) != 0 || one->split != other->split ||
                                                strcmp(one->group ? one->group : "", other->group ? other->group : "") != 0))
      status = r2nn_fail(error, R2NN_BAD_DATA, "%s:%u: %.200s stands in line %u already, with another label, group or split",
                         list->source, other->line, other->path, one->line);
  }
  free(sorted);
  return status;
}

r2nn_status manifest_parse(const char *text, size_t size, const char *folder, data_list *list, r2nn_error *error) {
  if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
    text += 3;
    size -= 3;
  }
  reader self = {.list = list, .folder = folder, .line = 1, .places = {-1, -1, -1, -1}, .error = error};
  struct csv_parser parser;
  if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL | CSV_APPEND_NULL) != 0)
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  csv_set_blk_size(&parser, size + 1); /* no field is longer */
  bool whole = csv_parse(&parser, text, size, on_field, on_row, &self) == size && csv_fini(&parser, on_field, on_row, &self) == 0;
  if (!whole && csv_error(&parser) == CSV_EPARSE) fail(&self, "a quote stands where none may be, or is not closed", "");
  if (!whole && self.status == R2NN_OK) self.status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  csv_free(&parser);
  for (int i = 0; i < N_COLUMNS; i++) free(self.fields[i]);
  if (self.status == R2NN_OK && !self.has_header) fail(&self, "is empty; the first line must be path,label[,group[,split]]", "");
  return self.status == R2NN_OK ? check_repeats(list, error) : self.status;
}
