/* Tables of results: what every experiment of the lab puts out, as text, CSV and JSON. */
#ifndef HOSTS_LAB_TABLE_H
#define HOSTS_LAB_TABLE_H

#include "r2nn/base.h"

#include <jansson.h>
#include <stdio.h>

typedef enum lab_kind {
  LAB_TEXT,
  LAB_COUNT,
  LAB_NUMBER, /* shown to four digits */
  LAB_SHARE,  /* 0..1; shown in per cent */
} lab_kind;

typedef struct lab_column {
  const char *name;
  lab_kind kind;
} lab_column;

/* One of them by its column's kind. The text must outlive the table. */
typedef struct lab_cell {
  const char *text;
  double number; /* NAN: there is none */
} lab_cell;
#define LAB_T(value)                                                                                                               \
  { .text = (value) }
#define LAB_N(value)                                                                                                               \
  { .number = (value) }

enum { LAB_MOST_COLUMNS = 18 };

typedef struct lab_table {
  const char *name; /* of its file and its JSON field: "rows" is the one that is shown */
  uint32_t n_columns, n_rows, n_room;
  lab_column columns[LAB_MOST_COLUMNS];
  lab_cell *cells; /* [n_rows][n_columns], owned */
  bool is_short;   /* memory ran out */
} lab_table;

/* An empty table of columns that end with one whose name is NULL. */
lab_table lab_table_new(const char *name, const lab_column *columns);
void lab_table_free(lab_table *self);

/* Append a row of n_columns cells. */
void lab_table_add(lab_table *self, const lab_cell *cells);

/* The place of a column, which must be there. */
uint32_t lab_table_column(const lab_table *self, const char *name);
const lab_cell *lab_table_cell(const lab_table *self, uint32_t row, uint32_t column);

void lab_table_text(const lab_table *self, FILE *to);
void lab_table_csv(const lab_table *self, FILE *to);
json_t *lab_table_json(const lab_table *self);

#endif
