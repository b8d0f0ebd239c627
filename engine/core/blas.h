/* LAPACK and BLAS without threads of their own. */
#ifndef R2NN_CORE_BLAS_H
#define R2NN_CORE_BLAS_H

#include "r2nn/base.h"

/* The engine starts no thread: OpenBLAS, which would, is held to the caller's (for the whole process). Other BLAS libraries are
 * left as they are. Call before matrices are large; cheap. Main thread. */
void r2nn_blas_quiet(void);

/* status, or R2NN_NO_MEMORY if since the last time a call of LAPACKE in this thread, or what surrounds one, has lacked memory: "no
 * solution" alone would be taken for a matrix that has none. Any thread. */
r2nn_status r2nn_blas_settle(r2nn_status status, r2nn_error *error);

/* What surrounds a call of LAPACKE lacks memory. Any thread. */
void r2nn_blas_lack(void);

#endif
