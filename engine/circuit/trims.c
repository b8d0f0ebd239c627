/* Trimmers: which resistors have one, their list, and a circuit whose trimmers were turned. */
#include "circuit/trims.h"

#include "circuit/buffer.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAME_OHM 1e-3 /* a list that was written for other values is of another circuit */

/* The resistor that a value of the first stage can be trimmed by, or NULL; *trim gets which value it is. */
static r2nn_element *resistor_of(const r2nn_circuit *circuit, const r2nn_mapped *mapped, r2nn_trim *trim) {
  if (mapped->n_elements == 0 || !r2nn_trim_find(mapped->path, trim)) return NULL;
  static const char *const roles[R2NN_N_TRIMS] = {
      [R2NN_TRIM_GROUND] = "to ground", [R2NN_TRIM_INPUT] = "input", [R2NN_TRIM_COUPLING] = "coupling"};
  r2nn_element *e = &circuit->elements[mapped->first];
  if (trim->kind == R2NN_TRIM_FDNR) return mapped->n_elements > 2 ? e + 2 : NULL; /* Ca, R2, Rx */
  return strcmp(e->role, roles[trim->kind]) == 0 ? e : NULL; /* NOLINT(clang-analyzer-core.NullDereference): e + 2 is no NULL */
}

/* A trimmer of 1, 2 or 5 times a power of ten and a fixed resistor that turn by range of the whole either way. */
static void choose(r2nn_element *e, double range, r2nn_series series) {
  static const double steps[] = {1, 2, 5};
  for (int k = 3 * (int)floor(log10(2 * range * e->value));; k++) {
    double pot = steps[((k % 3) + 3) % 3] * pow(10, floor(k / 3.0));
    if (pot / 2 >= e->value) return; /* nothing fixed would be left */
    double fixed = r2nn_series_step(series, e->value - pot / 2, 0);
    if (fixed > e->value * (1 - range) || fixed + pot < e->value * (1 + range)) continue;
    e->fixed = fixed;
    e->pot = pot;
    return;
  }
}

void r2nn_trims_choose(r2nn_circuit *circuit) {
  for (uint32_t i = 0; i < circuit->n_mapped; i++) {
    r2nn_trim trim;
    r2nn_element *e = resistor_of(circuit, &circuit->mapped[i], &trim);
    if (e && circuit->def.trims[trim.kind]) choose(e, circuit->def.trim_range, circuit->def.resistors);
  }
}

r2nn_trim *r2nn_circuit_trims(const r2nn_circuit *circuit, uint32_t *n_trims) {
  r2nn_trim *trims = malloc((circuit->n_mapped + (size_t)1) * sizeof *trims);
  *n_trims = 0;
  for (uint32_t i = 0; i < circuit->n_mapped && trims; i++) {
    r2nn_trim *trim = &trims[*n_trims];
    const r2nn_element *e = resistor_of(circuit, &circuit->mapped[i], trim);
    if (!e || e->pot == 0) continue;
    trim->number = e->number;
    trim->ohm = trim->set_ohm = e->value;
    trim->low_ohm = e->fixed;
    trim->high_ohm = e->fixed + e->pot;
    trim->value = circuit->mapped[i].built;
    (*n_trims)++;
  }
  return trims;
}

r2nn_status r2nn_circuit_turn(const r2nn_circuit *circuit, const r2nn_trim *trims, uint32_t n_trims, double *factors,
                              r2nn_error *error) {
  for (uint32_t i = 0; i < n_trims; i++) {
    const r2nn_trim *trim = &trims[i];
    uint32_t k = 0;
    while (k < circuit->n_elements && (circuit->elements[k].kind != R2NN_RESISTOR || circuit->elements[k].number != trim->number))
      k++;
    double ohm = k < circuit->n_elements ? circuit->elements[k].value : 0;
    if (fabs(ohm / trim->ohm - 1) > SAME_OHM)
      return r2nn_fail(error, R2NN_BAD_DATA, "R%u is %.4g ohm here and %.4g ohm there: not the trimmers of this circuit",
                       trim->number, ohm, trim->ohm);
    factors[k] *= trim->set_ohm / trim->ohm;
  }
  return R2NN_OK;
}

char *r2nn_trims_print(const r2nn_trim *trims, uint32_t n_trims) {
  r2nn_buffer to = {0};
  r2nn_buffer_add(&to, "part,field,ohm,low_ohm,high_ohm,set_ohm,value\n");
  for (uint32_t i = 0; i < n_trims; i++) {
    const r2nn_trim *trim = &trims[i];
    char path[64];
    r2nn_trim_path(trim, path, sizeof path);
    r2nn_buffer_add(&to, "RT%u,%s,%s,%s,%s,%s,%s\n", trim->number, path, R2NN_NUMBER(trim->ohm), R2NN_NUMBER(trim->low_ohm),
                    R2NN_NUMBER(trim->high_ohm), R2NN_NUMBER(trim->set_ohm), R2NN_NUMBER(trim->value));
  }
  return r2nn_buffer_take(&to);
}
