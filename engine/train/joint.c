/* Mini-batches of varied clips through a cascade and back. */
#include "train/joint.h"

#include "train/adam.h"
#include "train/features.h"
#include "train/layout.h"
#include "train/shape.h"
#include "train/tolerance.h"
#include "train/vary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_RATE    0.01
#define FIRST_SHARE  0.3 /* of the circuit's step: the first stage starts where it is nearly right */
#define MOMENTUM     0.1 /* of the running centre and spread of the features */
#define CHECK_EPOCHS 2   /* validation so often */
#define PATIENCE     8   /* checks without a better one */
#define LISTENING    0.4 /* of the time of a pass forward and back takes one forward alone */
#define FLOOR_MORE   1e3 /* times the usual floor, so 30 dB below the mean power: behind detectors quieter outputs say nothing */

/* One clip of a mini-batch. */
typedef struct slot {
  r2nn_rows rows;
  r2nn_journey journey;
  r2nn_stage_gradient gradient[R2NN_MAX_STAGES];
  bool failed;
} slot;

/* A clip's frames behind the first stage. */
typedef struct frames {
  uint32_t n;
  double rate_hz, duration_s;
  float *x; /* [n_outputs][n] */
} frames;

/* Best values so far. */
typedef struct best {
  double accuracy, entropy;
  uint32_t n_epochs;
  double *theta; /* of the stages one after the other, the head, centre and spread */
} best;

/* Everything one run of training holds. */
typedef struct session {
  const r2nn_dataset *dataset;
  const r2nn_recipe *recipe;
  const r2nn_choice *choice;
  r2nn_trainer *trainer;
  r2nn_fitted *fitted;
  r2nn_cascade cascade; /* of the drawn stages */
  r2nn_stage drawn[R2NN_MAX_STAGES];
  r2nn_params params[R2NN_MAX_STAGES];
  r2nn_adam adam[R2NN_MAX_STAGES], head_adam;
  uint32_t n_slots, n_features;
  slot *slots;
  frames *cache; /* [n_variants][n_clips] */
  uint32_t *order;
  r2nn_table batch;
  double *energies, *dx, *duration_s; /* [n_slots][n_features], alike, [n_slots] */
  double *center, *spread;            /* [n_features] running */
  bool has_running;
  best best;
  /* what the tasks of a batch are told */
  uint32_t first, at, epoch;
  uint32_t fit, is_done; /* its number in the run, and whether it is at its end */
  bool was_stopped;      /* before it began */
  double listening;      /* share of the whole work */
} session;

/* ---- making ---- */

/* The stages as they might come out of the workshop; without tolerance as they are. */
static void draw_stages(session *s, uint32_t from, double tolerance, r2nn_random *random) {
  for (uint32_t k = from; k < s->recipe->n_stages; k++) r2nn_tolerance_draw(&s->fitted->stages[k], tolerance, random, &s->drawn[k]);
  r2nn_cascade_load(&s->cascade, from);
}

