/* What follows a network: detectors, readout and head, as circuits. */
#ifndef R2NN_CIRCUIT_AFTER_H
#define R2NN_CIRCUIT_AFTER_H

#include "circuit/make.h"

/* Build the law, the low-pass and the common-mode removal behind stage index. outputs[n_outputs of it]: nets of its output nodes,
 * which become the nets that the next stage hears, at low impedance. volt: of the circuit for 1 V of the model, before and after.
 */
void r2nn_after_stage(r2nn_maker *maker, const r2nn_model *model, uint32_t index, uint32_t *outputs, double *volt);

/* Build the readout and the head. outputs[n_features]: nets of what the last stage gives, at low impedance. */
void r2nn_after_all(r2nn_maker *maker, const r2nn_model *model, const uint32_t *outputs);

/* A log stage's reference, which stands for 1 V; and unit V for each neper that in (at low impedance, > 0) with a floor added is
 * over 1 V. */
uint32_t r2nn_log_reference(r2nn_maker *maker);
uint32_t r2nn_log_of(r2nn_maker *maker, uint32_t in, uint32_t reference, double floor_v, double unit);

#endif
