/* A matrix as few products of a column with a row. */
#ifndef R2NN_TRAIN_CROSS_H
#define R2NN_TRAIN_CROSS_H

#include <stdint.h>

/* a [n_rows][n_columns] = sum over i < rank of left[i] right[i]^T with no entry more than tolerance off, by adaptive cross
 * approximation with full pivoting (Bebendorf, Numer. Math. 86, 2000). a becomes what is left over. left [rank][n_rows], none above
 * 1; right [rank][n_columns]; room for the smaller of n_rows and n_columns, which rank does not exceed. Any thread. */
uint32_t r2nn_cross(double *a, uint32_t n_rows, uint32_t n_columns, double tolerance, double *left, double *right);

#endif
