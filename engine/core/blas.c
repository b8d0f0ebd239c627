/* OpenBLAS's own threads are switched off. */
#include "core/blas.h"

/* Absent in other BLAS libraries. */
extern void openblas_set_num_threads(int n) __attribute__((weak));

void r2nn_blas_quiet(void) {
  if (openblas_set_num_threads) openblas_set_num_threads(1);
}
