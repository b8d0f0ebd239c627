/* A readout for another way of deciding than it was meant for. */
#include "r2nn/model.h"

bool r2nn_readout_is_continuous(const r2nn_readout *readout) {
  return readout->mode == R2NN_MODE_WINDOW || readout->mode == R2NN_MODE_LEAKY;
}

r2nn_readout r2nn_readout_continuous(const r2nn_readout *readout) {
  r2nn_readout made = *readout;
  if (r2nn_readout_is_continuous(readout)) return made;
  made.mode = R2NN_MODE_WINDOW;
  if (!(made.window_s > 0)) made.window_s = R2NN_WINDOW_S;
  return made;
}
