/* The local rules of learning (second paper, appendix A): each one says whether an edge's resistance rises. */
#include "r2nn/lab.h"

#include <math.h>
#include <string.h>

/* Eq. 8: descent. */
static bool rule8(double free_v, double clamped_v, double bias_v) {
  (void)bias_v;
  return fabs(clamped_v) > fabs(free_v);
}

/* Eq. 9 as printed: ascent wherever both drops have one sign. */
static bool rule9(double free_v, double clamped_v, double bias_v) {
  return (clamped_v > free_v + bias_v) != (clamped_v > 0);
}

static bool rule9_inverted(double free_v, double clamped_v, double bias_v) {
  return !rule9(free_v, clamped_v, bias_v);
}

/* Eq. 10, Ignore Free: rule 9 with b far above 0; inverted: far below. It hangs on the direction that an edge is written in. */
static bool rule10(double free_v, double clamped_v, double bias_v) {
  (void)free_v, (void)bias_v;
  return clamped_v > 0;
}

static bool rule10_inverted(double free_v, double clamped_v, double bias_v) {
  return !rule10(free_v, clamped_v, bias_v);
}

const r2nn_lab_rule r2nn_lab_rules[] = {
    {"rule8", "|dVc| > |dVf|", rule8},
    {"rule9", "(dVc > dVf + b) xor (dVc > 0)", rule9},
    {"rule10", "dVc > 0", rule10},
    {"rule9-inverted", "not ((dVc > dVf + b) xor (dVc > 0))", rule9_inverted},
    {"rule10-inverted", "not (dVc > 0)", rule10_inverted},
};
const uint32_t r2nn_lab_n_rules = sizeof r2nn_lab_rules / sizeof *r2nn_lab_rules;

const r2nn_lab_rule *r2nn_lab_rule_find(const char *name) {
  for (uint32_t i = 0; i < r2nn_lab_n_rules; i++)
    if (strcmp(r2nn_lab_rules[i].name, name) == 0) return &r2nn_lab_rules[i];
  return NULL;
}
