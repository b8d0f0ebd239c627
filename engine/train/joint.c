/* Mini-batches of varied clips through a cascade and back. */
#include "train/features.h"
#include "train/joint_session.h"
#include "train/layout.h"
#include "train/strangers.h"
#include "train/tolerance.h"

#include <math.h>
#include <string.h>

#define MOMENTUM     0.1 /* of the running centre and spread of the features */
#define CHECK_EPOCHS 2   /* validation so often */
#define PATIENCE     8   /* checks without a better one */
#define LISTENING    0.4 /* of the time of a pass forward and back takes one forward alone */

/* Clip number index of the batch forward to its energies. */
static void forward_task(void *argument, uint32_t index) {
  r2nn_session *s = argument;
  r2nn_slot *at = &s->slots[index];
  uint32_t clip = s->order[s->at + index];
  r2nn_random random = r2nn_session_stream(s, s->epoch, clip);
  if (s->first) {
    at->failed = !r2nn_session_cached(s, clip, &random, &at->rows, &s->duration_s[index]);
  } else {
    bool plain = s->recipe->n_variants > 1 && r2nn_random_uniform(&random) * s->recipe->n_variants < 1;
    at->failed = !r2nn_vary(s->recipe, s->choice->clips[clip], s->dataset->n_channels, plain ? NULL : &random, &at->rows);
    s->duration_s[index] = at->rows.n_frames / at->rows.rate_hz;
  }
  if (at->failed) return;
  at->failed = !r2nn_cascade_forward(&s->cascade, s->first, s->recipe->n_stages, at->rows.x, at->rows.n_frames, at->rows.rate_hz,
                                     true, &at->journey);
  if (!at->failed) r2nn_cascade_energies(&s->cascade, &at->journey, s->energies + (size_t)index * s->n_features);
}

static void backward_task(void *argument, uint32_t index) {
  r2nn_session *s = argument;
  r2nn_slot *at = &s->slots[index];
  for (uint32_t k = s->first; k < s->recipe->n_stages; k++)
    memset(at->gradient[k].d, 0, r2nn_stage_gradient_size(&s->fitted->stages[k]) * sizeof(double));
  r2nn_cascade_backward(&s->cascade, s->first, &at->journey, s->dx + (size_t)index * s->n_features, at->gradient);
}

/* Centre and spread of the features over many batches. */
static void follow_running(r2nn_session *s) {
  const r2nn_learner *learner = &s->fitted->learner;
  double share = s->has_running ? MOMENTUM : 1;
  for (uint32_t i = 0; i < s->n_features; i++) {
    s->center[i] += share * (learner->center[i] - s->center[i]);
    s->spread[i] += share * (learner->spread[i] - s->spread[i]);
  }
  s->has_running = true;
}

/* One mini-batch of n clips: forward, loss, back, a step. */
static double step(r2nn_session *s, uint32_t n) {
  const r2nn_recipe *recipe = s->recipe;
  r2nn_learner *learner = &s->fitted->learner;
  r2nn_random parts = r2nn_random_new(recipe->seed, 50 + (uint64_t)s->epoch * 65537u + s->at);
  r2nn_session_load(s, s->first, &parts);
  r2nn_workers_run(s->trainer->workers, n, forward_task, s);
  if (r2nn_session_failed(s)) return NAN;
  s->batch.n_rows = n;
  for (uint32_t i = 0; i < n; i++) s->batch.label[i] = s->choice->clips[s->order[s->at + i]]->label;
  r2nn_session_set_floor(s, s->energies, s->duration_s, n);
  r2nn_features(recipe, s->energies, s->duration_s, s->fitted->floor, &s->batch);
  r2nn_learner_standardise(learner, &s->batch);
  double loss = r2nn_learner_loss(learner, &s->batch, s->dx);
  if (!(loss < HUGE_VAL)) return loss;
  r2nn_learner_follow(learner, &s->batch, s->dx);
  follow_running(s);
  r2nn_features_back(recipe, s->energies, s->duration_s, s->fitted->floor, n, s->n_features, s->dx);
  r2nn_workers_run(s->trainer->workers, n, backward_task, s);
  for (uint32_t k = s->first; k < recipe->n_stages; k++) {
    r2nn_stage_gradient *sum = &s->slots[0].gradient[k];
    size_t size = r2nn_stage_gradient_size(&s->fitted->stages[k]);
    for (uint32_t i = 1; i < n; i++)
      for (size_t e = 0; e < size; e++) sum->d[e] += s->slots[i].gradient[k].d[e];
    if (recipe->tolerance > 0) r2nn_tolerance_undraw(&s->fitted->stages[k], &s->drawn[k], sum);
    r2nn_params_chain(&s->params[k], &s->fitted->stages[k], sum);
    r2nn_adam_step(&s->adam[k], s->params[k].theta, s->params[k].gradient);
    r2nn_params_clip(&s->params[k]);
    r2nn_params_apply(&s->params[k], &s->fitted->stages[k]);
  }
  r2nn_adam_step(&s->head_adam, learner->theta, learner->gradient);
  return loss;
}

