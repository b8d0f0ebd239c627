/* Choosing clips: checks of a data set, folds over groups, and windows cut from clips. */
#ifndef R2NN_TRAIN_DATA_H
#define R2NN_TRAIN_DATA_H

#include "r2nn/train.h"

/* A choice of clips; the clips belong to the data set (or to the windows they were cut into). */
typedef struct r2nn_choice {
  uint32_t n;
  const r2nn_clip **clips; /* [n] */
} r2nn_choice;

/* Everything about the data set that training relies on; window_s 0 = whole clips. R2NN_BAD_DATA. */
r2nn_status r2nn_data_check(const r2nn_dataset *dataset, double window_s, r2nn_error *error);

/* R2NN_BAD_DATA if a group stands in both splits, which would make the test dishonest. Where all groups of the test do (and are
 * several), the split was never meant to be by group, as in a test of new takes by known speakers: that is allowed, and *shared. */
r2nn_status r2nn_data_check_split(const r2nn_dataset *dataset, bool *shared, r2nn_error *error);

/* Put every clip of the choice into one of n_folds, whole groups together, classes spread as evenly as the groups allow: fold[n].
 * R2NN_BAD_DATA if there are fewer groups than folds. Deterministic for a seed. */
r2nn_status r2nn_data_folds(const r2nn_dataset *dataset, const r2nn_choice *choice, uint32_t n_folds, uint64_t seed, uint32_t *fold,
                            r2nn_error *error);

/* The clips whose fold equals (or, with inverse, differs from) which. */
r2nn_status r2nn_choice_fold(const r2nn_choice *choice, const uint32_t *fold, uint32_t which, bool inverse, r2nn_choice *part,
                             r2nn_error *error);
/* The clips of a split of the data set; R2NN_SPLIT_NONE = all. */
r2nn_status r2nn_choice_split(const r2nn_dataset *dataset, r2nn_split split, r2nn_choice *part, r2nn_error *error);
void r2nn_choice_free(r2nn_choice *choice);

/* R2NN_BAD_DATA unless every class of the data set has a clip here, long enough for a window (window_s 0 = any length); where names
 * the part ("the training part"). */
r2nn_status r2nn_choice_covers(const r2nn_dataset *dataset, const r2nn_choice *choice, double window_s, double hop_s,
                               const char *where, r2nn_error *error);

/* Cut clips into windows of window_s every hop_s (a last one at least half full counts, as the engine does it); window_s 0 = the
 * whole clips. windows holds the clips themselves, free both. */
typedef struct r2nn_windows {
  r2nn_choice choice;
  r2nn_clip *clips; /* [choice.n] views into the samples */
} r2nn_windows;
r2nn_status r2nn_windows_cut(const r2nn_choice *choice, uint32_t n_channels, double window_s, double hop_s, r2nn_windows *windows,
                             r2nn_error *error);
void r2nn_windows_free(r2nn_windows *windows);

/* The duration that all clips share within two frames, s, or 0. */
double r2nn_choice_common_duration(const r2nn_choice *choice);

#endif
