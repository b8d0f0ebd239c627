/* The detector of a stage over one clip, forward and back: law, RC low-pass, control rate, logarithm, common mode (system.md §4).
 */
#ifndef R2NN_TRAIN_DETECT_H
#define R2NN_TRAIN_DETECT_H

#include "train/linear.h"

/* frames[n_outputs][n_frames / r2nn_stage_every()] from the voltages of a pass; smooth, with a row more, keeps the low-passed
 * values at the frames, and in the last row the peak of agc. */
void r2nn_detect_forward(const r2nn_stage *stage, const r2nn_pass *pass, double *frames, double *smooth);

/* dL/dframes (lost) into dL/dv, which takes the place of the voltages. */
void r2nn_detect_backward(const r2nn_stage *stage, r2nn_pass *pass, double *dframes, const double *smooth);

#endif
