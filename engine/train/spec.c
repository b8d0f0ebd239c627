/* What to train: defaults, and the text of a --stage option. */
#include "r2nn/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

r2nn_train_spec r2nn_train_spec_default(void) {
  return (r2nn_train_spec){.head = -1, .seed = 1, .resistor_lo_ohm = 1e3, .resistor_hi_ohm = 1e7, .strangers = -1};
}

/* A number at *text, which moves behind it; false if there is none. */
static bool take_number(const char **text, double *value) {
  char *end;
  if (strchr("+- \t\n", **text)) return false; /* '\0' too */
  *value = strtod(*text, &end);
  if (end == *text || !isfinite(*value)) return false;
  *text = end;
  return true;
}

static bool take_size(const char **text, uint32_t *value) {
  double number;
  if (**text < '0' || **text > '9' || !take_number(text, &number) || number != floor(number) || number < 1 || number > 1e5)
    return false;
  *value = (uint32_t)number;
  return true;
}

/* KIND:SIZE */
static bool take_topology(const char **text, r2nn_stage_spec *spec) {
  static const char *const kinds[R2NN_N_TOPOLOGIES] = {"grid:", "full:", "bank:"};
  for (int k = 0; k < R2NN_N_TOPOLOGIES; k++) {
    size_t length = strlen(kinds[k]);
    if (strncmp(*text, kinds[k], length) != 0) continue;
    *text += length;
    spec->topology = (r2nn_topology)k;
    spec->n_cols = 1;
    if (!take_size(text, &spec->n_rows)) return false;
    if (k != R2NN_GRID) return true;
    if (**text != 'x') return false;
    (*text)++;
    return take_size(text, &spec->n_cols);
  }
  return false;
}

r2nn_status r2nn_stage_spec_parse(const char *text, r2nn_stage_spec *spec, r2nn_error *error) {
  static const char right[] = "must be KIND:SIZE[@FMIN-FMAX][,q=Q][,law=LAW], such as grid:5x5, full:24 or bank:32@80-3500,q=12";
  const char *at = text;
  *spec = (r2nn_stage_spec){.law = -1};
  if (!take_topology(&at, spec)) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "stage '%s': %s", text, right);
  if (spec->topology == R2NN_GRID && (spec->n_rows < 3 || spec->n_cols < 3))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "stage '%s': a grid has at least 3x3 cells", text);
  double n_nodes = spec->topology == R2NN_GRID ? 2.0 * spec->n_rows * spec->n_cols : spec->n_rows;
  double most = spec->topology == R2NN_BANK ? R2NN_MAX_NODES : R2NN_MAX_COMPONENT;
  if (n_nodes > most)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "stage '%s': at most %.0f nodes, these are %.0f", text, most, n_nodes);
  if (*at == '@') {
    at++;
    if (!take_number(&at, &spec->fmin_hz) || *at++ != '-' || !take_number(&at, &spec->fmax_hz))
      return r2nn_fail(error, R2NN_BAD_ARGUMENT, "stage '%s': the range must be @FMIN-FMAX in Hz, such as @80-3500", text);
    if (!(spec->fmin_hz > 0 && spec->fmax_hz > spec->fmin_hz && spec->fmax_hz <= R2NN_RATE_MAX))
      return r2nn_fail(error, R2NN_BAD_ARGUMENT, "stage '%s': the range must have 0 < FMIN < FMAX <= %g Hz", text, R2NN_RATE_MAX);
  }
  while (*at == ',') {
    at++;
    if (strncmp(at, "q=", 2) == 0) {
      at += 2;
      if (!take_number(&at, &spec->q) || spec->q < 0.1 || spec->q > 1e5)
        return r2nn_fail(error, R2NN_BAD_ARGUMENT, "stage '%s': q must be a number from 0.1 to 100000", text);
    } else if (strncmp(at, "law=", 4) == 0) {
      char name[32];
      size_t length = strcspn(at += 4, ",");
      memcpy(name, at, length < sizeof name ? length : sizeof name - 1);
      name[length < sizeof name ? length : sizeof name - 1] = '\0';
      spec->law = r2nn_law_find(name);
      if (spec->law < 0)
        return r2nn_fail(error, R2NN_BAD_ARGUMENT,
                         "stage '%s': law must be identity, square, rectify, log, saturate, bandpass or agc", text);
      at += length;
    } else {
      return r2nn_fail(error, R2NN_BAD_ARGUMENT, "stage '%s': unknown setting '%s'; %s", text, at, right);
    }
  }
  if (*at) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "stage '%s': '%s' is left over; %s", text, at, right);
  return R2NN_OK;
}
