/* The multiclass perceptron (F. Rosenblatt 1958; averaged as by Y. Freund and R. Schapire 1999). */
#ifndef R2NN_TRAIN_PERCEPTRON_H
#define R2NN_TRAIN_PERCEPTRON_H

#include "train/learner.h"

typedef struct r2nn_perceptron_result {
  double accuracy, train_accuracy; /* 0..1 */
  uint32_t *decided;               /* [test rows], the caller's room, or NULL */
} r2nn_perceptron_result;

/* Trained on train, features standardised, judged on test. last: by the last weights, which are noisy, not by their mean.
 * R2NN_NO_MEMORY. */
r2nn_status r2nn_perceptron(const r2nn_table *train, const r2nn_table *test, uint32_t n_classes, bool last, uint64_t seed,
                            r2nn_perceptron_result *result, r2nn_error *error);

#endif
