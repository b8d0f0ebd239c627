/* Fuzzes the reader of tables with a class column: any bytes give rows and labels in range or a message, and nothing else. */
#include "lab/csv_data.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  r2nn_lab_data table;
  r2nn_error error = {""};
  r2nn_status status = csv_data_parse((const char *)data, size, "table.csv", size % 3 ? NULL : "class", &table, &error);
  if ((status == R2NN_OK) == (error.text[0] != '\0')) abort();
  if (status != R2NN_OK) return 0;
  if (table.n_rows == 0 || table.n_features == 0 || table.n_classes < 2) abort();
  for (uint32_t r = 0; r < table.n_rows; r++)
    if (table.label[r] >= table.n_classes) abort();
  for (size_t i = 0; i < (size_t)table.n_rows * table.n_features; i++)
    if (!isfinite(table.x[i])) abort();
  r2nn_lab_data_free(&table);
  return 0;
}
