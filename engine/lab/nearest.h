/* The L2 readout (second paper, eq. 4): the class whose mean is nearest. */
#ifndef R2NN_LAB_NEAREST_H
#define R2NN_LAB_NEAREST_H

#include "r2nn/lab.h"

/* mean[n_classes][n] of rows x[n_rows][n]; a class without rows: 0. */
void r2nn_nearest_means(const double *x, const uint32_t *label, uint32_t n_rows, uint32_t n, uint32_t n_classes, double *mean);

/* The class of a row; the first of several at one distance. */
uint32_t r2nn_nearest(const double *x, uint32_t n, const double *mean, uint32_t n_classes);

/* Share of rows decided right; decided[n_rows] or NULL. */
double r2nn_nearest_accuracy(const double *x, const uint32_t *label, uint32_t n_rows, uint32_t n, const double *mean,
                             uint32_t n_classes, uint32_t *decided);

#endif
