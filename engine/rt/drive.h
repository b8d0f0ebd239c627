/* The AC coupling: one or two equal RC high-passes in a row, stepped sample by sample. */
#ifndef R2NN_RT_DRIVE_H
#define R2NN_RT_DRIVE_H

#include "r2nn/base.h"
#include "rt/multiversion.h"

#include <stdbool.h>
#include <stdint.h>

/* One section is y[t] = keep y[t-1] + now d[t] + before d[t-1] + earlier d[t-2] with d[t] = x[t] - x[t-1], so that a constant
 * leaves nothing; made by r2nn_drive_design. */
typedef struct r2nn_drive {
  uint32_t order;              /* sections in a row, 0..2; 0: straight through */
  double keep;                 /* 0..1 */
  double now, before, earlier; /* V/V */
} r2nn_drive;

/* One channel's; all zeros at the start. */
typedef struct r2nn_drive_state {
  bool primed;       /* a sample has come */
  double x;          /* V: the last sample */
  double step[2][2]; /* V: the last two differences of each section's input, the newest first */
  double y[2];       /* V: each section's output */
} r2nn_drive_state;

/* The next output, V. What came before the first sample was the same as it. */
R2NN_INLINE double r2nn_drive_step_order(const r2nn_drive *drive, r2nn_drive_state *state, double x, const uint32_t order) {
  if (!order) return x;
  double d = state->primed ? x - state->x : 0;
  state->primed = true;
  state->x = x;
  for (uint32_t s = 0; s < order; s++) {
    double *step = state->step[s], last = state->y[s];
    state->y[s] = drive->keep * last + (drive->now * d + (drive->before * step[0] + drive->earlier * step[1]));
    step[1] = step[0];
    step[0] = d;
    d = state->y[s] - last;
  }
  return state->y[order - 1];
}

static inline double r2nn_drive_step(const r2nn_drive *drive, r2nn_drive_state *state, double x) {
  return r2nn_drive_step_order(drive, state, x, drive->order);
}
#endif
