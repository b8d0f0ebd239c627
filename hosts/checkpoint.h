/* Long training that survives the end of the program: the file MODEL.json.resume beside the model. */
#ifndef HOSTS_CHECKPOINT_H
#define HOSTS_CHECKPOINT_H

#include "r2nn/train.h"

typedef struct checkpoint {
  char *path; /* owned; NULL: the model goes to no file, and nothing is kept */
  char *text; /* owned; what --resume found, or NULL */
  double written_s, every_s;
  bool has_failed, is_written;
  r2nn_checkpoints hooks; /* for r2nn_train */
} checkpoint;

/* Begin for a model that is written to output. With resume the file is read; that there is none is said, and no error. */
r2nn_status checkpoint_open(checkpoint *self, const char *output, bool resume, r2nn_error *error);

/* Training is over. is_done: the model is whole, and the file goes away. Otherwise it stays, and where it is is said. */
void checkpoint_close(checkpoint *self, bool is_done);

#endif
