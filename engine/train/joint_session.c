/* Making a run of joint training, and what all its parts need of it. */
#include "train/joint_session.h"

#include "train/layout.h"
#include "train/shape.h"
#include "train/tolerance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_RATE   0.01
#define FIRST_SHARE 0.3 /* of the circuit's step: the first stage starts where it is nearly right */

r2nn_status r2nn_session_out_of_memory(r2nn_error *error) {
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for training a cascade");
}

void r2nn_session_load(r2nn_session *s, uint32_t from, r2nn_random *random) {
  double tolerance = s->recipe->tolerance;
  if (tolerance > 0)
    for (uint32_t k = from; k < s->recipe->n_stages; k++)
      r2nn_tolerance_draw(&s->fitted->stages[k], random ? tolerance : 0, random, &s->drawn[k]);
  r2nn_cascade_load(&s->cascade, from);
}

/* How many mini-batches an epoch has. */
static uint32_t n_batches(const r2nn_session *s) {
  return (s->choice->n + s->n_slots - 1) / s->n_slots;
}

size_t r2nn_session_n_kept(const r2nn_session *s) {
  size_t n = s->fitted->learner.n_theta + 2 * (size_t)s->n_features;
  for (uint32_t k = 0; k < s->recipe->n_stages; k++) n += s->params[k].n;
  return n;
}

r2nn_status r2nn_session_init(r2nn_session *s, r2nn_error *error) {
  const r2nn_recipe *recipe = s->recipe;
  r2nn_fitted *fitted = s->fitted;
  uint32_t n_channels = s->dataset->n_channels, most = 0;
  r2nn_status status = R2NN_OK;
  for (uint32_t k = 0; k < recipe->n_stages && status == R2NN_OK; k++) {
    fitted->n_stages = k + 1;
    status = r2nn_layout_start(recipe, k, n_channels, s->dataset->n_classes, recipe->seed + 7919u * k, &fitted->stages[k],
                               &s->params[k], error);
    if (status == R2NN_OK && recipe->tolerance > 0) status = r2nn_tolerance_init(&s->drawn[k], &fitted->stages[k], error);
    n_channels = fitted->stages[k].n_outputs;
  }
  if (status != R2NN_OK) return status;
  s->n_features = n_channels;
  for (uint32_t i = 0; i < s->choice->n; i++)
    most = s->choice->clips[i]->n_frames > most ? (uint32_t)fmin((double)s->choice->clips[i]->n_frames, 1e9) : most;
  status = r2nn_cascade_init(&s->cascade, recipe->tolerance > 0 ? s->drawn : fitted->stages, recipe->n_stages,
                             s->dataset->n_channels, r2nn_shape_energy(recipe->stages[recipe->n_stages - 1].law), most, error);
  if (status != R2NN_OK) return status;
  r2nn_session_load(s, 0, NULL);

  s->n_slots = recipe->batch < s->choice->n ? recipe->batch : s->choice->n;
  uint32_t n_frozen = recipe->n_epochs - recipe->n_joint_epochs, n = s->n_features;
  s->slots = calloc(s->n_slots, sizeof *s->slots);
  s->cache = calloc((size_t)recipe->n_variants * s->choice->n + 1, sizeof *s->cache);
  s->order = malloc((s->choice->n + 1) * sizeof *s->order);
  s->energies = malloc(((size_t)s->n_slots * n + 1) * sizeof *s->energies);
  s->dx = malloc(((size_t)s->n_slots * n + 1) * sizeof *s->dx);
  s->duration_s = malloc((s->n_slots + 1) * sizeof *s->duration_s);
  s->center = calloc(n + 1, sizeof *s->center);
  s->spread = calloc(n + 1, sizeof *s->spread);
  if (!s->slots || !s->cache || !s->order || !s->energies || !s->dx || !s->duration_s || !s->center || !s->spread ||
      !r2nn_table_init(&s->batch, s->n_slots, n) ||
      !r2nn_learner_init(&fitted->learner, recipe->head, n, recipe->n_hidden, s->dataset->n_classes, recipe->head_l2,
                         recipe->seed) ||
      !r2nn_adam_init(&s->head_adam, fitted->learner.n_theta, recipe->n_epochs * n_batches(s), HEAD_RATE))
    return r2nn_session_out_of_memory(error);
  status = r2nn_learner_room(&fitted->learner, s->n_slots, error);
  if (status != R2NN_OK) return status;
  fitted->learner.smoothing = recipe->smoothing;
  for (uint32_t k = 0; k < recipe->n_stages; k++) {
    uint32_t n_epochs = k ? recipe->n_epochs : recipe->n_joint_epochs;
    double rate = recipe->circuit_rate * (k || !n_frozen ? 1 : FIRST_SHARE);
    if (!r2nn_adam_init(&s->adam[k], s->params[k].n, n_epochs * n_batches(s), rate)) return r2nn_session_out_of_memory(error);
    for (uint32_t i = 0; i < s->n_slots; i++)
      if (!r2nn_stage_gradient_init(&s->slots[i].gradient[k], &fitted->stages[k])) return r2nn_session_out_of_memory(error);
  }
  for (uint32_t i = 0; i < s->choice->n; i++) s->order[i] = i;
  s->best = (r2nn_best){.accuracy = -1, .theta = malloc(r2nn_session_n_kept(s) * sizeof *s->best.theta)};
  return s->best.theta ? R2NN_OK : r2nn_session_out_of_memory(error);
}