static void session_free(session *s) {
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

static r2nn_status out_of_memory(r2nn_error *error) {
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for training a cascade");
}

/* How many mini-batches an epoch has. */
static uint32_t n_batches(const session *s) {
  return (s->choice->n + s->n_slots - 1) / s->n_slots;
}

/* Values kept by `best`. */
static size_t n_kept(const session *s) {
  size_t n = s->fitted->learner.n_theta + 2 * (size_t)s->n_features;
  for (uint32_t k = 0; k < s->recipe->n_stages; k++) n += s->params[k].n;
  return n;
}

static r2nn_status session_init(session *s, r2nn_error *error) {
  const r2nn_recipe *recipe = s->recipe;
  r2nn_fitted *fitted = s->fitted;
  uint32_t n_channels = s->dataset->n_channels, most = 0;
  r2nn_status status = R2NN_OK;
  for (uint32_t k = 0; k < recipe->n_stages && status == R2NN_OK; k++) {
    status = r2nn_layout_start(recipe, k, n_channels, s->dataset->n_classes, recipe->seed + 7919u * k, &fitted->stages[k],
                               &s->params[k], error);
    if (status != R2NN_OK) return status;
    fitted->n_stages = k + 1;
    status = r2nn_tolerance_init(&s->drawn[k], &fitted->stages[k], error);
    n_channels = fitted->stages[k].n_outputs;
  }
  s->n_features = n_channels;
  for (uint32_t i = 0; i < s->choice->n; i++)
    most = s->choice->clips[i]->n_frames > most ? (uint32_t)fmin((double)s->choice->clips[i]->n_frames, 1e9) : most;
  status = r2nn_cascade_init(&s->cascade, s->drawn, recipe->n_stages, s->dataset->n_channels,
                             r2nn_shape_energy(recipe->stages[recipe->n_stages - 1].law), most, error);
  if (status != R2NN_OK) return status;
  draw_stages(s, 0, 0, NULL);

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
    return out_of_memory(error);
  fitted->learner.smoothing = recipe->smoothing;
  for (uint32_t k = 0; k < recipe->n_stages; k++) {
    uint32_t n_epochs = k ? recipe->n_epochs : recipe->n_joint_epochs;
    double rate = recipe->circuit_rate * (k || !n_frozen ? 1 : FIRST_SHARE);
    if (!r2nn_adam_init(&s->adam[k], s->params[k].n, n_epochs * n_batches(s), rate)) return out_of_memory(error);
    for (uint32_t i = 0; i < s->n_slots; i++)
      if (!r2nn_stage_gradient_init(&s->slots[i].gradient[k], &fitted->stages[k])) return out_of_memory(error);
  }
  for (uint32_t i = 0; i < s->choice->n; i++) s->order[i] = i;
  s->best = (best){.accuracy = -1, .theta = malloc(n_kept(s) * sizeof *s->best.theta)};
  return s->best.theta ? R2NN_OK : out_of_memory(error);
}

/* ---- what passes through ---- */

/* A stream of its own for every clip and epoch. */
static r2nn_random stream_of(const session *s, uint32_t epoch, uint32_t clip) {
  return r2nn_random_new(s->recipe->seed, 100 + (uint64_t)epoch * 1000003u + (uint64_t)clip * 7368787u);
}

/* The frames of one clip of one variant behind the first stage; variant 0 is the clip as it is. */
static void cache_task(void *argument, uint32_t index) {
  session *s = argument;
  slot *at = &s->slots[index];
  size_t entry = s->at + index;
  if (entry >= (size_t)s->recipe->n_variants * s->choice->n) return;
  uint32_t variant = (uint32_t)(entry / s->choice->n), clip = (uint32_t)(entry % s->choice->n), n_out = s->drawn[0].n_outputs;
  r2nn_random random = stream_of(s, UINT32_MAX - variant, clip);
  frames *to = &s->cache[entry];
  at->failed = !r2nn_vary(s->recipe, s->choice->clips[clip], s->dataset->n_channels, variant ? &random : NULL, &at->rows) ||
               !r2nn_cascade_forward(&s->cascade, 0, 1, at->rows.x, at->rows.n_frames, at->rows.rate_hz, false, &at->journey);
  if (at->failed) return;
  *to = (frames){.n = at->journey.n[0],
                 .rate_hz = at->rows.rate_hz / r2nn_detect_every(&s->drawn[0], at->rows.rate_hz),
                 .duration_s = at->rows.n_frames / at->rows.rate_hz,
                 .x = malloc(((size_t)at->journey.n[0] * n_out + 1) * sizeof *to->x)};
  at->failed = !to->x;
  for (size_t i = 0; to->x && i < (size_t)to->n * n_out; i++) to->x[i] = (float)at->journey.frames[0][i];
}

static bool any_failed(const session *s) {
  for (uint32_t i = 0; i < s->n_slots; i++)
    if (s->slots[i].failed) return true;
  return false;
}

static r2nn_status fill_cache(session *s, r2nn_error *error) {
  size_t n = (size_t)s->recipe->n_variants * s->choice->n;
  for (size_t at = 0; at < n; at += s->n_slots) {
    s->at = (uint32_t)at;
    r2nn_workers_run(s->trainer->workers, s->n_slots, cache_task, s);
    if (any_failed(s)) return out_of_memory(error);
    if (!r2nn_trainer_tell(s->trainer, "listening with the first stage",
                           s->listening * fmin(1, (double)(at + s->n_slots) / (double)n)))
      break;
  }
  return R2NN_OK;
}

/* Clip number index of the batch forward to its energies. */
static void forward_task(void *argument, uint32_t index) {
  session *s = argument;
  slot *at = &s->slots[index];
  uint32_t clip = s->order[s->at + index];
  r2nn_random random = stream_of(s, s->epoch, clip);
  const double *u;
  uint32_t n_frames;
  double rate_hz;
  if (s->first) {
    uint32_t variant = (uint32_t)(r2nn_random_uniform(&random) * s->recipe->n_variants);
    const frames *from = &s->cache[(size_t)variant * s->choice->n + clip];
    size_t count = (size_t)from->n * s->drawn[0].n_outputs;
    if (count > at->rows.n_space) {
      free(at->rows.x);
      at->rows.x = malloc(count * sizeof *at->rows.x);
      at->rows.n_space = at->rows.x ? count : 0;
    }
    at->failed = count && !at->rows.x;
    if (at->failed) return;
    for (size_t i = 0; i < count; i++) at->rows.x[i] = (double)from->x[i];
    u = at->rows.x;
    n_frames = from->n;
    rate_hz = from->rate_hz;
    s->duration_s[index] = from->duration_s;
  } else {
    bool plain = s->recipe->n_variants > 1 && r2nn_random_uniform(&random) * s->recipe->n_variants < 1;
    at->failed = !r2nn_vary(s->recipe, s->choice->clips[clip], s->dataset->n_channels, plain ? NULL : &random, &at->rows);
    if (at->failed) return;
    u = at->rows.x;
    n_frames = at->rows.n_frames;
    rate_hz = at->rows.rate_hz;
    s->duration_s[index] = n_frames / rate_hz;
  }
  at->failed = !r2nn_cascade_forward(&s->cascade, s->first, s->recipe->n_stages, u, n_frames, rate_hz, true, &at->journey);
  if (!at->failed) r2nn_cascade_energies(&s->cascade, &at->journey, s->energies + (size_t)index * s->n_features);
}

static void backward_task(void *argument, uint32_t index) {
  session *s = argument;
  slot *at = &s->slots[index];
  for (uint32_t k = s->first; k < s->recipe->n_stages; k++)
    memset(at->gradient[k].d, 0, r2nn_stage_gradient_size(&s->drawn[k]) * sizeof(double));
  r2nn_cascade_backward(&s->cascade, s->first, &at->journey, s->dx + (size_t)index * s->n_features, at->gradient);
}

/* Centre and spread of the features over many batches. */
static void follow_running(session *s) {
  const r2nn_learner *learner = &s->fitted->learner;
  double share = s->has_running ? MOMENTUM : 1;
  for (uint32_t i = 0; i < s->n_features; i++) {
    s->center[i] += share * (learner->center[i] - s->center[i]);
    s->spread[i] += share * (learner->spread[i] - s->spread[i]);
  }
  s->has_running = true;
}

/* One mini-batch of n clips: forward, loss, back, a step. */
static double step(session *s, uint32_t n) {
  const r2nn_recipe *recipe = s->recipe;
  r2nn_learner *learner = &s->fitted->learner;
  r2nn_random parts = r2nn_random_new(recipe->seed, 50 + (uint64_t)s->epoch * 65537u + s->at);
  if (recipe->tolerance > 0) draw_stages(s, s->first, recipe->tolerance, &parts);
  r2nn_workers_run(s->trainer->workers, n, forward_task, s);
  if (any_failed(s)) return NAN;
  s->batch.n_rows = n;
  for (uint32_t i = 0; i < n; i++) s->batch.label[i] = s->choice->clips[s->order[s->at + i]]->label;
  if (s->fitted->floor <= 0) s->fitted->floor = FLOOR_MORE * r2nn_features_floor(s->energies, s->duration_s, n, s->n_features);
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
    size_t size = r2nn_stage_gradient_size(&s->drawn[k]);
    for (uint32_t i = 1; i < n; i++)
      for (size_t e = 0; e < size; e++) sum->d[e] += s->slots[i].gradient[k].d[e];
    if (recipe->tolerance > 0) r2nn_tolerance_undraw(&s->fitted->stages[k], &s->drawn[k], sum);
    r2nn_params_chain(&s->params[k], &s->fitted->stages[k], sum);
    r2nn_adam_step(&s->adam[k], s->params[k].theta, s->params[k].gradient);
    r2nn_params_clip(&s->params[k]);
    r2nn_params_apply(&s->params[k], &s->fitted->stages[k]);
  }
  r2nn_adam_step(&s->head_adam, learner->theta, learner->gradient);
  draw_stages(s, s->first, 0, NULL);
  return loss;
}

