/* Works out all stages of a model at their rates, or borrows them where they have been worked out before. */
#include "core/plan.h"

#include "core/stage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Flaws are of whole stages. */
static r2nn_status check_flaws(const r2nn_model *model, const r2nn_flaws *flaws, r2nn_error *error) {
  uint32_t n_nodes = 0, s = 0;
  while (s < model->n_stages && n_nodes < flaws->n_nodes) n_nodes += model->stages[s++].n_nodes;
  if (s > 0 && n_nodes == flaws->n_nodes) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_ARGUMENT, "flaws of %u nodes, but the first %u stage%s %u", flaws->n_nodes, s ? s : 1,
                   s > 1 ? "s have" : " has", s ? n_nodes : model->stages[0].n_nodes);
}

/* What a definition may ask for. */
static r2nn_status check_def(const r2nn_engine_def *def, r2nn_error *error) {
  const r2nn_readout *readout = &def->readout;
  if (!(def->rate_hz >= R2NN_RATE_MIN && def->rate_hz <= R2NN_RATE_MAX))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "sample rate %g Hz: must be %g to %g Hz", def->rate_hz, R2NN_RATE_MIN,
                     R2NN_RATE_MAX);
  bool hops = readout->mode == R2NN_MODE_WINDOW || readout->mode == R2NN_MODE_LEAKY;
  double hop_s = readout->hop_s > 0 ? readout->hop_s : readout->window_s;
  if (hops && !(readout->window_s > 0 && readout->window_s < 1e6))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "window: must be above 0 and below 1e6 s, is %g", readout->window_s);
  if (hops && (hop_s * 1000 < readout->window_s || hop_s > readout->window_s))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "hop: must be from a thousandth of the window to the window, is %g s of %g s", hop_s,
                     readout->window_s);
  if (!(def->damping > 0 && def->damping < 1e6))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "damping: must be above 0 and below 1e6, is %g", def->damping);
  if (!(readout->above_db >= 0 && readout->above_db <= 60))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "above: must be from 0 to 60 dB, is %g", readout->above_db);
  return R2NN_OK;
}

/* Add an input of its own to every node that noise enters, after the channels; K_ii stays. One V of it is the noise of so high a
 * rate that each sample has its own. */
static bool add_noise(r2nn_stage *stage, const r2nn_flaws *flaws, double rate_hz, uint32_t *n_channels) {
  r2nn_input *inputs = malloc((stage->n_inputs + (size_t)stage->n_nodes) * sizeof *inputs);
  if (!inputs) return false;
  memcpy(inputs, stage->inputs, stage->n_inputs * sizeof *inputs);
  stage->inputs = inputs;
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    double g = flaws->noise_a[i] * sqrt(rate_hz / 2);
    inputs[stage->n_inputs++] = (r2nn_input){i, (*n_channels)++, g};
    stage->nodes[i].g -= g;
  }
  return true;
}

r2nn_flaws r2nn_stage_flaws(const r2nn_model *model, const r2nn_flaws *flaws, uint32_t index) {
  uint32_t first = 0, n = model->stages[index].n_nodes;
  for (uint32_t s = 0; s < index; s++) first += model->stages[s].n_nodes;
  if (!flaws || first >= flaws->n_nodes) return (r2nn_flaws){0};
  r2nn_flaws of = {.n_nodes = n, .seed = flaws->seed};
  if (flaws->offset_v) of.offset_v = flaws->offset_v + first;
  if (flaws->noise_a) of.noise_a = flaws->noise_a + first;
  for (uint32_t i = first; flaws->slope_v_s && i < first + n; i++)
    if (isfinite(flaws->slope_v_s[i])) of.slope_v_s = flaws->slope_v_s + first;
  return of;
}

/* The modes of stage index at its rate; its resonators are damped as asked if it is the first. */
static r2nn_status stage_modes(const r2nn_model *model, uint32_t index, const r2nn_engine_def *def, double rate_hz,
                               r2nn_modes **modes, r2nn_error *error) {
  r2nn_stage stage = model->stages[index];
  r2nn_flaws flaws = r2nn_stage_flaws(model, def->flaws, index);
  bool is_first = index == 0, has_noise = flaws.noise_a;
  uint32_t n_channels = r2nn_model_stage_channels(model, index);
  r2nn_node *nodes = malloc(stage.n_nodes * sizeof *nodes);
  if (!nodes) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  memcpy(nodes, stage.nodes, stage.n_nodes * sizeof *nodes);
  stage.nodes = nodes;
  for (uint32_t i = 0; i < stage.n_nodes && is_first; i++)
    if (nodes[i].d > 0) nodes[i].c *= def->damping;
  r2nn_error inner = {""};
  bool is_ready = !has_noise || add_noise(&stage, &flaws, rate_hz, &n_channels);
  r2nn_status status = is_ready ? r2nn_modes_new(&stage, n_channels, (is_first && def->kin) || flaws.slope_v_s, modes, &inner)
                                : r2nn_fail(&inner, R2NN_NO_MEMORY, "out of memory");
  if (has_noise && is_ready) free(stage.inputs);
  free(nodes);
  if (status == R2NN_UNSTABLE) return r2nn_fail(error, status, "stages[%u].%.480s", index, inner.text);
  return status == R2NN_OK ? status : r2nn_fail(error, status, "%s", inner.text);
}

r2nn_status r2nn_plan_init(r2nn_plan *plan, const r2nn_model *model, const r2nn_engine_def *def, r2nn_error *error) {
  *plan = (r2nn_plan){.n_stages = model->n_stages, .lender = def->plan};
  double rate = def->rate_hz;
  r2nn_status status = check_def(def, error);
  if (status == R2NN_OK && def->flaws) status = check_flaws(model, def->flaws, error);
  for (uint32_t s = 0; s < model->n_stages && status == R2NN_OK; s++) {
    if (s && def->plan && r2nn_stage_flaws(model, def->flaws, s).n_nodes == 0) {
      plan->modes[s] = def->plan->modes[s];
      plan->discrete[s] = def->plan->discrete[s];
    } else {
      status = stage_modes(model, s, def, rate, &plan->modes[s], error);
      if (status == R2NN_OK) status = r2nn_discrete_new(plan->modes[s], rate, s > 0, &plan->discrete[s], error);
    }
    rate /= r2nn_stage_every(&model->stages[s], rate);
  }
  return status;
}

void r2nn_plan_end(r2nn_plan *plan) {
  for (uint32_t s = 0; s < plan->n_stages; s++) {
    if (plan->lender && plan->modes[s] == plan->lender->modes[s]) continue;
    r2nn_discrete_free(plan->discrete[s]);
    r2nn_modes_free(plan->modes[s]);
  }
}

r2nn_status r2nn_plan_new(const r2nn_model *model, double rate_hz, r2nn_plan **plan, r2nn_error *error) {
  r2nn_engine_def def = r2nn_engine_def_default(model, rate_hz);
  r2nn_plan *made = *plan = malloc(sizeof *made);
  if (!made) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  r2nn_status status = r2nn_plan_init(made, model, &def, error);
  if (status == R2NN_OK) return status;
  r2nn_plan_free(made);
  *plan = NULL;
  return status;
}

void r2nn_plan_free(r2nn_plan *plan) {
  if (!plan) return;
  r2nn_plan_end(plan);
  free(plan);
}
