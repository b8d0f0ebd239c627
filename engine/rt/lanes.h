/* Where a part's modes stand in the two banks of a network. */
#ifndef R2NN_RT_LANES_H
#define R2NN_RT_LANES_H

#include "rt/state.h"

/* Mode k of a part, re and im. */
static inline void r2nn_lane_read(const r2nn_network *network, uint32_t lane, double *re, double *im) {
  *re = *im = 0;
  if (lane == R2NN_LANE_NONE) return;
  if (lane >= R2NN_LANE_FINE) {
    lane -= R2NN_LANE_FINE;
    const r2nn_f64v *q = network->f64.q + 2 * (lane / R2NN_F64_LANES);
    *re = q[0][lane % R2NN_F64_LANES];
    *im = q[1][lane % R2NN_F64_LANES];
  } else {
    const r2nn_f32v *q = network->f32.q + 2 * (lane / R2NN_F32_LANES);
    *re = (double)q[0][lane % R2NN_F32_LANES];
    *im = (double)q[1][lane % R2NN_F32_LANES];
  }
}

static inline void r2nn_lane_write(r2nn_network *network, uint32_t lane, double re, double im) {
  if (lane == R2NN_LANE_NONE) return;
  if (lane >= R2NN_LANE_FINE) {
    lane -= R2NN_LANE_FINE;
    r2nn_f64v *q = network->f64.q + 2 * (lane / R2NN_F64_LANES);
    q[0][lane % R2NN_F64_LANES] = re;
    q[1][lane % R2NN_F64_LANES] = im;
  } else {
    r2nn_f32v *q = network->f32.q + 2 * (lane / R2NN_F32_LANES);
    q[0][lane % R2NN_F32_LANES] = (float)re;
    q[1][lane % R2NN_F32_LANES] = (float)im;
  }
}

#endif
