/* The physical heads npml and spml of a learner (second paper, eq. 6 and 7): what learner.c hands over to physical.c.
 *
 * In theta a node j has its conductances g_j to the inputs and one number q_j for the sum S_j that they make with the constant's:
 * S_j = q_j (npml; below 0.1 it only tends to 0) or exp(q_j) (spml), positive for every theta. So the constant's conductance is S_j
 * - sum_i g_ji, and z_j = 1 + sum_i g_ji (v_i - 1) / S_j. What theta holds for hidden nodes is half of g_j. Conductances take the
 * place of r2nn_head's weights, the q that of its biases. */
#ifndef R2NN_TRAIN_PHYSICAL_H
#define R2NN_TRAIN_PHYSICAL_H

#include "train/learner.h"

static inline bool r2nn_is_physical(r2nn_head_kind kind) {
  return kind == R2NN_HEAD_NPML || kind == R2NN_HEAD_SPML;
}

/* Random conductances with every S_j 1 and no conductance to the constant. */
void r2nn_physical_start(r2nn_learner *learner, uint64_t seed);

/* z of n rows that stand, standardised, in learner->x; clips them. Fills hidden and slope. */
void r2nn_physical_forward(r2nn_learner *learner, uint32_t n);

/* From dz (in learner->z, overwritten) to the gradient and, unless NULL, dx of the standardised rows. *penalty receives, and the
 * gradient counts, l2/2 sum (g/S)^2, the decay of what conductances do, and npml's sum (S-1)^2 (eq. 7). false if memory is short.
 */
bool r2nn_physical_backward(r2nn_learner *learner, uint32_t n, double *dx, double *penalty);

/* The head's input stage and its conductances, such that their sums meet S as well as floats can. */
void r2nn_physical_export(const r2nn_learner *learner, r2nn_head *head);

#endif
