/* One board of a circuit: its parts drawn, and the model that they make. */
#include "circuit/reading.h"
#include "rt/random.h"

#include <math.h>
#include <stdlib.h>

r2nn_board_def r2nn_board_def_default(void) {
  return (r2nn_board_def){.tolerance = -1};
}

void r2nn_board_draw(const r2nn_circuit *circuit, const r2nn_board_def *def, double *factors) {
  r2nn_random random = r2nn_random_new(def->seed, 60);
  const r2nn_part_model *parts = &circuit->def.parts;
  for (uint32_t i = 0; i < circuit->n_elements; i++) {
    r2nn_element_kind kind = circuit->elements[i].kind;
    bool is_capacitor = kind == R2NN_CAPACITOR, is_drawn = def->seed && (is_capacitor || kind == R2NN_RESISTOR);
    double own = is_capacitor ? parts->capacitor.tolerance : parts->resistor.tolerance;
    double tolerance = def->tolerance < 0 ? own : def->tolerance;
    factors[i] = is_drawn ? 1 + tolerance * (2 * r2nn_random_uniform(&random) - 1) : 1;
  }
}

/* The corner that the high-passes of all channels have in the middle. */
static void read_drive(const r2nn_circuit *circuit, const double *factors, r2nn_model *model) {
  double logs = 0;
  uint32_t n = 0;
  for (uint32_t k = 0; k < circuit->n_blocks && factors; k++) {
    const r2nn_block *block = &circuit->blocks[k];
    if (block->kind != R2NN_BLOCK_DRIVE || block->stage != 0 || block->n_elements == 0) continue;
    if (circuit->elements[block->first].kind != R2NN_CAPACITOR) continue;
    for (uint32_t i = block->first; i < block->first + block->n_elements; i++) logs -= log(factors[i]);
    n++;
  }
  if (n) model->highpass_hz *= exp(logs / (n * model->highpass_order));
}

r2nn_status r2nn_board_model(const r2nn_circuit *circuit, const double *factors, r2nn_model **model, r2nn_error *error) {
  *model = NULL;
  r2nn_model *made = r2nn_model_copy(circuit->built);
  if (!made) return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  r2nn_status status = R2NN_OK;
  uint32_t n_built = circuit->def.network_only ? 1 : made->n_stages;
  for (uint32_t s = 0; s < n_built && status == R2NN_OK; s++) {
    r2nn_reading reading;
    status = r2nn_reading_init(&reading, circuit, factors, s, &made->stages[s], error);
    r2nn_reading_free(&reading);
  }
  read_drive(circuit, factors, made);
  r2nn_error reason = {""};
  if (status == R2NN_OK && !circuit->def.unchecked) status = r2nn_model_check(made, &reason);
  if (reason.text[0] && status == R2NN_NO_MEMORY)
    r2nn_fail(error, status, "%s", reason.text);
  else if (reason.text[0])
    status = r2nn_fail(error, R2NN_UNSTABLE, "as built the network is not stable: %.400s", reason.text);
  if (status == R2NN_OK)
    *model = made;
  else
    r2nn_model_free(made);
  return status;
}

r2nn_status r2nn_board_build(const r2nn_circuit *circuit, const r2nn_board_def *def, r2nn_model **model, r2nn_error *error) {
  *model = NULL;
  double *factors = malloc(((size_t)circuit->n_elements + 1) * sizeof *factors);
  if (!factors) return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  r2nn_board_draw(circuit, def, factors);
  r2nn_status status = r2nn_board_model(circuit, factors, model, error);
  free(factors);
  return status;
}
