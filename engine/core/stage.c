/* A stage at a sample rate. */
#include "core/stage.h"

#include <math.h>

uint32_t r2nn_stage_every(const r2nn_stage *stage, double rate_hz) {
  return stage->rate_hz > 0 ? (uint32_t)fmin(fmax(1, round(rate_hz / stage->rate_hz)), UINT32_MAX) : 1;
}
