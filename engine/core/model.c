/* Making, copying and freeing models, stages and heads, with the defaults of model.h. */
#include "r2nn/model.h"

#include <stdlib.h>
#include <string.h>

/* Numbers in one weight matrix of a head; a larger one is refused. */
#define MAX_WEIGHTS (1u << 26)

/* Zeroed room for n things, never NULL for want of things. */
static void *make(size_t n, size_t size) {
  return calloc(n ? n : 1, size);
}

/* A copy of n things; NULL stays NULL (and is no failure then). */
static void *duplicate(const void *from, size_t n, size_t size, bool *failed) {
  if (!from) return NULL;
  void *to = make(n, size);
  if (!to) *failed = true;
  if (to && n) memcpy(to, from, n * size);
  return to;
}

static char *duplicate_text(const char *from, bool *failed) {
  return duplicate(from, from ? strlen(from) + 1 : 0, 1, failed);
}

r2nn_model *r2nn_model_new(uint32_t n_channels, uint32_t n_classes, uint32_t n_stages) {
  r2nn_model *model = calloc(1, sizeof *model);
  if (!model) return NULL;
  *model = (r2nn_model){.n_channels = n_channels,
                        .n_classes = n_classes,
                        .classes = make(n_classes, sizeof *model->classes),
                        .n_stages = n_stages,
                        .stages = make(n_stages, sizeof *model->stages),
                        .remove_mean = true,
                        .highpass_hz = 1,
                        .readout = {.floor = 1e-12, .gate_db = -40, .hysteresis_db = 6, .hang_s = 0.15, .min_s = 0.03},
                        .head = {.kind = R2NN_HEAD_ENERGY, .n_classes = n_classes, .sharpness = 2}};
  if (!model->classes || !model->stages) {
    model->n_classes = model->n_stages = 0;
    r2nn_model_free(model);
    return NULL;
  }
  for (uint32_t i = 0; i < n_stages; i++) model->stages[i].law_scale_v = 1;
  return model;
}

r2nn_model *r2nn_model_copy(const r2nn_model *model) {
  r2nn_model *copy = r2nn_model_new(model->n_channels, model->n_classes, model->n_stages);
  if (!copy) return NULL;
  bool failed = false;
  char **classes = copy->classes;
  r2nn_stage *stages = copy->stages;

  *copy = *model;
  copy->classes = classes;
  copy->stages = stages;
  copy->training = duplicate_text(model->training, &failed);
  copy->evaluation = duplicate_text(model->evaluation, &failed);
  for (uint32_t i = 0; i < model->n_classes; i++) classes[i] = duplicate_text(model->classes[i], &failed);

  for (uint32_t i = 0; i < model->n_stages; i++) {
    const r2nn_stage *from = &model->stages[i];
    stages[i] = *from;
    stages[i].nodes = duplicate(from->nodes, from->n_nodes, sizeof *from->nodes, &failed);
    stages[i].couplings = duplicate(from->couplings, from->n_couplings, sizeof *from->couplings, &failed);
    stages[i].inputs = duplicate(from->inputs, from->n_inputs, sizeof *from->inputs, &failed);
    stages[i].outputs = duplicate(from->outputs, from->n_outputs, sizeof *from->outputs, &failed);
  }

  const r2nn_head *head = &model->head;
  bool is_mlp = head->kind == R2NN_HEAD_MLP;
  size_t n_rows = is_mlp ? head->n_hidden : head->n_classes;
  size_t n_bias = head->kind == R2NN_HEAD_CENTROID ? head->n_features : n_rows;
  copy->head.w1 = duplicate(head->w1, n_rows * head->n_features, sizeof *head->w1, &failed);
  copy->head.b1 = duplicate(head->b1, n_bias, sizeof *head->b1, &failed);
  copy->head.w2 = duplicate(head->w2, (size_t)head->n_classes * head->n_hidden, sizeof *head->w2, &failed);
  copy->head.b2 = duplicate(head->b2, head->n_classes, sizeof *head->b2, &failed);

  if (failed) {
    r2nn_model_free(copy);
    return NULL;
  }
  return copy;
}

void r2nn_model_free(r2nn_model *model) {
  if (!model) return;
  for (uint32_t i = 0; i < model->n_classes; i++) free(model->classes[i]);
  for (uint32_t i = 0; i < model->n_stages; i++) r2nn_stage_free(&model->stages[i]);
  r2nn_head_free(&model->head);
  free(model->classes);
  free(model->stages);
  free(model->training);
  free(model->evaluation);
  free(model);
}

