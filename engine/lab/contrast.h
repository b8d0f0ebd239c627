/* A resistor network that learns: free phase, clamped phase, one level up or down at every edge (second paper, appendix A). */
#ifndef R2NN_LAB_CONTRAST_H
#define R2NN_LAB_CONTRAST_H

#include "lab/kirchhoff.h"

typedef struct r2nn_contrast {
  const r2nn_lab_graph *graph;
  r2nn_lab_learning learning;
  uint32_t n_inputs, n_outputs;  /* held in the free phase: inputs, then the reference */
  uint32_t *held;                /* [n_inputs + 1 + n_outputs] node indices; the outputs stand at the end */
  uint32_t *levels;              /* [n_edges] 1 .. n_levels */
  uint64_t n_same_sign, n_drops; /* edges and updates whose two drops had one sign; all of them */
  r2nn_kirchhoff free, clamped;
  double *g, *volts, *v_free, *v_clamped; /* workspace */
} r2nn_contrast;

/* Levels in the middle. outputs may not be inputs. false if memory is short. */
bool r2nn_contrast_init(r2nn_contrast *self, const r2nn_lab_graph *graph, const r2nn_lab_learning *learning, uint32_t n_inputs,
                        const uint32_t *inputs, uint32_t reference, uint32_t n_outputs, const uint32_t *outputs);
void r2nn_contrast_free(r2nn_contrast *self);

/* The map of the present levels with the reference at 0 V, map[n_outputs][n_inputs]. */
void r2nn_contrast_map(r2nn_contrast *self, double *map);

/* One sample: inputs[n_inputs] applied, wanted[n_outputs] V. */
void r2nn_contrast_step(r2nn_contrast *self, const double *inputs, const double *wanted);

#endif