void r2nn_session_free(r2nn_session *s) {
  r2nn_cascade_free(&s->cascade);
  for (uint32_t k = 0; k < s->recipe->n_stages; k++) {
    r2nn_stage_free(&s->drawn[k]);
    r2nn_params_free(&s->params[k]);
    r2nn_adam_free(&s->adam[k]);
  }
  r2nn_adam_free(&s->head_adam);
  for (uint32_t i = 0; s->slots && i < s->n_slots; i++) {
    free(s->slots[i].rows.x);
    r2nn_journey_free(&s->slots[i].journey);
    for (uint32_t k = 0; k < s->recipe->n_stages; k++) r2nn_stage_gradient_free(&s->slots[i].gradient[k]);
  }
  free(s->slots);
  for (size_t i = 0; s->cache && i < (size_t)s->recipe->n_variants * s->choice->n; i++) free(s->cache[i].x);
  free(s->cache);
  free(s->order);
  r2nn_table_free(&s->batch);
  free(s->energies);
  free(s->dx);
  free(s->duration_s);
  free(s->center);
  free(s->spread);
  free(s->best.theta);
}

void r2nn_session_keep(r2nn_session *s, double *kept, bool back) {
  r2nn_learner *learner = &s->fitted->learner;
  for (uint32_t k = 0; k < s->recipe->n_stages; k++) {
    memcpy(back ? s->params[k].theta : kept, back ? kept : s->params[k].theta, s->params[k].n * sizeof *kept);
    kept += s->params[k].n;
  }
  memcpy(back ? learner->theta : kept, back ? kept : learner->theta, learner->n_theta * sizeof *kept);
  kept += learner->n_theta;
  memcpy(back ? s->center : kept, back ? kept : s->center, s->n_features * sizeof *kept);
  kept += s->n_features;
  memcpy(back ? s->spread : kept, back ? kept : s->spread, s->n_features * sizeof *kept);
  if (!back) return;
  for (uint32_t k = 0; k < s->recipe->n_stages; k++) r2nn_params_apply(&s->params[k], &s->fitted->stages[k]);
}

void r2nn_session_shuffle(r2nn_session *s) {
  r2nn_random random = r2nn_random_new(s->recipe->seed, 11 + (uint64_t)s->epoch * 257u);
  for (uint32_t i = s->choice->n; i > 1; i--) {
    uint32_t other = (uint32_t)(r2nn_random_uniform(&random) * i), keep = s->order[i - 1];
    s->order[i - 1] = s->order[other];
    s->order[other] = keep;
  }
}

r2nn_random r2nn_session_stream(const r2nn_session *s, uint32_t epoch, uint32_t clip) {
  return r2nn_random_new(s->recipe->seed, 100 + (uint64_t)epoch * 1000003u + (uint64_t)clip * 7368787u);
}

bool r2nn_session_failed(const r2nn_session *s) {
  for (uint32_t i = 0; i < s->n_slots; i++)
    if (s->slots[i].failed) return true;
  return false;
}
