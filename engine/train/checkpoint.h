/* What a run of training has reached, as text from which another run goes on to the same model (system.md §5).
 *
 * Training is deterministic, and all but its joint fits is quick. So a checkpoint is the list of the joint fits in the order of the
 * run, each as the values that it had at its last full epoch; the rest is computed again. */
#ifndef R2NN_TRAIN_CHECKPOINT_H
#define R2NN_TRAIN_CHECKPOINT_H

#include "r2nn/train.h"

typedef struct r2nn_checkpoint r2nn_checkpoint;

/* For this data set and specification, from the text of spec->checkpoints if it has one. *checkpoint is NULL if spec->checkpoints
 * is. R2NN_BAD_DATA if the text is damaged or belongs to other recordings, another specification or another version. */
r2nn_status r2nn_checkpoint_new(const r2nn_dataset *dataset, const r2nn_train_spec *spec, r2nn_checkpoint **checkpoint,
                                r2nn_error *error);
void r2nn_checkpoint_free(r2nn_checkpoint *checkpoint);

/* A fit begins: its number. *values [*n] is what an earlier run left of it, or NULL, and is good until the fit is kept. checkpoint
 * may be NULL here and in r2nn_checkpoint_offer. */
uint32_t r2nn_checkpoint_begin(r2nn_checkpoint *checkpoint, double **values, size_t *n);
/* Room for the n values of a fit, which the caller fills in: they are kept from now on. NULL if memory is short. */
double *r2nn_checkpoint_keep(r2nn_checkpoint *checkpoint, uint32_t fit, size_t n);
/* Hand the text to the host, if it asks for it or at_once. */
void r2nn_checkpoint_offer(r2nn_checkpoint *checkpoint, bool at_once);

/* Values written one after the other, or read back in the same order. */
typedef struct r2nn_tape {
  double *values; /* NULL: only counted */
  size_t at;
  bool back;
} r2nn_tape;
void r2nn_tape_values(r2nn_tape *tape, double *values, size_t n);
void r2nn_tape_whole(r2nn_tape *tape, uint32_t *value);

#endif
