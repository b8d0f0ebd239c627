/* Sounds that are none of the classes, made up, for a head to learn what it does not know (system.md §5). */
#ifndef R2NN_TRAIN_STRANGERS_H
#define R2NN_TRAIN_STRANGERS_H

#include "train/data.h"

/* Clips to train on with strangers among them. */
typedef struct r2nn_strangers {
  r2nn_choice choice; /* the clips, then the strangers, whose label is n_classes */
  r2nn_clip *clips;   /* [n] the strangers */
  uint32_t n;
} r2nn_strangers;

/* As many strangers as share (0..1) of the clips, each as long, as loud and at the rate of one of them: melodies, bands of noise,
 * hums and knocks, with frequencies in fmin_hz..fmax_hz. Deterministic for a seed. R2NN_NO_MEMORY. Any thread. */
r2nn_status r2nn_strangers_new(const r2nn_choice *choice, uint32_t n_channels, uint32_t n_classes, double share, double fmin_hz,
                               double fmax_hz, uint64_t seed, r2nn_strangers *strangers, r2nn_error *error);
void r2nn_strangers_free(r2nn_strangers *strangers);

#endif
