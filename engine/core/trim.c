/* Trimmers, and what turning them does to a stage. */
#include "r2nn/trim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const r2nn_trim_names[R2NN_N_TRIMS] = {"ground", "fdnr", "input", "coupling"};

static const char *const formats[R2NN_N_TRIMS] = {"stages[0].nodes[%u].g", "stages[0].nodes[%u].d", "stages[0].inputs[%u]",
                                                  "stages[0].couplings[%u]"};

void r2nn_trim_path(const r2nn_trim *trim, char *text, size_t size) {
  const char *format = formats[trim->kind], *place = strchr(format, '%');
  snprintf(text, size, "%.*s%u%s", (int)(place - format), format, trim->index, place + 2);
}

bool r2nn_trim_find(const char *path, r2nn_trim *trim) {
  for (int kind = 0; kind < R2NN_N_TRIMS; kind++) {
    char text[64];
    const char *place = strchr(formats[kind], '%');
    size_t n = (size_t)(place - formats[kind]);
    if (strncmp(path, formats[kind], n) != 0) continue;
    *trim = (r2nn_trim){.kind = (r2nn_trim_kind)kind};
    for (const char *at = path + n; *at >= '0' && *at <= '9' && trim->index < 100000000; at++)
      trim->index = 10 * trim->index + (uint32_t)(*at - '0');
    r2nn_trim_path(trim, text, sizeof text);
    if (strcmp(path, text) == 0) return true;
  }
  return false;
}

r2nn_status r2nn_trims_check(const r2nn_trim *trims, uint32_t n_trims, const r2nn_stage *stage, r2nn_error *error) {
  const uint32_t limits[R2NN_N_TRIMS] = {stage->n_nodes, stage->n_nodes, stage->n_inputs, stage->n_couplings};
  for (uint32_t i = 0; i < n_trims; i++) {
    const r2nn_trim *trim = &trims[i];
    char path[64];
    r2nn_trim_path(trim, path, sizeof path);
    if (trim->index >= limits[trim->kind]) return r2nn_fail(error, R2NN_BAD_DATA, "RT%u: the model has no %s", trim->number, path);
    if (!(trim->low_ohm > 0 && trim->low_ohm <= trim->ohm && trim->ohm <= trim->high_ohm && isfinite(trim->high_ohm)))
      return r2nn_fail(error, R2NN_BAD_DATA, "RT%u: %g ohm must lie between %g and %g ohm", trim->number, trim->ohm, trim->low_ohm,
                       trim->high_ohm);
    if (!(trim->set_ohm >= trim->low_ohm * (1 - 1e-9) && trim->set_ohm <= trim->high_ohm * (1 + 1e-9)))
      return r2nn_fail(error, R2NN_BAD_DATA, "RT%u: is set to %g ohm, it turns from %g to %g ohm", trim->number, trim->set_ohm,
                       trim->low_ohm, trim->high_ohm);
    if (!(isfinite(trim->value) && trim->value != 0))
      return r2nn_fail(error, R2NN_BAD_DATA, "RT%u: its value must be a number, not 0", trim->number);
  }
  return R2NN_OK;
}

/* A resistor loads its node by |g| whatever the sign of what it makes: K_ii grows by |dg|, of which g has what dg has not. */
static void load(r2nn_stage *stage, uint32_t node, double before, double after) {
  stage->nodes[node].g += (fabs(after) - fabs(before)) - (after - before);
}

void r2nn_trims_turn(const r2nn_trim *trims, uint32_t n_trims, const double *ohm, r2nn_stage *stage) {
  for (uint32_t i = 0; i < n_trims; i++) {
    const r2nn_trim *trim = &trims[i];
    double before, times = trim->set_ohm / ohm[i];
    switch (trim->kind) {
    case R2NN_TRIM_GROUND:
      stage->nodes[trim->index].g += trim->value * (trim->ohm / ohm[i] - trim->ohm / trim->set_ohm);
      break;
    case R2NN_TRIM_FDNR:
      stage->nodes[trim->index].d *= times;
      break;
    case R2NN_TRIM_INPUT: {
      r2nn_input *input = &stage->inputs[trim->index];
      before = input->g;
      input->g *= times;
      load(stage, input->node, before, input->g);
      break;
    }
    case R2NN_TRIM_COUPLING: {
      r2nn_coupling *coupling = &stage->couplings[trim->index];
      before = coupling->g;
      coupling->g *= times;
      load(stage, coupling->a, before, coupling->g);
      load(stage, coupling->b, before, coupling->g);
      break;
    }
    case R2NN_N_TRIMS:
      break;
    }
  }
}
