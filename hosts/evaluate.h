/* Judges a model on a list of recordings, several files at a time, each streamed. */
#ifndef HOSTS_EVALUATE_H
#define HOSTS_EVALUATE_H

#include "audio/channels.h"
#include "data/list.h"
#include "sweep.h"
#include "workers.h"

typedef struct evaluate_def {
  const r2nn_model *model;
  const r2nn_flaws *flaws; /* of the circuit that it is; NULL = none */
  r2nn_readout readout;
  const data_list *list;
  const channel_list *channels;
  bool skip_bad;
  const workers *pool;
  sweep *latency;      /* NULL = not asked for; readout is in file mode then. Times; without any, default ones are filled in */
  sweep *noise;        /* NULL = not asked for. Levels, dB */
  uint64_t noise_seed; /* a clip's noise is the same at every level */
} evaluate_def;

typedef struct evaluation {
  r2nn_tally tally; /* classes as the model numbers them */
  double sound_s, work_s;
} evaluation;

/* Run every file of the list. Files that cannot be used are told; then, unless skip_bad, R2NN_BAD_DATA. R2NN_BAD_DATA also names
 * the first file whose label the model does not know, before any work. The result does not depend on the number of threads. Main
 * thread. */
r2nn_status evaluate(const evaluate_def *def, evaluation *result, r2nn_error *error);
void evaluation_free(evaluation *result);

#endif
