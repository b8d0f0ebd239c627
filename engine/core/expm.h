/* The matrix exponential of a real square matrix. */
#ifndef R2NN_CORE_EXPM_H
#define R2NN_CORE_EXPM_H

#include <stdbool.h>
#include <stdint.h>

/* e = exp(a * t), both [n][n] row-major; false if memory is short. Scaling and squaring of the Pade approximant of degree 13
 * (N. J. Higham, The scaling and squaring method for the matrix exponential revisited, SIAM J. Matrix Anal. Appl. 26, 2005). */
bool r2nn_expm(const double *a, uint32_t n, double t, double *e);

#endif