/* ---- validation ---- */

typedef struct judging {
  const session *s;
  const r2nn_choice *choice;
  double *energies, *duration_s;
  slot *slots;
  uint32_t at;
} judging;

static void judge_task(void *argument, uint32_t index) {
  judging *job = argument;
  const session *s = job->s;
  slot *at = &job->slots[index];
  uint32_t clip = job->at + index;
  at->failed = !r2nn_vary(s->recipe, job->choice->clips[clip], s->dataset->n_channels, NULL, &at->rows) ||
               !r2nn_cascade_forward(&s->cascade, 0, s->recipe->n_stages, at->rows.x, at->rows.n_frames, at->rows.rate_hz, false,
                                     &at->journey);
  if (at->failed) return;
  job->duration_s[clip] = at->rows.n_frames / at->rows.rate_hz;
  r2nn_cascade_energies(&s->cascade, &at->journey, job->energies + (size_t)clip * s->n_features);
}

/* The features of unvaried clips; *table is new. */
static r2nn_status table_of(session *s, const r2nn_choice *choice, r2nn_table *table, r2nn_error *error) {
  uint32_t n = choice->n;
  judging job = {.s = s, .choice = choice, .slots = s->slots};
  job.energies = malloc(((size_t)n * s->n_features + 1) * sizeof *job.energies);
  job.duration_s = malloc((n + 1) * sizeof *job.duration_s);
  bool good = r2nn_table_init(table, n, s->n_features) && job.energies && job.duration_s;
  for (job.at = 0; job.at < n && good; job.at += s->n_slots) {
    r2nn_workers_run(s->trainer->workers, n - job.at < s->n_slots ? n - job.at : s->n_slots, judge_task, &job);
    good = !any_failed(s);
  }
  if (good && s->fitted->floor <= 0)
    s->fitted->floor = FLOOR_MORE * r2nn_features_floor(job.energies, job.duration_s, n, s->n_features);
  if (good) {
    for (uint32_t i = 0; i < n; i++) table->label[i] = choice->clips[i]->label;
    r2nn_features(s->recipe, job.energies, job.duration_s, s->fitted->floor, table);
  }
  free(job.energies);
  free(job.duration_s);
  return good ? R2NN_OK : out_of_memory(error);
}

