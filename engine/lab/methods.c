/* The ways to classify that tables 1 and 2 compare. */
#include "lab/fit.h"
#include "lab/map.h"
#include "lab/nearest.h"
#include "train/adam.h"
#include "train/perceptron.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const r2nn_lab_readings[] = {"argmax", "product", "distance", NULL};

r2nn_lab_job r2nn_lab_job_default(void) {
  return (r2nn_lab_job){.training = {.n_starts = 4, .n_steps = 8000, .n_batch = 256, .rate = 0.1},
                        .lambda = 0.3,
                        .output = R2NN_LAB_KIRCHHOFF,
                        .even = R2NN_LAB_EVEN,
                        .bell = R2NN_LAB_SHIFTED,
                        .n_hidden = 2,
                        .sizes = {5, 4}};
}

/* The L2 readout alone: A = 1. */
static r2nn_status run_l2(const r2nn_lab_job *job, r2nn_lab_verdict *verdict, r2nn_error *error) {
  const r2nn_lab_data *train = job->train, *test = job->test;
  uint32_t f = train->n_features, k_max = train->n_classes;
  double *mean = malloc((size_t)k_max * f * sizeof *mean);
  if (!mean) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for means");
  r2nn_nearest_means(train->x, train->label, train->n_rows, f, k_max, mean);
  verdict->train_accuracy = r2nn_nearest_accuracy(train->x, train->label, train->n_rows, f, mean, k_max, NULL);
  verdict->accuracy = r2nn_nearest_accuracy(test->x, test->label, test->n_rows, f, mean, k_max, verdict->decided);
  free(mean);
  return R2NN_OK;
}

/* Layers as a definition says. */
static r2nn_status run_layers(const r2nn_lab_job *job, const r2nn_lab_layers_def *def, r2nn_lab_verdict *verdict,
                              r2nn_error *error) {
  r2nn_layers layers;
  r2nn_status status = r2nn_lab_fit(def, job->train, &job->training, job->seed, &layers, &verdict->loss, error);
  if (status != R2NN_OK) return status;
  r2nn_layers_count(&layers, &verdict->n_nodes, &verdict->n_unstable);
  verdict->train_accuracy = r2nn_lab_accuracy(&layers, job->train, NULL);
  verdict->accuracy = r2nn_lab_accuracy(&layers, job->test, verdict->decided);
  r2nn_layers_free(&layers);
  return R2NN_OK;
}

/* A optimised through the other readings, full batch: convex or nearly so, one start is enough. */
enum { MAP_STEPS = 400 };
static r2nn_status run_map(const r2nn_lab_job *job, bool product, r2nn_lab_verdict *verdict, r2nn_error *error) {
  r2nn_map map;
  r2nn_adam adam = {0};
  bool good = r2nn_map_init(&map, job->train, product);
  uint32_t n = good ? map.n_features * (map.n_features + 1) : 0;
  good = good && r2nn_adam_init(&adam, n, MAP_STEPS, 0.05);
  for (int step = 0; good && step < MAP_STEPS; step++) {
    verdict->loss = r2nn_map_loss(&map, job->train, &verdict->train_accuracy, NULL);
    r2nn_adam_step(&adam, map.a, map.gradient);
  }
  if (good) r2nn_map_loss(&map, job->test, &verdict->accuracy, verdict->decided);
  r2nn_adam_free(&adam);
  r2nn_map_free(&map);
  return good ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a linear map");
}

static r2nn_status run_linear(const r2nn_lab_job *job, r2nn_lab_verdict *verdict, r2nn_error *error) {
  r2nn_lab_layers_def def = {.output = R2NN_LAB_SUM};
  return job->reading == 0 ? run_layers(job, &def, verdict, error) : run_map(job, job->reading == 1, verdict, error);
}

static r2nn_status run_mcp(const r2nn_lab_job *job, r2nn_lab_verdict *verdict, r2nn_error *error) {
  const r2nn_lab_data *train = job->train, *test = job->test;
  r2nn_table x = {train->n_rows, train->n_features, train->x, train->label};
  r2nn_table y = {test->n_rows, test->n_features, test->x, test->label};
  r2nn_perceptron_result result = {.decided = verdict->decided};
  r2nn_status status = r2nn_perceptron(&x, &y, train->n_classes, job->last, job->seed, &result, error);
  verdict->accuracy = result.accuracy;
  verdict->train_accuracy = result.train_accuracy;
  return status;
}

