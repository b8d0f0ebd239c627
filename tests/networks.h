/* Circuits and engines that the engine's tests start from. */
#ifndef R2NN_TESTS_NETWORKS_H
#define R2NN_TESTS_NETWORKS_H

#include "r2nn/engine.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

/* Random numbers in 0..1, the same on every machine. */
static inline double uniform(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return (double)(*seed >> 11) / 9007199254740992.0;
}

/* Noise in -1..1; the caller frees it. */
static inline float *new_noise(size_t n, uint64_t seed) {
  float *noise = malloc(n * sizeof *noise);
  for (size_t i = 0; i < n; i++) noise[i] = (float)(2 * uniform(&seed) - 1);
  return noise;
}

/* Sanitizer builds look at fewer cases. */
static inline bool is_reduced(void) {
  const char *sanitize = getenv("R2NN_SANITIZE");
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#endif
  return sanitize && *sanitize;
}

/* A model of two classes without stages in it yet, not AC-coupled, one decision a file, and a head that hears nothing. */
static inline r2nn_model *new_frame(uint32_t n_channels, uint32_t n_stages, uint32_t n_features) {
  r2nn_model *model = r2nn_model_new(n_channels, 2, n_stages);
  assert_non_null(model);
  model->classes[0] = strdup("a");
  model->classes[1] = strdup("b");
  model->remove_mean = false;
  model->readout.mode = R2NN_MODE_FILE;
  assert_int_equal(r2nn_head_init(&model->head, R2NN_HEAD_PERCEPTRON, n_features, 0, 2, NULL), R2NN_OK);
  return model;
}

/* The same with one empty stage. */
static inline r2nn_model *new_model(uint32_t n_channels, uint32_t n_nodes, uint32_t n_couplings, uint32_t n_inputs,
                                    uint32_t n_outputs) {
  r2nn_model *model = new_frame(n_channels, 1, n_outputs);
  assert_int_equal(r2nn_stage_init(&model->stages[0], n_nodes, n_couplings, n_inputs, n_outputs, NULL), R2NN_OK);
  for (uint32_t o = 0; o < n_outputs; o++) model->stages[0].outputs[o] = o;
  return model;
}

/* Give a node the frequency and quality that it has when its neighbours are held: d = K/w^2, c = K/(w q). K stays. */
static inline void tune_node(r2nn_stage *stage, uint32_t node, double freq_hz, double q) {
  double w = 2 * PI * freq_hz, self = r2nn_stage_self(stage, node);
  stage->nodes[node].d = self / (w * w);
  stage->nodes[node].c = self / (w * q);
}

/* The checked model. */
static inline r2nn_model *checked(r2nn_model *model) {
  r2nn_error error = {""};
  if (r2nn_model_check(model, &error) != R2NN_OK) fail_msg("%s", error.text);
  return model;
}

/* One resonator of unit gain at 0 Hz but for its ground: K = 1e-4, B = share * K. */
static inline r2nn_model *resonator(double freq_hz, double q, double share) {
  r2nn_model *model = new_model(1, 1, 0, 1, 1);
  model->stages[0].inputs[0] = (r2nn_input){.g = share * 1e-4};
  model->stages[0].nodes[0].g = (1 - share) * 1e-4;
  tune_node(&model->stages[0], 0, freq_hz, q);
  return checked(model);
}

/* One RC node that follows its input: H = 1/(1 + jw tau). */
static inline r2nn_model *follower(double tau_s) {
  r2nn_model *model = new_model(1, 1, 0, 1, 1);
  model->stages[0].inputs[0] = (r2nn_input){.g = 1e-4};
  model->stages[0].nodes[0].c = 1e-4 * tau_s;
  return checked(model);
}

/* n resonators of quality q from fmin to fmax, every third an RC node if asked, all coupled (each pair with a random signed
 * conductance) or not at all; every node hears every channel; at most four outputs. Diagonally dominant, so stable. */
