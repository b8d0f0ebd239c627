/* Whatever is a part model is one line or good; whatever is a model is a circuit, or one line says why not. */
#include "r2nn/circuit.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Larger ones take seconds each. */
enum { MOST_NODES = 40 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int good, const char *what, const r2nn_error *error) {
  if (good) return;
  fprintf(stderr, "%s: %s\n", what, error->text);
  abort();
}

static void build(const r2nn_model *model) {
  r2nn_circuit_def def = r2nn_circuit_def_default();
  r2nn_netlist_def run = {.result = "result.txt", .duration_s = 1, .step_s = 1e-3, .print_s = 1e-2};
  r2nn_circuit *circuit;
  r2nn_margins margins;
  r2nn_error error = {""};
  if (r2nn_circuit_design(model, &def, &circuit, &error) != R2NN_OK) {
    require(error.text[0] && !strchr(error.text, '\n'), "a refusal is one line", &error);
    return;
  }
  for (uint32_t i = 0; i < circuit->n_elements; i++)
    if (circuit->elements[i].kind == R2NN_RESISTOR)
      require(circuit->elements[i].value > 0 && isfinite(circuit->elements[i].value), "a resistor", &error);
  char *netlist = r2nn_circuit_netlist(circuit, &run), *bom = r2nn_circuit_bom(circuit), *map = r2nn_circuit_map(circuit);
  require(netlist && bom && map, "texts", &error);
  if (r2nn_circuit_margins(circuit, &margins, &error) == R2NN_OK) {
    char *guide = r2nn_circuit_guide(circuit, &margins);
    require(guide != NULL, "guide", &error);
    free(guide);
  }
  free(netlist);
  free(bom);
  free(map);
  r2nn_circuit_free(circuit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  r2nn_part_model parts;
  r2nn_model *model = NULL;
  r2nn_error error = {""};
  if (r2nn_part_model_parse((const char *)data, size, &parts, &error) != R2NN_OK)
    require(error.text[0] && !strchr(error.text, '\n'), "a refusal is one line", &error);
  if (r2nn_model_parse((const char *)data, size, &model, &error) != R2NN_OK) return 0;
  bool is_small = true;
  for (uint32_t s = 0; s < model->n_stages; s++) is_small &= model->stages[s].n_nodes <= MOST_NODES;
  if (is_small) build(model);
  r2nn_model_free(model);
  return 0;
}
