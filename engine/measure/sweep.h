/* What the rest of the room must know about a sweep. */
#ifndef R2NN_MEASURE_SWEEP_H
#define R2NN_MEASURE_SWEEP_H

#include "r2nn/measure.h"

/* L = T/ln(f1/f0), s: the answer of the k-th harmonic comes L ln k before that of the fundamental. */
double r2nn_sweep_octave(const r2nn_sweep *sweep);

#endif