static inline r2nn_model *network(uint32_t n, uint32_t n_channels, double fmin_hz, double fmax_hz, double q, double coupling,
                                  bool with_rc, uint64_t seed) {
  uint32_t n_couplings = coupling > 0 ? n * (n - 1) / 2 : 0, n_outputs = n < 4 ? n : 4;
  r2nn_model *model = new_model(n_channels, n, n_couplings, n * n_channels, n_outputs);
  r2nn_stage *stage = &model->stages[0];
  double *negative = calloc(n, sizeof *negative);
  for (uint32_t i = 0, k = 0; i < n && n_couplings; i++)
    for (uint32_t j = i + 1; j < n; j++, k++) {
      double g = coupling * 1e-4 / n * (2 * uniform(&seed) - 1);
      stage->couplings[k] = (r2nn_coupling){i, j, g};
      negative[i] += g < 0 ? -2 * g : 0;
      negative[j] += g < 0 ? -2 * g : 0;
    }
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t c = 0; c < n_channels; c++) stage->inputs[i * n_channels + c] = (r2nn_input){i, c, 1e-5 * (0.2 + uniform(&seed))};
    stage->nodes[i].g = 1e-4 + negative[i];
  }
  double *freq = malloc(n * sizeof *freq);
  for (uint32_t i = 0; i < n; i++) freq[i] = fmin_hz * pow(fmax_hz / fmin_hz, n > 1 ? (double)i / (n - 1) : 1);
  for (uint32_t i = 0; i < n; i++) {
    tune_node(stage, i, freq[i], with_rc && i % 3 == 1 ? 1 : q);
    if (with_rc && i % 3 == 1) stage->nodes[i].d = 0;
  }
  for (uint32_t o = 0; o < n_outputs; o++) stage->outputs[o] = n_outputs > 1 ? o * (n - 1) / (n_outputs - 1) : 0;
  free(negative);
  free(freq);
  return checked(model);
}

/* One network behind another, whose outputs it hears; both models go into it. */
static inline r2nn_model *behind(r2nn_model *first, r2nn_model *second) {
  r2nn_model *model = new_frame(first->n_channels, 2, second->stages[0].n_outputs);
  r2nn_model *from[] = {first, second};
  for (int s = 0; s < 2; s++) {
    model->stages[s] = from[s]->stages[0];
    from[s]->stages[0] = (r2nn_stage){0};
    r2nn_model_free(from[s]);
  }
  return checked(model);
}

static inline r2nn_engine *engine_with(const r2nn_model *model, double rate_hz, const r2nn_readout *readout) {
  r2nn_engine_def def = r2nn_engine_def_default(model, rate_hz);
  if (readout) def.readout = *readout;
  r2nn_engine *engine = NULL;
  r2nn_error error = {""};
  if (r2nn_engine_new(model, &def, &engine, &error) != R2NN_OK) fail_msg("%s", error.text);
  return engine;
}

static inline r2nn_engine *new_engine(const r2nn_model *model, double rate_hz) {
  return engine_with(model, rate_hz, NULL);
}

/* Node voltages [n][n_outputs] of a new engine on in [n][n_channels]; the caller frees them. */
static inline float *voltages(const r2nn_model *model, double rate_hz, const float *in, uint32_t n) {
  r2nn_engine *engine = new_engine(model, rate_hz);
  float *out = malloc((size_t)n * model->stages[0].n_outputs * sizeof *out);
  r2nn_engine_run_nodes(engine, in, out, n);
  r2nn_engine_free(engine);
  return out;
}

/* The same of one V on one channel in the first frame only. */
static inline float *impulse_response(const r2nn_model *model, double rate_hz, uint32_t channel, uint32_t n) {
  float *in = calloc((size_t)n * model->n_channels, sizeof *in);
  in[channel] = 1;
  float *out = voltages(model, rate_hz, in, n);
  free(in);
  return out;
}

/* Where two signals differ by more than tolerance. */
static inline void assert_near(double is, double wanted, double tolerance, const char *what) {
  if (fabs(is - wanted) <= tolerance) return;
  fail_msg("%s is %.9g, should be %.9g +- %.3g", what, is, wanted, tolerance);
}

#endif
