/* OpenBLAS's own threads are switched off, and what LAPACKE would print on standard output is kept. */
#include "core/blas.h"

#include <lapacke.h>

/* Absent in other BLAS libraries. */
extern void openblas_set_num_threads(int n) __attribute__((weak));

void r2nn_blas_quiet(void) {
  if (openblas_set_num_threads) openblas_set_num_threads(1);
}

static _Thread_local bool is_short;

void LAPACKE_xerbla(const char *name, lapack_int info);

/* Stands before LAPACKE's own, which prints "Not enough memory ..." on standard output. */
void LAPACKE_xerbla(const char *name, lapack_int info) {
  (void)name;
  is_short |= info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR;
}

void r2nn_blas_lack(void) {
  is_short = true;
}

r2nn_status r2nn_blas_settle(r2nn_status status, r2nn_error *error) {
  if (is_short) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a matrix");
  is_short = false;
  return status;
}