/* Copy all values into (or, with back, out of) kept. */
static void keep_values(session *s, double *kept, bool back) {
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
  draw_stages(s, 0, 0, NULL);
}

/* The learner sees features as it did over many batches. */
static void use_running(session *s) {
  r2nn_learner *learner = &s->fitted->learner;
  if (!s->has_running) return;
  memcpy(learner->center, s->center, s->n_features * sizeof *s->center);
  memcpy(learner->spread, s->spread, s->n_features * sizeof *s->spread);
}

/* How the present values do on valid; keeps them if they are the best so far. */
static r2nn_status check(session *s, const r2nn_choice *valid, uint32_t n_epochs, r2nn_error *error) {
  r2nn_table table = {0};
  r2nn_status status = table_of(s, valid, &table, error);
  if (status == R2NN_OK) {
    use_running(s);
    double accuracy = r2nn_learner_accuracy(&s->fitted->learner, &table),
           entropy = r2nn_learner_entropy(&s->fitted->learner, &table);
    if (accuracy > s->best.accuracy || (accuracy == s->best.accuracy && entropy < s->best.entropy)) {
      s->best.accuracy = accuracy;
      s->best.entropy = entropy;
      s->best.n_epochs = n_epochs;
      keep_values(s, s->best.theta, false);
    }
  }
  r2nn_table_free(&table);
  return status;
}

/* ---- the run ---- */

