/* Fuzzes the reader of resistor networks: any bytes give a network that can be solved or a message, and nothing else. */
#include "r2nn/lab.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  r2nn_lab_problem problem;
  r2nn_error error = {""};
  char *json = NULL;
  r2nn_status status = r2nn_lab_problem_parse((const char *)data, size, &problem, &error);
  if ((status == R2NN_OK) == (error.text[0] != '\0')) abort();
  if (status != R2NN_OK) return 0;
  if (problem.graph.n_nodes <= 100 && r2nn_lab_problem_answer(&problem, &json, &error) == R2NN_OK && !json) abort();
  free(json);
  r2nn_lab_problem_free(&problem);
  return 0;
}
