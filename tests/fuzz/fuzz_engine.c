/* Any valid model on any numbers: node voltages and decisions are finite and within their ranges, and the same in other blocks. The
 * input is a model's text, a zero byte, a byte that chooses the rate, a byte of block sizes, then floats as they lie in memory. */
#include "r2nn/engine.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_NODES = 64, MOST_FRAMES = 2048, MOST_CHANNELS = 8 };

static void require(int good, const char *what) {
  if (good) return;
  fprintf(stderr, "%s\n", what);
  abort();
}

/* Larger ones are slow to make and no different. */
static int is_small(const r2nn_model *model) {
  uint32_t n = 0;
  for (uint32_t s = 0; s < model->n_stages; s++) n += model->stages[s].n_nodes;
  return n <= MOST_NODES && model->n_channels <= MOST_CHANNELS;
}

static void check(const r2nn_decision *decision, uint32_t n_classes, uint64_t *sum) {
  double total = 0;
  require(decision->class_index >= -1 && decision->class_index < (int32_t)n_classes, "a class out of range");
  require(decision->best_index >= 0 && decision->best_index < (int32_t)n_classes, "a best class out of range");
  require(decision->start <= decision->end && decision->end <= decision->made, "times out of order");
  require(decision->score >= 0 && decision->score <= 1 && decision->margin >= 0 && decision->margin <= 1, "a score out of range");
  require(decision->distance >= 0 && !isnan(decision->level_db), "a distance or level out of range");
  for (uint32_t k = 0; k < n_classes; k++) {
    require(decision->scores[k] >= 0 && decision->scores[k] <= 1, "a score of a class out of range");
    total += decision->scores[k];
  }
  require(fabs(total - 1) < 1e-3, "scores do not sum to 1");
  uint32_t bits;
  memcpy(&bits, &decision->score, sizeof bits);
  *sum = *sum * 31 + decision->end * 7 + bits;
}

/* What the decisions come to; block 0: all at once. */
static uint64_t run(const r2nn_model *model, const r2nn_engine_def *def, const float *in, uint32_t n_frames, uint32_t block,
                    float *nodes) {
  r2nn_engine *engine;
  r2nn_error error = {""};
  uint64_t sum = 0;
  uint32_t width = model->stages[0].n_outputs;
  if (r2nn_engine_new(model, def, &engine, &error) != R2NN_OK) {
    require(error.text[0] && !strchr(error.text, '\n'), "a refusal is one line");
    return 0;
  }
  uint32_t most = r2nn_engine_max_frames(engine);
  if (block == 0 || block > most) block = most;
  for (uint32_t at = 0, n; at < n_frames; at += n) {
    r2nn_decision decision;
    n = n_frames - at < block ? n_frames - at : block;
    r2nn_engine_run_nodes(engine, in + (size_t)at * model->n_channels, nodes, n);
    for (size_t i = 0; i < (size_t)n * width; i++) require(isfinite(nodes[i]), "a voltage is not finite");
    while (r2nn_engine_poll(engine, &decision)) check(&decision, model->n_classes, &sum);
  }
  r2nn_engine_finish(engine);
  r2nn_decision decision;
  while (r2nn_engine_poll(engine, &decision)) check(&decision, model->n_classes, &sum);
  r2nn_engine_free(engine);
  return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const double rates_hz[] = {20, 200, 8000, 22050, 44100, 48000, 96000, 384000};
  const uint8_t *end = memchr(data, 0, size);
  r2nn_model *model = NULL;
  r2nn_error error = {""};
  if (!end || data + size - end < 4) return 0;
  if (r2nn_model_parse((const char *)data, (size_t)(end - data), &model, &error) != R2NN_OK) return 0;
  if (is_small(model)) {
    r2nn_engine_def def = r2nn_engine_def_default(model, rates_hz[end[1] % 8]);
    const uint8_t *bytes = end + 3;
    size_t n_values = (size_t)(data + size - bytes) / sizeof(float), n_frames = n_values / model->n_channels;
    if (n_frames > MOST_FRAMES) n_frames = MOST_FRAMES;
    float *in = malloc(sizeof *in * n_frames * model->n_channels + 1);
    float *nodes = malloc(sizeof *nodes * (n_frames + 1) * model->stages[0].n_outputs);
    require(in && nodes, "out of memory");
    memcpy(in, bytes, sizeof *in * n_frames * model->n_channels);
    uint64_t whole = run(model, &def, in, (uint32_t)n_frames, 0, nodes);
    require(run(model, &def, in, (uint32_t)n_frames, end[2] % 67 + 1, nodes) == whole, "other blocks, other decisions");
    free(in);
    free(nodes);
  }
  r2nn_model_free(model);
  return 0;
}