r2nn_status r2nn_stage_init(r2nn_stage *stage, uint32_t n_nodes, uint32_t n_couplings, uint32_t n_inputs, uint32_t n_outputs,
                            r2nn_error *error) {
  if (n_nodes < 1 || n_nodes > R2NN_MAX_NODES)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "nodes: must be 1 to %u, are %u", R2NN_MAX_NODES, n_nodes);
  if (n_couplings > R2NN_MAX_COUPLINGS)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "couplings: must be at most %u, are %u", R2NN_MAX_COUPLINGS, n_couplings);
  if (n_inputs > R2NN_MAX_COUPLINGS)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "inputs: must be at most %u, are %u", R2NN_MAX_COUPLINGS, n_inputs);
  if (n_outputs > n_nodes)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "outputs: must be at most the %u nodes, are %u", n_nodes, n_outputs);
  stage->nodes = make(n_nodes, sizeof *stage->nodes);
  stage->couplings = make(n_couplings, sizeof *stage->couplings);
  stage->inputs = make(n_inputs, sizeof *stage->inputs);
  stage->outputs = make(n_outputs, sizeof *stage->outputs);
  if (!stage->nodes || !stage->couplings || !stage->inputs || !stage->outputs) {
    r2nn_stage_free(stage);
    return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for a stage of %u nodes", n_nodes);
  }
  stage->n_nodes = n_nodes;
  stage->n_couplings = n_couplings;
  stage->n_inputs = n_inputs;
  stage->n_outputs = n_outputs;
  return R2NN_OK;
}

void r2nn_stage_free(r2nn_stage *stage) {
  if (!stage) return;
  free(stage->nodes);
  free(stage->couplings);
  free(stage->inputs);
  free(stage->outputs);
  stage->nodes = NULL;
  stage->couplings = NULL;
  stage->inputs = NULL;
  stage->outputs = NULL;
  stage->n_nodes = stage->n_couplings = stage->n_inputs = stage->n_outputs = 0;
}

r2nn_status r2nn_head_init(r2nn_head *head, r2nn_head_kind kind, uint32_t n_features, uint32_t n_hidden, uint32_t n_classes,
                           r2nn_error *error) {
  bool is_mlp = kind == R2NN_HEAD_MLP;
  size_t n_rows = is_mlp ? n_hidden : n_classes;
  if ((uint32_t)kind >= R2NN_N_HEADS) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "head: unknown kind %d", (int)kind);
  if (n_classes < 1 || n_classes > R2NN_MAX_CLASSES)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "head: classes must be 1 to %u, are %u", R2NN_MAX_CLASSES, n_classes);
  if (n_features < 1 || n_features > R2NN_MAX_NODES)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "head: features must be 1 to %u, are %u", R2NN_MAX_NODES, n_features);
  if (kind == R2NN_HEAD_ENERGY && n_features != n_classes)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "head: an energy head needs %u features, one a class, not %u", n_classes,
                     n_features);
  if (is_mlp && (n_hidden < 1 || n_hidden > R2NN_MAX_NODES))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "head: hidden nodes must be 1 to %u, are %u", R2NN_MAX_NODES, n_hidden);
  if (n_rows * n_features > MAX_WEIGHTS)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "head: weights must be at most %u, are %zu", MAX_WEIGHTS, n_rows * n_features);

  r2nn_head made = {.kind = kind,
                    .n_features = n_features,
                    .n_hidden = is_mlp ? n_hidden : 0,
                    .n_classes = n_classes,
                    .sharpness = kind == R2NN_HEAD_ENERGY ? 2 : 1};
  size_t n_bias = kind == R2NN_HEAD_CENTROID ? n_features : n_rows;
  bool has_weights = kind != R2NN_HEAD_ENERGY;
  if (has_weights) made.w1 = make(n_rows * n_features, sizeof *made.w1);
  if (has_weights) made.b1 = make(n_bias, sizeof *made.b1);
  if (is_mlp) made.w2 = make((size_t)n_classes * n_hidden, sizeof *made.w2);
  if (is_mlp) made.b2 = make(n_classes, sizeof *made.b2);
  if ((has_weights && (!made.w1 || !made.b1)) || (is_mlp && (!made.w2 || !made.b2))) {
    r2nn_head_free(&made);
    return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for a head of %zu weights", n_rows * n_features);
  }
  if (kind == R2NN_HEAD_CENTROID)
    for (uint32_t i = 0; i < n_features; i++) made.b1[i] = 1;
  *head = made;
  return R2NN_OK;
}

void r2nn_head_free(r2nn_head *head) {
  if (!head) return;
  free(head->w1);
  free(head->b1);
  free(head->w2);
  free(head->b2);
  head->w1 = head->b1 = head->w2 = head->b2 = NULL;
}

uint32_t r2nn_model_stage_channels(const r2nn_model *model, uint32_t index) {
  return index == 0 ? model->n_channels : model->stages[index - 1].n_outputs;
}

uint32_t r2nn_model_n_features(const r2nn_model *model) {
  return r2nn_model_stage_channels(model, model->n_stages);
}
