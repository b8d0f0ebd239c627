/* Layers trained from several starts. */
#ifndef R2NN_LAB_FIT_H
#define R2NN_LAB_FIT_H

#include "lab/layers.h"

/* The start with the lowest training loss (without the penalty of eq. 7) fills layers, the caller's to free, and *loss.
 * R2NN_NO_MEMORY; R2NN_BAD_DATA: no start ended with a finite loss. */
r2nn_status r2nn_lab_fit(const r2nn_lab_layers_def *def, const r2nn_lab_data *train, const r2nn_lab_training *training,
                         uint64_t seed, r2nn_layers *layers, double *loss, r2nn_error *error);

/* Share of rows decided right; decided[n_rows] or NULL. */
double r2nn_lab_accuracy(r2nn_layers *layers, const r2nn_lab_data *data, uint32_t *decided);

#endif
