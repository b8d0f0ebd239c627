/* Which readout a command runs a model with. */
#ifndef HOSTS_READOUT_H
#define HOSTS_READOUT_H

#include "r2nn/model.h"

/* The model's readout, over windows of window_s every hop_s if window_s > 0. */
r2nn_readout readout_windows(const r2nn_model *model, double window_s, double hop_s);

#endif
