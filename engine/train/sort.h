/* Values in ascending order. */
#ifndef R2NN_TRAIN_SORT_H
#define R2NN_TRAIN_SORT_H

#include <stdint.h>

/* None may be NAN. Any thread. */
void r2nn_sort(double *values, uint32_t n);

#endif
