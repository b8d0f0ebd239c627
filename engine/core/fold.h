/* What sampling does to a part's response: H and H - H_d at one frequency (system.md §3). */
#ifndef R2NN_CORE_FOLD_H
#define R2NN_CORE_FOLD_H

#include "core/discrete.h"

#include <lapacke.h>

/* One part of a stage at its rate; z, fine and dense of discrete must be there. */
typedef struct r2nn_fold {
  const r2nn_discrete *discrete;
  const r2nn_part *part;
  uint32_t part_index;
  size_t n_paths;        /* n_outputs * n_drives */
  double complex *value; /* [n_paths]: [n_outputs][n_drives] */
  double complex *terms; /* [n_modes][2]: of the residue and of its conjugate */
  double complex *lhs, *x;
  lapack_int *pivot; /* dense work */
} r2nn_fold;

/* False if memory is short; then too it is to be freed. Main thread. */
bool r2nn_fold_init(r2nn_fold *fold, const r2nn_discrete *discrete, uint32_t part_index);
void r2nn_fold_free(r2nn_fold *fold);

/* value = the circuit's H, or what taps have to make good: H - H_d, with H_d the sampled recursion's. */
void r2nn_fold_whole(r2nn_fold *fold, double freq_hz);
void r2nn_fold_error(r2nn_fold *fold, double freq_hz);

#endif
