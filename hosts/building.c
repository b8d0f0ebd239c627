/* The options by which a command hears a model as the circuit that would be built from it. */
#include "building.h"

#include "parse.h"
#include "parts_file.h"

building building_default(void) {
  return (building){.model = r2nn_part_model_ideal(), .board = r2nn_board_def_default()};
}

bool building_set(building *self, int code, const char *argument, bool *taken, r2nn_error *error) {
  switch (code) {
  case BUILDING_PARTS:
    self->parts = argument;
    *taken = parts_file_read("--parts", argument, &self->model, error) == R2NN_OK;
    return true;
  case BUILDING_BOARD:
    self->with_board = true;
    *taken = parse_whole("--board", argument, 0, UINT64_MAX, &self->board.seed, error);
    return true;
  case BUILDING_TOLERANCE:
    self->with_tolerance = true;
    *taken = parse_number("--tolerance", argument, 0, 50, &self->board.tolerance, error);
    self->board.tolerance /= 100;
    return true;
  default:
    return false;
  }
}

bool building_fits(const building *self, r2nn_error *error) {
  if (self->parts || (!self->with_board && !self->with_tolerance)) return true;
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s goes with --parts", self->with_board ? "--board" : "--tolerance");
  return false;
}

r2nn_status building_make(const building *self, const r2nn_model *model, r2nn_model **built, r2nn_flaws **flaws,
                          r2nn_error *error) {
  r2nn_circuit_def def = r2nn_circuit_def_default();
  r2nn_circuit *circuit;
  *built = NULL;
  *flaws = NULL;
  def.parts = self->model;
  r2nn_status status = r2nn_circuit_design(model, &def, &circuit, error);
  if (status == R2NN_OK) status = r2nn_board_build(circuit, &self->board, built, error);
  if (status == R2NN_OK) status = r2nn_board_flaws(circuit, &self->board, flaws, error);
  r2nn_circuit_free(circuit);
  return status;
}
