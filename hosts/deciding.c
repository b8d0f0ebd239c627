/* The options that say when a model decides. */
#include "deciding.h"

#include "parse.h"

#include <math.h>

static const char *const modes[] = {"event", "continuous", "file"};

bool deciding_set(deciding *self, int n_modes, int code, const char *argument, bool *taken, r2nn_error *error) {
  switch (code) {
  case OPTION_MODE:
    self->mode = parse_word("--mode", argument, modes, n_modes, error);
    *taken = self->mode >= 0;
    return true;
  case OPTION_MARGIN:
    *taken = parse_number("--margin", argument, 0, 1, &self->margin, error);
    return true;
  case OPTION_GATE:
    *taken = parse_number("--gate", argument, -200, 200, &self->gate_db, error);
    return true;
  case OPTION_ABOVE:
    *taken = parse_number("--above", argument, 0, 60, &self->above_db, error);
    return true;
  case OPTION_DECIDE:
    *taken = parse_number("--decide", argument, 0, 1e6, &self->decide_s, error);
    return true;
  default:
    return false;
  }
}

r2nn_readout deciding_readout(const deciding *self, const settings *common, const r2nn_model *model) {
  r2nn_readout readout = readout_windows(model, common->window_s, common->hop_s);
  if (self->mode == DECIDING_EVENT) readout.mode = R2NN_MODE_EVENT;
  if (self->mode == DECIDING_FILE) readout.mode = R2NN_MODE_FILE;
  if (self->mode == DECIDING_CONTINUOUS) readout = r2nn_readout_continuous(&readout);
  if (!isnan(self->gate_db)) readout.gate_db = self->gate_db;
  if (!isnan(self->above_db)) readout.above_db = self->above_db;
  if (!isnan(self->decide_s)) readout.decide_s = self->decide_s;
  return readout;
}

bool deciding_fits(const deciding *self, const settings *common, const r2nn_model *model, r2nn_error *error) {
  if (common->window_s > 0 && (self->mode == DECIDING_EVENT || self->mode == DECIDING_FILE)) {
    r2nn_fail(error, R2NN_BAD_ARGUMENT, "--window goes with --mode continuous, not with --mode %s", modes[self->mode]);
    return false;
  }
  const char *events_only = !isnan(self->gate_db)    ? "--gate"
                            : !isnan(self->above_db) ? "--above"
                            : !isnan(self->decide_s) ? "--decide"
                                                     : NULL;
  if (!model || !events_only || deciding_readout(self, common, model).mode == R2NN_MODE_EVENT) return true;
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s goes with --mode event", events_only);
  return false;
}
