/* A model made to run live. */
#include "live/program.h"

#include <stdlib.h>

static const double levels_hz = 30; /* a display's rate */

r2nn_status live_program_new(r2nn_model *model, const r2nn_readout *readout, double rate_hz, bool has_board, live_program **program,
                             r2nn_error *error) {
  live_program *self = *program = calloc(1, sizeof *self);
  if (!self) {
    r2nn_model_free(model);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  self->model = model;
  r2nn_engine_def def = r2nn_engine_def_default(model, rate_hz);
  def.readout = *readout;
  def.has_board = has_board;
  r2nn_status status = r2nn_program_init(&self->run, model, &def, false, error);
  if (status != R2NN_OK) {
    live_program_free(self);
    *program = NULL;
    return status;
  }
  self->level_every = rate_hz > levels_hz ? (uint32_t)(rate_hz / levels_hz) : 1;
  return R2NN_OK;
}

void live_program_free(live_program *self) {
  if (!self) return;
  r2nn_program_end(&self->run);
  r2nn_model_free(self->model);
  free(self);
}
