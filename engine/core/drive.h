/* The AC coupling's coefficients at a sample rate. */
#ifndef R2NN_CORE_DRIVE_H
#define R2NN_CORE_DRIVE_H

#include "rt/drive.h"

/* order (0..2) equal sections, each of which has the gain of an RC high-pass, |H| = f/sqrt(f^2 + highpass_hz^2), at this rate:
 * within 0.05 dB over 0..0.4 of the rate while the corner is at most half of it, within 0.11 dB whatever the corner, which may lie
 * far above (system.md §3). Its phase is that of the RC high-pass but for a delay of less than half a frame. highpass_hz 0 or less,
 * or order 0: straight through. rate_hz > 0. Any thread. */
r2nn_drive r2nn_drive_design(double highpass_hz, uint32_t order, double rate_hz);

/* r2nn_drive_step() of a whole row of n >= 1 samples from rest, V, in place, but for the last bits. Any thread. */
void r2nn_drive_row(const r2nn_drive *drive, double *row, size_t n);

#endif
