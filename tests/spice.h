/* Circuits of a test in ngspice. */
#ifndef R2NN_TESTS_SPICE_H
#define R2NN_TESTS_SPICE_H

#include "circuit/scratch.h"
#include "circuit/spice.h"
#include "networks.h"
#include "r2nn/circuit.h"

#include <string.h>

static inline r2nn_circuit *design(const r2nn_model *model, const r2nn_circuit_def *def) {
  r2nn_circuit *circuit;
  r2nn_error error = {""};
  if (r2nn_circuit_design(model, def, &circuit, &error) != R2NN_OK) fail_msg("%s", error.text);
  return circuit;
}

/* Run a netlist with a line of its own in its control part, and read the number that it prints into a file. */
static inline double ask(const r2nn_circuit *circuit, const r2nn_netlist_def *def, const char *line) {
  char folder[SCRATCH_SIZE], path[SCRATCH_SIZE + 16], *text = r2nn_circuit_netlist(circuit, def), word[64];
  char *saved = strstr(text, "\n.save"), *end;
  memset(saved + 1, '*', 1); /* or there is no noise */
  end = strstr(text, ".endc");
  char *asking = malloc(strlen(text) + strlen(line) + 2);
  r2nn_error error = {""};
  double value;
  sprintf(asking, "%.*s%s\n%s", (int)(end - text), text, line, end);
  assert_int_equal(scratch_make(folder, NULL), R2NN_OK);
  assert_int_equal(scratch_write(folder, "net.cir", asking, NULL), R2NN_OK);
  if (spice_run(folder, "net.cir", &error) != R2NN_OK) fail_msg("%s", error.text);
  snprintf(path, sizeof path, "%s/answer.txt", folder);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  assert_int_equal(fscanf(file, "%63s = %lf", word, &value), 2);
  fclose(file);
  scratch_remove(folder);
  free(text);
  free(asking);
  return value;
}

/* The tests, if there is an ngspice; the exit status. */
#define RUN_WITH_SPICE(tests)                                                                                                      \
  (spice_is_there() ? cmocka_run_group_tests(tests, NULL, NULL) : (printf("skipped: ngspice is not installed\n"), 77))

#endif