static void shuffle(session *s) {
  r2nn_random random = r2nn_random_new(s->recipe->seed, 11 + (uint64_t)s->epoch * 257u);
  for (uint32_t i = s->choice->n; i > 1; i--) {
    uint32_t other = (uint32_t)(r2nn_random_uniform(&random) * i), keep = s->order[i - 1];
    s->order[i - 1] = s->order[other];
    s->order[other] = keep;
  }
}

/* All that a fit has reached, written to or read from the tape. A fit that is done needs its optimisers no more. */
static void pass_state(session *s, r2nn_tape *tape) {
  r2nn_learner *learner = &s->fitted->learner;
  uint32_t has_running = s->has_running;
  r2nn_tape_whole(tape, &s->epoch);
  r2nn_tape_whole(tape, &s->is_done);
  for (uint32_t k = 0; k < s->recipe->n_stages; k++) r2nn_tape_values(tape, s->params[k].theta, s->params[k].n);
  r2nn_tape_values(tape, learner->theta, learner->n_theta);
  r2nn_tape_values(tape, learner->center, s->n_features);
  r2nn_tape_values(tape, learner->spread, s->n_features);
  r2nn_tape_values(tape, learner->means, (size_t)learner->n_classes * s->n_features);
  r2nn_tape_values(tape, s->center, s->n_features);
  r2nn_tape_values(tape, s->spread, s->n_features);
  r2nn_tape_whole(tape, &has_running);
  r2nn_tape_values(tape, &s->fitted->floor, 1);
  r2nn_tape_values(tape, &s->best.accuracy, 1);
  r2nn_tape_values(tape, &s->best.entropy, 1);
  r2nn_tape_whole(tape, &s->best.n_epochs);
  r2nn_tape_values(tape, s->best.theta, n_kept(s));
  s->has_running = has_running;
  for (uint32_t k = 0; k <= s->recipe->n_stages && !s->is_done; k++) {
    r2nn_adam *adam = k < s->recipe->n_stages ? &s->adam[k] : &s->head_adam;
    r2nn_tape_whole(tape, &adam->step);
    r2nn_tape_values(tape, adam->mean, adam->n);
    r2nn_tape_values(tape, adam->square, adam->n);
  }
}

/* At the end of an epoch. */
static void keep_state(session *s) {
  r2nn_tape tape = {0};
  if (!s->trainer->checkpoint) return;
  pass_state(s, &tape);
  tape.values = r2nn_checkpoint_keep(s->trainer->checkpoint, s->fit, tape.at);
  tape.at = 0;
  if (tape.values) pass_state(s, &tape);
  r2nn_checkpoint_offer(s->trainer->checkpoint, false);
}

/* Go on where an earlier run was, if it was here at all. */
static r2nn_status find_state(session *s, r2nn_error *error) {
  r2nn_tape tape = {.back = true};
  double *values;
  size_t n;
  s->fit = r2nn_checkpoint_begin(s->trainer->checkpoint, &values, &n);
  if (!values) return R2NN_OK;
  s->is_done = n > 1 && values[1] != 0;
  pass_state(s, &tape);
  if (tape.at != n || !(values[0] <= s->recipe->n_epochs))
    return r2nn_fail(error, R2NN_BAD_DATA, "the checkpoint does not fit this training: remove it and train from the start");
  tape = (r2nn_tape){.values = values, .back = true};
  pass_state(s, &tape);
  for (uint32_t k = 0; k < s->recipe->n_stages; k++) r2nn_params_apply(&s->params[k], &s->fitted->stages[k]);
  draw_stages(s, 0, 0, NULL);
  /* The order of the clips comes from all epochs so far. */
  for (uint32_t n_epochs = s->epoch, e = s->epoch = 0; e < n_epochs; s->epoch = ++e) shuffle(s);
  return R2NN_OK;
}

/* About how long a pass through stage k takes, in any unit: frames a second times what is done with each. */
static double work_of(const session *s, uint32_t k) {
  const r2nn_stage *stage = &s->fitted->stages[k];
  double rate = s->choice->clips[0]->rate_hz;
  for (uint32_t i = 0; i < k; i++)
    if (s->fitted->stages[i].rate_hz > 0) rate = s->fitted->stages[i].rate_hz;
  return rate * (10.0 * stage->n_nodes + stage->n_inputs + 2.0 * stage->n_couplings);
}

