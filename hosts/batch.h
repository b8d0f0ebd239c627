/* Runs a model over many files, several at once, and tells what each came to in their order, as if they were done one by one. */
#ifndef HOSTS_BATCH_H
#define HOSTS_BATCH_H

#include "stream.h"

/* What is told, never two at a time, but from any of the threads. */
typedef struct batch_def {
  const char *const *files;
  uint32_t n_files;
  void (*on_decision)(void *context, uint32_t index, double rate_hz, const r2nn_decision *decision); /* its features are NULL */
  /* The file is done; result counts where status is R2NN_OK, error says otherwise what was wrong. */
  void (*on_end)(void *context, uint32_t index, r2nn_status status, const stream_result *result, const r2nn_error *error);
  void (*on_progress)(void *context, uint32_t index, double share); /* of the first file that is not done; as stream_progress */
  bool (*is_over)(void *context);                                   /* begin no other file: what comes has no place to go */
  void *context;
} batch_def;

/* Each thread has one of the streams, and so many run at once; the same is told whatever n_streams. The first file that is not
 * done is told as it goes, however long it is; what the ones after it decide is kept until then, and those begun are at most a few
 * times the threads ahead. R2NN_NO_MEMORY; what has been told then is whole files. Main thread. */
r2nn_status batch_run(const batch_def *def, stream *streams, uint32_t n_streams, const r2nn_workers *workers, r2nn_error *error);

#endif
