/* Making, copying and freeing models and stages, with the defaults of model.h. */
#include "r2nn/model.h"

#include "core/head.h"

#include <stdlib.h>
#include <string.h>

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
  *model =
      (r2nn_model){.n_channels = n_channels,
                   .n_classes = n_classes,
                   .classes = make(n_classes, sizeof *model->classes),
                   .n_stages = n_stages,
                   .stages = make(n_stages, sizeof *model->stages),
                   .remove_mean = true,
                   .highpass_hz = 1,
                   .highpass_order = 1,
                   .readout = {.floor = 1e-12, .gate_db = -40, .above_db = 10, .hysteresis_db = 6, .hang_s = 0.15, .min_s = 0.03},
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
  copy->axes = model->axes ? make(model->n_channels, sizeof *copy->axes) : NULL;
  failed = model->axes && !copy->axes;
  for (uint32_t i = 0; copy->axes && i < model->n_channels; i++) copy->axes[i] = duplicate_text(model->axes[i], &failed);
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
  r2nn_head_sizes n = r2nn_head_sizes_of(head->kind, head->n_features, head->n_hidden, head->n_classes);
  copy->head.w1 = duplicate(head->w1, n.w1, sizeof *head->w1, &failed);
  copy->head.b1 = duplicate(head->b1, n.b1, sizeof *head->b1, &failed);
  copy->head.w2 = duplicate(head->w2, n.w2, sizeof *head->w2, &failed);
  copy->head.b2 = duplicate(head->b2, n.b2, sizeof *head->b2, &failed);
  copy->head.offset = duplicate(head->offset, n.inputs, sizeof *head->offset, &failed);
  copy->head.gain = duplicate(head->gain, n.inputs, sizeof *head->gain, &failed);
  copy->head.ground1 = duplicate(head->ground1, n.ground1, sizeof *head->ground1, &failed);
  copy->head.ground2 = duplicate(head->ground2, n.ground2, sizeof *head->ground2, &failed);

  const r2nn_novelty *novelty = &model->novelty;
  copy->novelty.means = duplicate(novelty->means, (size_t)novelty->n_classes * novelty->n_features, sizeof(float), &failed);
  copy->novelty.spread = duplicate(novelty->spread, novelty->n_features, sizeof(float), &failed);

  if (failed) {
    r2nn_model_free(copy);
    return NULL;
  }
  return copy;
}

void r2nn_model_free(r2nn_model *model) {
  if (!model) return;
  for (uint32_t i = 0; i < model->n_classes; i++) free(model->classes[i]);
  for (uint32_t i = 0; model->axes && i < model->n_channels; i++) free(model->axes[i]);
  for (uint32_t i = 0; i < model->n_stages; i++) r2nn_stage_free(&model->stages[i]);
  r2nn_head_free(&model->head);
  r2nn_novelty_free(&model->novelty);
  free(model->classes);
  free(model->axes);
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

uint32_t r2nn_model_stage_channels(const r2nn_model *model, uint32_t index) {
  return index == 0 ? model->n_channels : model->stages[index - 1].n_outputs;
}

uint32_t r2nn_model_n_features(const r2nn_model *model) {
  return r2nn_model_stage_channels(model, model->n_stages);
}
