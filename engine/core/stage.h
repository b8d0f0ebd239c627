/* What follows from a stage's values at a sample rate. */
#ifndef R2NN_CORE_STAGE_H
#define R2NN_CORE_STAGE_H

#include "r2nn/model.h"

/* Frames of a stage that runs at rate_hz (above 0) for one at its control rate. Any thread. */
uint32_t r2nn_stage_every(const r2nn_stage *stage, double rate_hz);

/* What the peak of an agc keeps from one frame at the control rate to the next, 0..1. Any thread. */
double r2nn_stage_hold(const r2nn_stage *stage, double rate_hz);

#endif
