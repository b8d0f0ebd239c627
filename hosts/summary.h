/* What a model is made of, in figures a person wants to know. */
#ifndef HOSTS_SUMMARY_H
#define HOSTS_SUMMARY_H

#include "r2nn/model.h"

#include <stdio.h>

/* Smallest and largest of some values; n = 0: there are none. */
typedef struct summary_range {
  uint32_t n;
  double lo, hi;
} summary_range;

typedef struct summary_stage {
  uint32_t n_positive, n_negative;                   /* couplings by sign */
  summary_range mode_hz, mode_q;                     /* of the oscillating modes */
  summary_range resistor_ohm, negative_resistor_ohm; /* all resistors: ground, couplings, inputs; magnitudes */
  summary_range capacitor_f, fdnr_fs;                /* values above 0 */
  double margin;                                     /* lambda_min(K)/lambda_max(K) */
} summary_stage;

/* Look at one stage. Errors as r2nn_stage_poles. */
r2nn_status summary_of_stage(const r2nn_stage *stage, summary_stage *summary, r2nn_error *error);

/* Show a model. stages is [model->n_stages]. */
void summary_text(FILE *to, const r2nn_model *model, const summary_stage *stages);
void summary_json(FILE *to, const r2nn_model *model, const summary_stage *stages);

/* Show the members of a JSON object text as indented lines "name  value", objects within it indented further. */
void summary_notes(FILE *to, const char *json, int indent);

#endif