static r2nn_lab_layers_def deep(const r2nn_lab_job *job) {
  r2nn_lab_layers_def def = {.n_hidden = job->n_hidden};
  memcpy(def.sizes, job->sizes, sizeof def.sizes);
  return def;
}

static r2nn_status run_npml(const r2nn_lab_job *job, r2nn_lab_verdict *verdict, r2nn_error *error) {
  r2nn_lab_layers_def def = deep(job);
  def.hidden = def.output = R2NN_LAB_KIRCHHOFF;
  def.lambda = job->lambda;
  return run_layers(job, &def, verdict, error);
}

static r2nn_status run_spml(const r2nn_lab_job *job, r2nn_lab_verdict *verdict, r2nn_error *error) {
  r2nn_lab_layers_def def = deep(job);
  def.hidden = R2NN_LAB_KIRCHHOFF;
  def.output = job->output;
  def.law = job->even;
  return run_layers(job, &def, verdict, error);
}

static r2nn_status run_ml(const r2nn_lab_job *job, r2nn_lab_verdict *verdict, r2nn_error *error) {
  r2nn_lab_layers_def def = deep(job);
  return run_layers(job, &def, verdict, error);
}

static r2nn_status run_grounded(const r2nn_lab_job *job, r2nn_lab_verdict *verdict, r2nn_error *error) {
  r2nn_lab_layers_def def = deep(job);
  def.hidden = def.output = R2NN_LAB_GROUNDED;
  return run_layers(job, &def, verdict, error);
}

static r2nn_status run_relaxed(const r2nn_lab_job *job, r2nn_lab_node node, r2nn_lab_bound bound, bool bell,
                               r2nn_lab_verdict *verdict, r2nn_error *error) {
  r2nn_lab_layers_def def = deep(job);
  def.hidden = def.output = node;
  def.bound = bound;
  if (bell) def.law = job->bell;
  return run_layers(job, &def, verdict, error);
}

/* Weights bounded by BOUND, law s or one with both slopes. */
#define RELAXED(name, node, bound, bell)                                                                                           \
  static r2nn_status name(const r2nn_lab_job *job, r2nn_lab_verdict *verdict, r2nn_error *error) {                                 \
    return run_relaxed(job, node, bound, bell, verdict, error);                                                                    \
  }
RELAXED(run_tanh, R2NN_LAB_SUM, R2NN_LAB_TANH, false)
RELAXED(run_unit, R2NN_LAB_SUM, R2NN_LAB_UNIT, false)
RELAXED(run_exp, R2NN_LAB_SUM, R2NN_LAB_EXP, false)
RELAXED(run_tanh_bell, R2NN_LAB_SUM, R2NN_LAB_TANH, true)
RELAXED(run_unit_bell, R2NN_LAB_SUM, R2NN_LAB_UNIT, true)
RELAXED(run_exp_bell, R2NN_LAB_SUM, R2NN_LAB_EXP, true)
RELAXED(run_passive, R2NN_LAB_KIRCHHOFF, R2NN_LAB_EXP, false)
RELAXED(run_passive_bell, R2NN_LAB_KIRCHHOFF, R2NN_LAB_EXP, true)

const r2nn_lab_method r2nn_lab_methods[] = {
    {"l2", "the L2 readout alone, no network", run_l2, true, false},
    {"linear", "an optimised linear map", run_linear, true, false},
    {"mcp", "multiclass perceptron", run_mcp, true, false},
    {"npml", "nodes by eq. 6, sums kept near 1 by eq. 7", run_npml, true, false},
    {"spml", "nodes by eq. 6, an even law", run_spml, true, false},
    {"grounded", "ours: nodes with S > 0 by a conductance to ground", run_grounded, true, false},
    {"ml", "ordinary weighted sums", run_ml, true, true},
    {"tanh", "weights -1..1, law s", run_tanh, false, true},
    {"unit", "weights 0..1, law s", run_unit, false, true},
    {"exp", "weights > 0, law s", run_exp, false, true},
    {"tanh-bell", "weights -1..1, law with both slopes", run_tanh_bell, false, true},
    {"unit-bell", "weights 0..1, law with both slopes", run_unit_bell, false, true},
    {"exp-bell", "weights > 0, law with both slopes", run_exp_bell, false, true},
    {"passive", "conductances > 0 by eq. 6, law s", run_passive, false, true},
    {"passive-bell", "conductances > 0 by eq. 6, law with both slopes", run_passive_bell, false, true},
};
const uint32_t r2nn_lab_n_methods = sizeof r2nn_lab_methods / sizeof *r2nn_lab_methods;