/* About how long a pass through stage k takes, in any unit: frames a second times what is done with each. */
static double work_of(const r2nn_session *s, uint32_t k) {
  const r2nn_stage *stage = &s->fitted->stages[k];
  double rate = s->choice->clips[0]->rate_hz;
  for (uint32_t i = 0; i < k; i++)
    if (s->fitted->stages[i].rate_hz > 0) rate = s->fitted->stages[i].rate_hz;
  return rate * (10.0 * stage->n_nodes + stage->n_inputs + 2.0 * stage->n_couplings);
}

static r2nn_status run(r2nn_session *s, const r2nn_choice *valid, r2nn_error *error) {
  const r2nn_recipe *recipe = s->recipe;
  uint32_t n_frozen = recipe->n_epochs - recipe->n_joint_epochs;
  double first = work_of(s, 0), rest = 0, cost, done;
  for (uint32_t k = 1; k < recipe->n_stages; k++) rest += work_of(s, k);
  double listening = n_frozen ? LISTENING * recipe->n_variants * first : 0;
  cost = listening + n_frozen * rest + recipe->n_joint_epochs * (first + rest);
  r2nn_status status = r2nn_session_find_state(s, error);
  if (status == R2NN_OK && s->epoch < n_frozen && !s->is_done) status = r2nn_session_fill_cache(s, listening / cost, error);
  done = listening + s->epoch * rest + (s->epoch > n_frozen ? (s->epoch - n_frozen) * first : 0);
  while (s->epoch < recipe->n_epochs && status == R2NN_OK && !s->trainer->stopped && !s->is_done) {
    s->first = s->epoch < n_frozen ? 1 : 0;
    r2nn_session_shuffle(s);
    for (s->at = 0; s->at < s->choice->n && status == R2NN_OK; s->at += s->n_slots) {
      uint32_t n = s->choice->n - s->at < s->n_slots ? s->choice->n - s->at : s->n_slots;
      if (n < s->n_slots / 2 && s->at) break; /* too few for their own mean and spread: they come first another time */
      if (!(step(s, n) < HUGE_VAL))
        status = r2nn_session_failed(s)
                     ? r2nn_session_out_of_memory(error)
                     : r2nn_fail(error, R2NN_BAD_DATA, "the training loss is no longer a number: are some clips extremely loud?");
      if (!r2nn_trainer_tell(s->trainer, s->first ? "training the slow stages" : "training all stages", done / cost)) break;
      done += (s->first ? rest : first + rest) * n / s->choice->n;
    }
    uint32_t ran = ++s->epoch;
    s->is_done = ran == recipe->n_epochs;
    if (valid && status == R2NN_OK && (ran % CHECK_EPOCHS == 0 || s->is_done)) {
      status = r2nn_session_check(s, valid, ran, error);
      s->is_done |= ran >= s->best.n_epochs + PATIENCE * CHECK_EPOCHS;
    }
    if (status == R2NN_OK && !s->trainer->stopped) r2nn_session_keep_state(s);
  }
  if (status == R2NN_OK && s->trainer->stopped && !s->was_stopped) r2nn_checkpoint_offer(s->trainer->checkpoint, true);
  return status;
}

r2nn_status r2nn_joint_fit(const r2nn_dataset *dataset, const r2nn_recipe *recipe, const r2nn_choice *train,
                           const r2nn_choice *valid, r2nn_trainer *trainer, r2nn_fitted *fitted, r2nn_validation *outcome,
                           r2nn_error *error) {
  r2nn_session s = {
      .dataset = dataset, .recipe = recipe, .choice = train, .trainer = trainer, .fitted = fitted, .was_stopped = trainer->stopped};
  r2nn_strangers strangers = {0};
  *fitted = (r2nn_fitted){0};
  r2nn_status status = R2NN_OK;
  if (recipe->strangers > 0) {
    status = r2nn_strangers_new(train, dataset->n_channels, dataset->n_classes, recipe->strangers, recipe->stages[0].fmin_hz,
                                recipe->stages[0].fmax_hz, recipe->seed, &strangers, error);
    s.choice = &strangers.choice;
  }
  if (status == R2NN_OK) status = r2nn_session_init(&s, error);
  if (status == R2NN_OK && recipe->train_circuit) {
    status = run(&s, valid, error);
    if (status == R2NN_OK && valid && s.best.accuracy >= 0) r2nn_session_keep(&s, s.best.theta, true);
    for (uint32_t k = 0; k < fitted->n_stages && status == R2NN_OK; k++) r2nn_layout_prune(recipe, &fitted->stages[k]);
    r2nn_session_use_running(&s);
  } else if (status == R2NN_OK) {
    r2nn_table table = {0};
    status = r2nn_session_table(&s, s.choice, &table, error);
    if (status == R2NN_OK) status = r2nn_learner_fit(&fitted->learner, &table, recipe->n_head_epochs, error);
    if (status == R2NN_OK && valid) status = r2nn_session_check(&s, valid, 0, error);
    r2nn_table_free(&table);
  }
  if (outcome) *outcome = (r2nn_validation){s.best.accuracy, s.best.entropy, s.best.n_epochs, s.best.typical};
  r2nn_session_free(&s);
  r2nn_strangers_free(&strangers);
  if (status != R2NN_OK) r2nn_fitted_free(fitted);
  return status;
}
