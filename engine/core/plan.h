/* All stages of a model at their rates: what an engine is laid out from. */
#ifndef R2NN_CORE_PLAN_H
#define R2NN_CORE_PLAN_H

#include "core/discrete.h"
#include "r2nn/engine.h"

struct r2nn_plan {
  uint32_t n_stages;
  r2nn_modes *modes[R2NN_MAX_STAGES]; /* [n_stages] */
  r2nn_discrete *discrete[R2NN_MAX_STAGES];
  const r2nn_plan *lender; /* owns the stages that are also in it; NULL: all are the plan's own */
};

/* What of flaws (NULL allowed) is of stage index: n_nodes 0 and no arrays where it has none, no slope_v_s where nothing is limited.
 * Any thread. */
r2nn_flaws r2nn_stage_flaws(const r2nn_model *model, const r2nn_flaws *flaws, uint32_t index);

/* Every stage of the model as def asks; of def->plan those after the first that have no flaws. r2nn_plan_end() in any case. Main
 * thread. */
r2nn_status r2nn_plan_init(r2nn_plan *plan, const r2nn_model *model, const r2nn_engine_def *def, r2nn_error *error);
void r2nn_plan_end(r2nn_plan *plan);

#endif
