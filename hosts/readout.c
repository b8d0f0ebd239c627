/* Which readout a command runs a model with. */
#include "readout.h"

r2nn_readout readout_windows(const r2nn_model *model, double window_s, double hop_s) {
  r2nn_readout readout = model->readout;
  if (window_s > 0) {
    if (!r2nn_readout_is_continuous(&readout)) readout.mode = R2NN_MODE_WINDOW;
    readout.window_s = window_s;
    readout.hop_s = hop_s;
  }
  return readout;
}
