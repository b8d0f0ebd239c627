/* What one run of joint training holds, and its parts: the steps (joint.c), the frames behind a resting first stage
 * (joint_cache.c), validation (joint_check.c) and checkpoints (joint_state.c). Private to these files. */
#ifndef R2NN_TRAIN_JOINT_SESSION_H
#define R2NN_TRAIN_JOINT_SESSION_H

#include "train/adam.h"
#include "train/joint.h"
#include "train/params.h"
#include "train/vary.h"

/* One clip of a mini-batch. */
typedef struct r2nn_slot {
  r2nn_rows rows;
  r2nn_journey journey;
  r2nn_stage_gradient gradient[R2NN_MAX_STAGES];
  bool failed;
} r2nn_slot;

/* A clip's frames behind the first stage. */
typedef struct r2nn_frames {
  uint32_t n;
  double rate_hz, duration_s;
  float *x; /* [n_outputs][n] */
} r2nn_frames;

/* Best values so far. */
typedef struct r2nn_best {
  double accuracy, entropy;
  double typical; /* running mean of the accuracies so far */
  uint32_t n_epochs;
  double *theta; /* of the stages one after the other, the head, centre and spread */
} r2nn_best;

typedef struct r2nn_session {
  const r2nn_dataset *dataset;
  const r2nn_recipe *recipe;
  const r2nn_choice *choice;
  r2nn_trainer *trainer;
  r2nn_fitted *fitted;
  r2nn_cascade cascade;              /* of the drawn stages, or without tolerance of the fitted ones */
  r2nn_stage drawn[R2NN_MAX_STAGES]; /* empty without tolerance */
  r2nn_params params[R2NN_MAX_STAGES];
  r2nn_adam adam[R2NN_MAX_STAGES], head_adam;
  uint32_t n_slots, n_features;
  r2nn_slot *slots;
  r2nn_frames *cache; /* [n_variants][n_clips] */
  uint32_t *order;    /* [n_clips] of the epoch */
  r2nn_table batch;
  double *energies, *dx, *duration_s; /* [n_slots][n_features], alike, [n_slots] */
  double *center, *spread;            /* [n_features] running */
  bool has_running;
  r2nn_best best;
  /* what the tasks of a batch are told */
  uint32_t first, at, epoch;
  uint32_t fit, is_done; /* its number in the run, and whether it is at its end */
  bool was_stopped;      /* before it began */
} r2nn_session;

/* The stages as the recipe starts them and room for all that training takes. s holds data set, recipe, choice, trainer and fitted,
 * and else zeros; it is to be freed whatever becomes of it. Main thread. */
r2nn_status r2nn_session_init(r2nn_session *s, r2nn_error *error);
void r2nn_session_free(r2nn_session *s);

/* The fitted stages' values from stage `from` on into the cascade: as they might come out of the workshop, with every part off by
 * the recipe's tolerance, or (random NULL) as they are. */
void r2nn_session_load(r2nn_session *s, uint32_t from, r2nn_random *random);

/* Values that r2nn_session_keep copies into kept, or with back out of it: all stages, the head, centre and spread. */
size_t r2nn_session_n_kept(const r2nn_session *s);
void r2nn_session_keep(r2nn_session *s, double *kept, bool back);

/* The next epoch's order of the clips, from the last one's. */
void r2nn_session_shuffle(r2nn_session *s);
/* A stream of its own for every clip and epoch. */
r2nn_random r2nn_session_stream(const r2nn_session *s, uint32_t epoch, uint32_t clip);
/* Has a task run out of memory? */
bool r2nn_session_failed(const r2nn_session *s);
r2nn_status r2nn_session_out_of_memory(r2nn_error *error);

/* ---- joint_cache.c ---- */

/* Put every clip in all its variants through the first stage; what that takes is `share` of the present part of the work. Variant 0
 * is the clip as it is. */
r2nn_status r2nn_session_fill_cache(r2nn_session *s, double share, r2nn_error *error);
/* A random variant's frames; false if memory is short. Any thread, one at a time for the same rows. */
bool r2nn_session_cached(const r2nn_session *s, uint32_t clip, r2nn_random *random, r2nn_rows *rows, double *duration_s);

/* ---- joint_check.c ---- */

/* The features of unvaried clips behind the nominal stages; *table is new. Sets the floor if it is not yet known. */
r2nn_status r2nn_session_table(r2nn_session *s, const r2nn_choice *choice, r2nn_table *table, r2nn_error *error);
/* The floor of the readout's logarithm, from the energies of n clips, unless it is known. */
void r2nn_session_set_floor(r2nn_session *s, const double *energies, const double *duration_s, uint32_t n);
/* The learner sees features as it did over many batches. */
void r2nn_session_use_running(r2nn_session *s);
/* How the present values do on valid; keeps them if they are the best so far. */
r2nn_status r2nn_session_check(r2nn_session *s, const r2nn_choice *valid, uint32_t n_epochs, r2nn_error *error);

/* ---- joint_state.c ---- */

/* All that has been reached into the checkpoint, if there is one. At the end of an epoch. */
void r2nn_session_keep_state(r2nn_session *s);
/* Go on where an earlier run was, if it was here at all. R2NN_BAD_DATA if its checkpoint does not fit. */
r2nn_status r2nn_session_find_state(r2nn_session *s, r2nn_error *error);

#endif
