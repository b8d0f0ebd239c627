/* LAPACK and BLAS without threads of their own. */
#ifndef R2NN_CORE_BLAS_H
#define R2NN_CORE_BLAS_H

/* The engine starts no thread: OpenBLAS, which would, is held to the caller's (for the whole process). Other BLAS libraries are
 * left as they are. Call before matrices are large; cheap. Main thread. */
void r2nn_blas_quiet(void);

#endif
