/* Makes the program that a player runs. */
#include "r2nn/player.h"

#include <stdlib.h>

r2nn_status r2nn_program_init(r2nn_program *program, const r2nn_model *model, const r2nn_engine_def *def, bool has_nodes,
                              r2nn_error *error) {
  r2nn_engine_def live = *def;
  if (live.readout.mode == R2NN_MODE_FILE) live.readout.mode = R2NN_MODE_EVENT;
  *program = (r2nn_program){.has_events = live.readout.mode == R2NN_MODE_EVENT,
                            .rate_hz = def->rate_hz,
                            .kin = def->kin,
                            .n_classes = model->n_classes,
                            .n_nodes = model->stages[0].n_outputs};
  r2nn_status status = r2nn_engine_new(model, &live, &program->engine, error);
  if (status != R2NN_OK) return status;
  uint32_t apart = r2nn_engine_max_frames(program->engine) / R2NN_DECISION_QUEUE; /* an event's hang-over, or a hop */
  program->piece = apart < 1 ? 1 : apart < R2NN_PIECE ? apart : R2NN_PIECE;
  program->n_channels = r2nn_engine_width(program->engine);
  program->block = calloc((size_t)R2NN_PIECE * program->n_channels, sizeof *program->block);
  if (has_nodes) program->nodes = calloc((size_t)R2NN_PIECE * program->n_nodes, sizeof *program->nodes);
  if (program->block && (program->nodes || !has_nodes)) return R2NN_OK;
  r2nn_program_end(program);
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
}

void r2nn_program_end(r2nn_program *program) {
  r2nn_engine_free(program->engine);
  free(program->block);
  free(program->nodes);
  *program = (r2nn_program){0};
}
