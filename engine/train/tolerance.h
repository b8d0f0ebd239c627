/* A circuit as it might come out of the workshop: every part off by its tolerance (system.md §5). */
#ifndef R2NN_TRAIN_TOLERANCE_H
#define R2NN_TRAIN_TOLERANCE_H

#include "rt/random.h"
#include "train/spectral.h"

/* A stage of the same structure, law and detector, its values still 0. R2NN_NO_MEMORY; *drawn is then empty. */
r2nn_status r2nn_tolerance_init(r2nn_stage *drawn, const r2nn_stage *stage, r2nn_error *error);

/* Every value of the stage times 1 + tolerance * normal, at least a tenth of it; with tolerance 0 as it is (random may be NULL).
 * Signed couplings could leave such a K without a diagonal that dominates it, and so perhaps unstable. Then the conductance to
 * ground of that node is raised, as a builder would, until a tenth of what the nominal circuit has to spare is there. */
void r2nn_tolerance_draw(const r2nn_stage *stage, double tolerance, r2nn_random *random, r2nn_stage *drawn);

/* What the nominal values do to the loss, from what the drawn ones do. */
void r2nn_tolerance_undraw(const r2nn_stage *stage, const r2nn_stage *drawn, r2nn_stage_gradient *gradient);

#endif
