/* The gradient of a loss by theta against central differences, kind by kind. */
#ifndef R2NN_TESTS_THETAS_H
#define R2NN_TESTS_THETAS_H

#include "differences.h"
#include "rt/random.h"
#include "train/learner.h"
#include "train/params.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_KINDS = R2NN_PARAM_INPUT + 1 };
static const char *const kind_names[N_KINDS] = {
    [R2NN_PARAM_FREQ] = "frequency",
    [R2NN_PARAM_CORNER] = "corner frequency",
    [R2NN_PARAM_Q] = "quality",
    [R2NN_PARAM_GROUND] = "ground",
    [R2NN_PARAM_COUPLING_SIGNED] = "signed coupling",
    [R2NN_PARAM_COUPLING] = "positive coupling",
    [R2NN_PARAM_INPUT_SIGNED] = "signed input",
    [R2NN_PARAM_INPUT] = "positive input",
};
static double worst[N_KINDS], worst_head; /* largest errors seen, relative to the kind's largest derivative */
static uint32_t n_seen[N_KINDS];

static inline bool is_signed(const r2nn_params *params, uint32_t k) {
  r2nn_param_kind kind = params->entries[k].kind;
  return kind == R2NN_PARAM_COUPLING_SIGNED || kind == R2NN_PARAM_INPUT_SIGNED;
}

/* Theta near its start, moved at random; the signed entries of any sign, some close to 0. */
static inline void shake(r2nn_params *params, r2nn_random *random) {
  for (uint32_t k = 0; k < params->n; k++) {
    params->theta[k] += (is_signed(params, k) ? 0.05 : 0.2) * r2nn_random_normal(random);
    if (is_signed(params, k) && k % 5 == 0) params->theta[k] = 1e-3 * r2nn_random_normal(random);
  }
}

/* A step for entry k, at most the usual one: |G| bends within 1e-3 of 0. */
static inline double step_of_theta(const r2nn_params *params, uint32_t k, double usual) {
  return is_signed(params, k) ? fmin(usual, 0.02 * hypot(params->theta[k], 1e-3)) : usual;
}

/* Every entry's error and size so far, kind by kind. */
typedef struct kinds {
  double error[N_KINDS], size[N_KINDS];
} kinds;

static inline void kinds_add(kinds *all, r2nn_param_kind kind, double is, double expected) {
  all->error[kind] = fmax(all->error[kind], isfinite(is) ? fabs(is - expected) : (double)INFINITY);
  all->size[kind] = fmax(all->size[kind], fabs(expected));
  n_seen[kind]++;
}

/* Errors must be at most tolerance of the kind's largest derivative, or, where that is below a thousandth of the largest of all (as
 * standardising takes out all that a kind does), of that thousandth. */
static inline void kinds_check(const kinds *all, double tolerance, const char *what) {
  double largest = 1e-6;
  for (uint32_t kind = 0; kind < N_KINDS; kind++) largest = fmax(largest, all->size[kind]);
  for (uint32_t kind = 0; kind < N_KINDS; kind++) {
    double size = fmax(all->size[kind], 1e-3 * largest);
    worst[kind] = fmax(worst[kind], all->error[kind] / size);
    if (!(all->error[kind] <= tolerance * size))
      fail_msg("%s: gradient of %s is off by %.3g of %.3g", what, kind_names[kind], all->error[kind], all->size[kind]);
  }
}

/* The head's gradient, in learner, by its own theta. Where a hidden node of spml changes sign within a step its kink spoils the
 * difference: of a usual and a smaller step the better counts, a wrong gradient meets neither. */
static inline void check_head(double (*loss)(void *context), void *context, r2nn_learner *learner) {
  uint32_t n = learner->n_theta;
  double *gradient = doubles(n), error = 0, size = 0;
  memcpy(gradient, learner->gradient, n * sizeof *gradient); /* the loss uses it */
  for (uint32_t i = 0; i < n; i++) {
    double expected = difference(loss, context, &learner->theta[i], 1e-3);
    if (learner->kind == R2NN_HEAD_SPML) {
      double other = difference(loss, context, &learner->theta[i], 1e-4);
      if (fabs(gradient[i] - other) < fabs(gradient[i] - expected)) expected = other;
    }
    error = fmax(error, isfinite(gradient[i]) ? fabs(gradient[i] - expected) : (double)INFINITY);
    size = fmax(size, fabs(expected));
  }
  free(gradient);
  if (n) worst_head = fmax(worst_head, error / size);
  assert_true(error <= 1e-6 * size);
}

/* Print the worst errors since the last call. */
static inline void kinds_report(void) {
  for (uint32_t kind = 0; kind < N_KINDS; kind++)
    if (n_seen[kind]) printf("  %-17s %5u checked, worst relative error %.1e\n", kind_names[kind], n_seen[kind], worst[kind]);
  printf("  heads: worst relative error %.1e\n", worst_head);
  memset(worst, 0, sizeof worst);
  memset(n_seen, 0, sizeof n_seen);
  worst_head = 0;
}

#endif
