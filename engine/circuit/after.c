/* What follows a network: detectors, readout and head, as circuits. */
#include "circuit/after.h"

void r2nn_after_stage(r2nn_maker *maker, const r2nn_model *model, uint32_t index, uint32_t *outputs, double *volt) {
  (void)maker, (void)model, (void)index, (void)outputs, (void)volt;
}

void r2nn_after_all(r2nn_maker *maker, const r2nn_model *model, const uint32_t *outputs, double volt) {
  (void)maker, (void)model, (void)outputs, (void)volt;
}