static r2nn_status run(session *s, const r2nn_choice *valid, r2nn_error *error) {
  const r2nn_recipe *recipe = s->recipe;
  uint32_t n_frozen = recipe->n_epochs - recipe->n_joint_epochs;
  double first = work_of(s, 0), rest = 0, cost, done;
  for (uint32_t k = 1; k < recipe->n_stages; k++) rest += work_of(s, k);
  double listening = n_frozen ? LISTENING * recipe->n_variants * first : 0;
  cost = listening + n_frozen * rest + recipe->n_joint_epochs * (first + rest);
  s->listening = listening / cost;
  r2nn_status status = find_state(s, error);
  if (status == R2NN_OK && s->epoch < n_frozen && !s->is_done) status = fill_cache(s, error);
  done = listening + s->epoch * rest + (s->epoch > n_frozen ? (s->epoch - n_frozen) * first : 0);
  while (s->epoch < recipe->n_epochs && status == R2NN_OK && !s->trainer->stopped && !s->is_done) {
    s->first = s->epoch < n_frozen ? 1 : 0;
    shuffle(s);
    for (s->at = 0; s->at < s->choice->n && status == R2NN_OK; s->at += s->n_slots) {
      uint32_t n = s->choice->n - s->at < s->n_slots ? s->choice->n - s->at : s->n_slots;
      if (n < s->n_slots / 2 && s->at) break; /* too few for their own mean and spread: they come first another time */
      if (!(step(s, n) < HUGE_VAL))
        status = any_failed(s)
                     ? out_of_memory(error)
                     : r2nn_fail(error, R2NN_BAD_DATA, "the training loss is no longer a number: are some clips extremely loud?");
      if (!r2nn_trainer_tell(s->trainer, s->first ? "training the slow stages" : "training all stages", done / cost)) break;
      done += (s->first ? rest : first + rest) * n / s->choice->n;
    }
    uint32_t ran = ++s->epoch;
    s->is_done = ran == recipe->n_epochs;
    if (valid && status == R2NN_OK && (ran % CHECK_EPOCHS == 0 || s->is_done)) {
      status = check(s, valid, ran, error);
      s->is_done |= ran >= s->best.n_epochs + PATIENCE * CHECK_EPOCHS;
    }
    if (status == R2NN_OK && !s->trainer->stopped) keep_state(s);
  }
  if (status == R2NN_OK && s->trainer->stopped && !s->was_stopped) r2nn_checkpoint_offer(s->trainer->checkpoint, true);
  return status;
}

r2nn_status r2nn_joint_fit(const r2nn_dataset *dataset, const r2nn_recipe *recipe, const r2nn_choice *train,
                           const r2nn_choice *valid, r2nn_trainer *trainer, r2nn_fitted *fitted, r2nn_validation *outcome,
                           r2nn_error *error) {
  session s = {
      .dataset = dataset, .recipe = recipe, .choice = train, .trainer = trainer, .fitted = fitted, .was_stopped = trainer->stopped};
  *fitted = (r2nn_fitted){0};
  r2nn_status status = session_init(&s, error);
  if (status == R2NN_OK && recipe->train_circuit) {
    status = run(&s, valid, error);
    if (status == R2NN_OK && valid && s.best.accuracy >= 0) keep_values(&s, s.best.theta, true);
    for (uint32_t k = 0; k < fitted->n_stages && status == R2NN_OK; k++) r2nn_layout_prune(recipe, &fitted->stages[k]);
    use_running(&s);
  } else if (status == R2NN_OK) {
    r2nn_table table = {0};
    status = table_of(&s, train, &table, error);
    if (status == R2NN_OK) status = r2nn_learner_fit(&fitted->learner, &table, recipe->n_head_epochs, error);
    if (status == R2NN_OK && valid) status = check(&s, valid, 0, error);
    r2nn_table_free(&table);
  }
  if (outcome) *outcome = (r2nn_validation){s.best.accuracy, s.best.entropy, s.best.n_epochs};
  session_free(&s);
  if (status != R2NN_OK) r2nn_fitted_free(fitted);
  return status;
}
