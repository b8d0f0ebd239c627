/* A stage at a sample rate. */
#include "core/stage.h"

#include <math.h>

uint32_t r2nn_stage_every(const r2nn_stage *stage, double rate_hz) {
  return stage->rate_hz > 0 ? (uint32_t)fmin(fmax(1, round(rate_hz / stage->rate_hz)), UINT32_MAX) : 1;
}

double r2nn_stage_hold(const r2nn_stage *stage, double rate_hz) {
  return exp(-(double)r2nn_stage_every(stage, rate_hz) / (R2NN_AGC_HOLD_S * rate_hz));
}
