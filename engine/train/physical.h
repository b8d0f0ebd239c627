/* The physical heads npml and spml of a learner (second paper, eq. 6 and 7): what learner.c hands over to physical.c.
 *
 * In theta a node j has its conductances g_j to the inputs, one number q_j for the sum S_j that they make with those to the
 * constant and to ground, and its voltage r_j while all inputs stand at their middle m (0 V; 0.5 V behind hidden nodes): z_j = r_j
 * + sum_i g_ji (v_i - m) / S_j with S_j = q_j (npml; below 0.1 it only tends to 0) or exp(q_j) (spml), positive for every theta. So
 * the constant's conductance is S_j r_j - m sum_i g_ji, and the rest of S_j goes to ground. Without that path to ground a node's
 * rest would hang on the sum of its conductances: on drones, in validation, npml 60.5 instead of 70.5 %, spml 65.9 instead of 72.6
 * %, an mlp 70.8 %. What theta holds for hidden nodes is half of g_j. A layer's g come first, then its q, then its r. */
#ifndef R2NN_TRAIN_PHYSICAL_H
#define R2NN_TRAIN_PHYSICAL_H

#include "core/head.h"
#include "train/learner.h"

/* Random conductances with every S_j 1 and every r_j 0. */
void r2nn_physical_start(r2nn_learner *learner, uint64_t seed);

/* z of n rows that stand, standardised, in learner->x; clips them. Fills hidden and slope. */
void r2nn_physical_forward(r2nn_learner *learner, uint32_t n);

/* From dz (in learner->z, overwritten) to the gradient and, unless NULL, dx of the standardised rows. Returns, and the gradient
 * counts, the penalty: l2/2 sum (g/S)^2, the decay of what conductances do, and npml's sum (S-1)^2 (eq. 7). */
double r2nn_physical_backward(r2nn_learner *learner, uint32_t n, double *dx);

/* The head's input stage and its conductances, such that their sums meet S as well as floats can. */
void r2nn_physical_export(const r2nn_learner *learner, r2nn_head *head);

#endif
