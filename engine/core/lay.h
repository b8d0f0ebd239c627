/* Lays a discretised stage out as the audio thread runs it. */
#ifndef R2NN_CORE_LAY_H
#define R2NN_CORE_LAY_H

#include "core/arena.h"
#include "core/discrete.h"
#include "rt/state.h"

/* A stage with its detector; values: the model's. lane [n_modes] is room to work in, and then says where its modes stand. */
void r2nn_lay_stage(r2nn_arena *a, r2nn_rt_stage *stage, const r2nn_stage *values, const r2nn_discrete *discrete, uint32_t *lane);

/* The way from the modes to the states and back, of an engine that has kin or limits, behind r2nn_lay_stage(). What is not
 * simulated whole starts at rest. */
void r2nn_lay_carry(r2nn_arena *a, r2nn_network *network, const r2nn_discrete *discrete, const uint32_t *lane);

/* Noise, offsets and limits, flaws being of the stage alone; behind r2nn_lay_carry() if there are limits, which are in the units of
 * the states that it has laid: v' = scale w0 times such a state. */
void r2nn_lay_flaws(r2nn_arena *a, r2nn_rt_stage *stage, const r2nn_stage *values, const r2nn_discrete *discrete,
                    const r2nn_flaws *flaws);

#endif
