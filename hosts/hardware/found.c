/* Shows what was identified. */
#include "hardware/found.h"

#include <math.h>

#define UNSEEN 0.003 /* of its frequency: a mode that is less sure is hardly seen */

enum { MOST_SHOWN = 10 };

static void name_value(const r2nn_value *value, char *text, size_t size) {
  static const char *const formats[R2NN_N_VALUES] = {
      "stages[0].nodes[%u].d", "stages[0].nodes[%u].c", "stages[0].nodes[%u].g", "stages[0].couplings[%u]",
      "stages[0].inputs[%u]",  "input.highpass_hz",     "output %u's gain",      "delay"};
  char number[16];
  snprintf(number, sizeof number, "%u", value->kind == R2NN_VALUE_GAIN ? value->index + 1 : value->index);
  const char *from = formats[value->kind];
  for (size_t n = 0; n + 1 < size; from++) {
    text[n] = '\0';
    if (!*from) return;
    if (from[0] == '%' && from[1] == 'u') {
      n += (size_t)snprintf(text + n, size - n, "%s", number);
      from++;
    } else {
      text[n++] = *from;
      text[n] = '\0';
    }
  }
}

static const char *const units[R2NN_N_VALUES] = {"F*s", "F", "S", "S", "S", "Hz", "V/V", "s"};

/* Does the measurement say where it is? */
static bool is_sure(const r2nn_value *value) {
  return fabs(value->deviation) > 2 * value->sigma;
}

/* The next largest deviation below most that is sure, or NULL. */
static const r2nn_value *next_largest(const r2nn_identified *found, double most) {
  const r2nn_value *best = NULL;
  for (uint32_t i = 0; i < found->n_values; i++) {
    const r2nn_value *value = &found->values[i];
    if (value->kind == R2NN_VALUE_DELAY || !is_sure(value) || fabs(value->deviation) >= most) continue;
    if (!best || fabs(value->deviation) > fabs(best->deviation)) best = value;
  }
  return best;
}

void found_text(FILE *to, const r2nn_identified *found) {
  char name[64];
  uint32_t n_sure = 0;
  fprintf(to, "%8s %12s %12s %9s %9s %9s\n", "mode", "design Hz", "found Hz", "off", "design Q", "found Q");
  for (uint32_t k = 0; k < found->n_modes; k++) {
    const r2nn_mode_found *mode = &found->modes[k];
    fprintf(to, "%8u %12.3f %12.3f %+8.2f%% %9.3f %9.3f", k + 1, mode->design_hz, mode->found_hz,
            100 * (mode->found_hz / mode->design_hz - 1), mode->design_q, mode->found_q);
    fprintf(to, mode->sigma_hz > UNSEEN ? "  hardly seen\n" : "\n");
  }
  for (uint32_t i = 0; i < found->n_values; i++) n_sure += is_sure(&found->values[i]);
  fprintf(to, "%u of %u values are off by more than the measurement's uncertainty; the most:\n", n_sure, found->n_values);
  const r2nn_value *value = next_largest(found, INFINITY);
  for (int k = 0; k < MOST_SHOWN && value; k++, value = next_largest(found, fabs(value->deviation))) {
    name_value(value, name, sizeof name);
    fprintf(to, "  %-28s %+7.2f %% +- %.2f  (%.5g %s for %.5g)\n", name, 100 * value->deviation, 100 * value->sigma, value->found,
            units[value->kind], value->design);
  }
  fprintf(to, "left unexplained: %.2g %% of the peak at most, %.2f times the noise\n", 100 * found->error, found->misfit);
}

void found_json(FILE *to, const r2nn_identified *found) {
  char name[64];
  fprintf(to, "{\"misfit\": %.6g, \"error\": %.6g, \"modes\": [", found->misfit, found->error);
  for (uint32_t k = 0; k < found->n_modes; k++) {
    const r2nn_mode_found *mode = &found->modes[k];
    fprintf(
        to,
        "%s{\"design_hz\": %.9g, \"design_q\": %.6g, \"found_hz\": %.9g, \"found_q\": %.6g, \"sigma_hz\": %.3g, \"sigma_q\": %.3g}",
        k ? ", " : "", mode->design_hz, mode->design_q, mode->found_hz, mode->found_q, mode->sigma_hz * mode->found_hz,
        mode->sigma_q * mode->found_q);
  }
  fprintf(to, "], \"values\": [");
  for (uint32_t i = 0; i < found->n_values; i++) {
    const r2nn_value *value = &found->values[i];
    name_value(value, name, sizeof name);
    fprintf(to, "%s{\"path\": \"%s\", \"design\": %.9g, \"found\": %.9g, \"deviation\": %.6g, \"sigma\": %.6g}", i ? ", " : "",
            name, value->design, value->found, value->deviation, value->sigma);
  }
  fprintf(to, "]}\n");
}

void found_csv(FILE *to, const r2nn_identified *found) {
  char name[64];
  fprintf(to, "path,unit,design,found,deviation_pct,sigma_pct\n");
  for (uint32_t i = 0; i < found->n_values; i++) {
    const r2nn_value *value = &found->values[i];
    name_value(value, name, sizeof name);
    fprintf(to, "%s,%s,%.9g,%.9g,%.4f,%.4f\n", name, units[value->kind], value->design, value->found, 100 * value->deviation,
            100 * value->sigma);
  }
}
