/* The check of a whole model: every field's range, named by its JSON path, then the certificate of every stage. */
#include "core/components.h"
#include "core/head.h"
#include "core/json_value.h"
#include "core/names.h"
#include "core/text.h"
#include "r2nn/model.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAD(...) return r2nn_fail(error, R2NN_BAD_MODEL, __VA_ARGS__)
#define TRY(call)                                                                                                                  \
  do {                                                                                                                             \
    r2nn_status tried = (call);                                                                                                    \
    if (tried != R2NN_OK) return tried;                                                                                            \
  } while (0)

/* What a number may be. */
typedef enum bounds { FINITE, NOT_NEGATIVE, POSITIVE, SHARE, ABOVE } bounds;

static const char *const bounds_texts[] = {"finite", "≥ 0", "> 0", "from 0 to 1", "from 0 to 60"};

static bool is_within(double value, bounds wanted) {
  switch (wanted) {
  case FINITE:
    return isfinite(value);
  case NOT_NEGATIVE:
    return isfinite(value) && value >= 0;
  case POSITIVE:
    return isfinite(value) && value > 0;
  case SHARE:
    return value >= 0 && value <= 1;
  case ABOVE:
    return value >= 0 && value <= 60;
  }
  return false;
}

/* The checks below take the path of what they judge as a format, which is only written out on failure. */
#define WRITE_PATH(text, format)                                                                                                   \
  do {                                                                                                                             \
    va_list arguments;                                                                                                             \
    va_start(arguments, format);                                                                                                   \
    vsnprintf((text), sizeof(text), format, arguments);                                                                            \
    va_end(arguments);                                                                                                             \
  } while (0)

static r2nn_status R2NN_PRINTF(4, 5) check_value(r2nn_error *error, double value, bounds wanted, const char *format, ...) {
  if (is_within(value, wanted)) return R2NN_OK;
  char path[128];
  WRITE_PATH(path, format);
  BAD("%s: must be %s, is %s", path, bounds_texts[wanted], R2NN_NUMBER(value));
}

static r2nn_status R2NN_PRINTF(4, 5) check_index(r2nn_error *error, uint32_t value, uint32_t n, const char *format, ...) {
  if (value < n) return R2NN_OK;
  char path[128];
  WRITE_PATH(path, format);
  BAD("%s: must be an integer from 0 to %u, is %u", path, n - 1, value);
}

static r2nn_status R2NN_PRINTF(5, 6)
    check_count(r2nn_error *error, uint32_t value, uint32_t least, uint32_t most, const char *format, ...) {
  if (value >= least && value <= most) return R2NN_OK;
  char path[128];
  WRITE_PATH(path, format);
  BAD("%s: must hold %u to %u entries, holds %u", path, least, most, value);
}

static bool is_utf8(const char *text) {
  while (*text) {
    size_t n = r2nn_utf8_step(text);
    if (n == 0) return false;
    text += n;
  }
  return true;
}

/* Things that must differ, by a key, and where they stand. */
typedef struct entry {
  uint64_t key;
  uint32_t index;
} entry;

static int by_key(const void *left, const void *right) {
  const entry *a = left, *b = right;
  if (a->key != b->key) return a->key < b->key ? -1 : 1;
  return a->index < b->index ? -1 : a->index > b->index;
}

/* The earliest entry that repeats another; sorts entries. */
static r2nn_status check_distinct(uint32_t stage, const char *list, entry *entries, uint32_t n, r2nn_error *error) {
  uint32_t second = UINT32_MAX, first = 0;
  qsort(entries, n, sizeof *entries, by_key);
  for (uint32_t i = 1; i < n; i++)
    if (entries[i].key == entries[i - 1].key && entries[i].index < second) {
      second = entries[i].index;
      first = entries[i - 1].index;
    }
  if (second == UINT32_MAX) return R2NN_OK;
  BAD("stages[%u].%s[%u]: repeats %s[%u]", stage, list, second, list, first);
}

static uint64_t key_of(uint32_t high, uint32_t low) {
  return (uint64_t)high << 32 | low;
}

static r2nn_status check_all_distinct(const r2nn_stage *s, uint32_t stage, entry *entries, r2nn_error *error) {
  for (uint32_t i = 0; i < s->n_couplings; i++) {
    uint32_t a = s->couplings[i].a, b = s->couplings[i].b;
    entries[i] = (entry){.key = a < b ? key_of(a, b) : key_of(b, a), .index = i};
  }
  TRY(check_distinct(stage, "couplings", entries, s->n_couplings, error));
  for (uint32_t i = 0; i < s->n_inputs; i++)
    entries[i] = (entry){.key = key_of(s->inputs[i].node, s->inputs[i].channel), .index = i};
  TRY(check_distinct(stage, "inputs", entries, s->n_inputs, error));
  for (uint32_t i = 0; i < s->n_outputs; i++) entries[i] = (entry){.key = s->outputs[i], .index = i};
  return check_distinct(stage, "outputs", entries, s->n_outputs, error);
}

static r2nn_status check_elements(const r2nn_stage *s, uint32_t stage, uint32_t n_channels, r2nn_error *error) {
  for (uint32_t i = 0; i < s->n_nodes; i++) {
    TRY(check_value(error, s->nodes[i].d, NOT_NEGATIVE, "stages[%u].nodes[%u].d", stage, i));
    TRY(check_value(error, s->nodes[i].c, NOT_NEGATIVE, "stages[%u].nodes[%u].c", stage, i));
    TRY(check_value(error, s->nodes[i].g, FINITE, "stages[%u].nodes[%u].g", stage, i));
    if (s->nodes[i].d == 0 && s->nodes[i].c == 0) BAD("stages[%u].nodes[%u]: d and c must not both be 0", stage, i);
  }
  for (uint32_t i = 0; i < s->n_couplings; i++) {
    const r2nn_coupling *coupling = &s->couplings[i];
    TRY(check_index(error, coupling->a, s->n_nodes, "stages[%u].couplings[%u][0]", stage, i));
    TRY(check_index(error, coupling->b, s->n_nodes, "stages[%u].couplings[%u][1]", stage, i));
    if (coupling->a == coupling->b) BAD("stages[%u].couplings[%u]: must join two nodes, joins %u to itself", stage, i, coupling->a);
    TRY(check_value(error, coupling->g, FINITE, "stages[%u].couplings[%u][2]", stage, i));
  }
  for (uint32_t i = 0; i < s->n_inputs; i++) {
    TRY(check_index(error, s->inputs[i].node, s->n_nodes, "stages[%u].inputs[%u][0]", stage, i));
    TRY(check_index(error, s->inputs[i].channel, n_channels, "stages[%u].inputs[%u][1]", stage, i));
    TRY(check_value(error, s->inputs[i].g, FINITE, "stages[%u].inputs[%u][2]", stage, i));
  }
  for (uint32_t i = 0; i < s->n_outputs; i++)
    TRY(check_index(error, s->outputs[i], s->n_nodes, "stages[%u].outputs[%u]", stage, i));
  return R2NN_OK;
}

static r2nn_status check_stage(const r2nn_stage *s, uint32_t stage, uint32_t n_channels, r2nn_error *error) {
  TRY(check_count(error, s->n_nodes, 1, R2NN_MAX_NODES, "stages[%u].nodes", stage));
  TRY(check_count(error, s->n_couplings, 0, R2NN_MAX_COUPLINGS, "stages[%u].couplings", stage));
  TRY(check_count(error, s->n_inputs, 1, R2NN_MAX_COUPLINGS, "stages[%u].inputs", stage));
  TRY(check_count(error, s->n_outputs, 1, s->n_nodes, "stages[%u].outputs", stage));
  if (!memchr(s->topology, '\0', sizeof s->topology) || !is_utf8(s->topology)) BAD("stages[%u].topology: must be UTF-8", stage);
  TRY(check_elements(s, stage, n_channels, error));

  uint32_t most = s->n_couplings > s->n_inputs ? s->n_couplings : s->n_inputs;
  if (most < s->n_outputs) most = s->n_outputs;
  entry *entries = malloc(most * sizeof *entries);
  if (!entries) return r2nn_fail(error, R2NN_NO_MEMORY, "no memory to check %u entries", most);
  r2nn_status status = check_all_distinct(s, stage, entries, error);
  free(entries);
  TRY(status);

  if ((uint32_t)s->law >= R2NN_N_LAWS) BAD("stages[%u].law: unknown law %d", stage, (int)s->law);
  TRY(check_value(error, s->law_scale_v, POSITIVE, "stages[%u].law_scale_v", stage));
  TRY(check_value(error, s->law_bias_v, FINITE, "stages[%u].law_bias_v", stage));
  TRY(check_value(error, s->smooth_s, NOT_NEGATIVE, "stages[%u].smooth_s", stage));
  return check_value(error, s->rate_hz, NOT_NEGATIVE, "stages[%u].rate_hz", stage);
}

static r2nn_status check_readout(const r2nn_readout *r, r2nn_error *error) {
  if ((uint32_t)r->mode >= R2NN_N_MODES) BAD("readout.mode: unknown mode %d", (int)r->mode);
  if ((uint32_t)r->energy >= R2NN_N_ENERGIES) BAD("readout.energy: unknown energy %d", (int)r->energy);
  if ((uint32_t)r->scale >= R2NN_N_SCALES) BAD("readout.scale: unknown scale %d", (int)r->scale);
  bool needs_window = r->mode == R2NN_MODE_WINDOW || r->mode == R2NN_MODE_LEAKY;
  TRY(check_value(error, r->floor, POSITIVE, "readout.floor"));
  TRY(check_value(error, r->window_s, NOT_NEGATIVE, "readout.window_s"));
  if (needs_window && r->window_s == 0) BAD("readout.window_s: must be > 0 in mode \"%s\", is not set", r2nn_mode_name(r->mode));
  TRY(check_value(error, r->hop_s, NOT_NEGATIVE, "readout.hop_s"));
  if (needs_window && r->hop_s > r->window_s) BAD("readout.hop_s: must be ≤ window_s, %g, is %g", r->window_s, r->hop_s);
  TRY(check_value(error, r->gate_highpass_hz, NOT_NEGATIVE, "readout.gate_highpass_hz"));
  TRY(check_value(error, r->gate_db, FINITE, "readout.gate_db"));
  TRY(check_value(error, r->above_db, ABOVE, "readout.above_db"));
  TRY(check_value(error, r->hysteresis_db, NOT_NEGATIVE, "readout.hysteresis_db"));
  TRY(check_value(error, r->hang_s, NOT_NEGATIVE, "readout.hang_s"));
  TRY(check_value(error, r->min_s, NOT_NEGATIVE, "readout.min_s"));
  TRY(check_value(error, r->max_s, NOT_NEGATIVE, "readout.max_s"));
  return check_value(error, r->decide_s, NOT_NEGATIVE, "readout.decide_s");
}

/* A matrix [n_rows][n_columns], or a vector when n_rows is 0. */
static r2nn_status check_floats(const char *object, const char *field, const float *values, uint32_t n_rows, uint32_t n_columns,
                                bounds wanted, r2nn_error *error) {
  size_t n = (size_t)(n_rows ? n_rows : 1) * n_columns, i = 0;
  assert(values);
  while (i < n && is_within((double)values[i], wanted)) i++;
  if (i == n) return R2NN_OK;
  char row[32] = "";
  if (n_rows) snprintf(row, sizeof row, "[%zu]", i / n_columns);
  BAD("%s.%s%s[%zu]: must be %s, is %s", object, field, row, i % n_columns, bounds_texts[wanted], R2NN_NUMBER((double)values[i]));
}

static r2nn_status check_weights(const char *field, const float *values, uint32_t n_rows, uint32_t n_columns, bounds wanted,
                                 r2nn_error *error) {
  return check_floats("head", field, values, n_rows, n_columns, wanted, error);
}

/* One layer of a physical head: at a node whose conductances do not sum to more than 0 the voltage runs to a rail and stays. */
static r2nn_status check_layer(const char *const fields[3], const float *w, const float *b, const float *ground, uint32_t n_out,
                               uint32_t n_in, r2nn_error *error) {
  TRY(check_weights(fields[0], w, n_out, n_in, FINITE, error));
  TRY(check_weights(fields[1], b, 0, n_out, FINITE, error));
  TRY(check_weights(fields[2], ground, 0, n_out, FINITE, error));
  for (uint32_t j = 0; j < n_out; j++) {
    double sum = r2nn_head_node_sum(w + (size_t)j * n_in, n_in, b[j], ground[j]);
    if (!(sum > 0))
      BAD("head.%s[%u]: must sum to > 0 with head.%s[%u] and head.%s[%u], or the node latches; the sum is %s", fields[0], j,
          fields[1], j, fields[2], j, R2NN_NUMBER(sum));
  }
  return R2NN_OK;
}

static r2nn_status check_head(const r2nn_model *m, r2nn_error *error) {
  static const char *const nodes[3] = {"conductances", "constant", "ground"};
  static const char *const hidden_nodes[3] = {"hidden_conductances", "hidden_constant", "hidden_ground"};
  const r2nn_head *h = &m->head;
  uint32_t n_features = r2nn_model_n_features(m);
  if ((uint32_t)h->kind >= R2NN_N_HEADS) BAD("head.kind: unknown kind %d", (int)h->kind);
  if (h->kind == R2NN_HEAD_ENERGY && n_features != m->n_classes)
    BAD("head: an energy head needs one output of the last stage a class: %u outputs, %u classes", n_features, m->n_classes);
  if (h->kind == R2NN_HEAD_ENERGY && m->readout.scale != R2NN_SCALE_LOG)
    BAD("readout.scale: must be \"log\" for an energy head, is \"%s\"", r2nn_scale_name(m->readout.scale));
  if (h->n_features != n_features || h->n_classes != m->n_classes)
    BAD("head: is for %u outputs and %u classes, the model has %u and %u", h->n_features, h->n_classes, n_features, m->n_classes);
  switch (h->kind) {
  case R2NN_HEAD_ENERGY:
    return check_value(error, h->sharpness, POSITIVE, "head.sharpness");
  case R2NN_HEAD_CENTROID:
    TRY(check_value(error, h->sharpness, POSITIVE, "head.sharpness"));
    TRY(check_weights("means", h->w1, h->n_classes, n_features, FINITE, error));
    return check_weights("spreads", h->b1, 0, n_features, POSITIVE, error);
  case R2NN_HEAD_PERCEPTRON:
    TRY(check_weights("weights", h->w1, h->n_classes, n_features, FINITE, error));
    return check_weights("bias", h->b1, 0, h->n_classes, FINITE, error);
  case R2NN_HEAD_MLP:
    if (h->n_hidden == 0) BAD("head.hidden_weights: must hold at least one row");
    TRY(check_weights("hidden_weights", h->w1, h->n_hidden, n_features, FINITE, error));
    TRY(check_weights("hidden_bias", h->b1, 0, h->n_hidden, FINITE, error));
    TRY(check_weights("weights", h->w2, h->n_classes, h->n_hidden, FINITE, error));
    return check_weights("bias", h->b2, 0, h->n_classes, FINITE, error);
  case R2NN_HEAD_NPML:
  case R2NN_HEAD_SPML:
    TRY(check_value(error, h->sharpness, POSITIVE, "head.sharpness"));
    TRY(check_weights("offset", h->offset, 0, n_features, FINITE, error));
    TRY(check_weights("gain", h->gain, 0, n_features, FINITE, error));
    if (h->n_hidden == 0) return check_layer(nodes, h->w1, h->b1, h->ground1, h->n_classes, n_features, error);
    TRY(check_layer(hidden_nodes, h->w1, h->b1, h->ground1, h->n_hidden, n_features, error));
    return check_layer(nodes, h->w2, h->b2, h->ground2, h->n_classes, h->n_hidden, error);
  case R2NN_N_HEADS:
    break;
  }
  return R2NN_OK;
}

static r2nn_status check_novelty(const r2nn_model *m, r2nn_error *error) {
  const r2nn_novelty *n = &m->novelty;
  uint32_t n_features = r2nn_model_n_features(m);
  TRY(check_value(error, n->limit, NOT_NEGATIVE, "decision.novelty.limit"));
  if (!n->means && n->limit == 0) return R2NN_OK;
  if (!n->means || !n->spread || n->n_features != n_features || n->n_classes != m->n_classes)
    BAD("decision.novelty: is for %u outputs and %u classes, the model has %u and %u", n->n_features, n->n_classes, n_features,
        m->n_classes);
  TRY(check_floats("decision.novelty", "spread", n->spread, 0, n_features, POSITIVE, error));
  return check_floats("decision.novelty", "means", n->means, n->n_classes, n_features, FINITE, error);
}

static r2nn_status check_axes(const r2nn_model *m, r2nn_error *error) {
  if (!memchr(m->unit, '\0', sizeof m->unit) || !is_utf8(m->unit)) BAD("input.unit: must be UTF-8");
  for (uint32_t i = 0; m->axes && i < m->n_channels; i++) {
    const char *name = m->axes[i];
    if (!name || !*name) BAD("input.axes[%u]: must not be empty", i);
    if (strlen(name) > R2NN_MAX_NAME) BAD("input.axes[%u]: must be at most %u bytes, is %zu", i, R2NN_MAX_NAME, strlen(name));
    if (!is_utf8(name)) BAD("input.axes[%u]: must be UTF-8, is \"%.64s\"", i, name);
    for (uint32_t j = 0; j < i; j++)
      if (strcmp(m->axes[j], name) == 0) BAD("input.axes[%u]: repeats input.axes[%u], \"%.64s\"", i, j, name);
  }
  return R2NN_OK;
}

static r2nn_status check_classes(const r2nn_model *m, r2nn_error *error) {
  TRY(check_count(error, m->n_classes, 1, R2NN_MAX_CLASSES, "classes"));
  for (uint32_t i = 0; i < m->n_classes; i++) {
    const char *name = m->classes[i];
    if (!name || !*name) BAD("classes[%u]: must not be empty", i);
    if (strlen(name) > R2NN_MAX_NAME) BAD("classes[%u]: must be at most %u bytes, is %zu", i, R2NN_MAX_NAME, strlen(name));
    if (!is_utf8(name)) BAD("classes[%u]: must be UTF-8, is \"%.64s\"", i, name);
    for (uint32_t j = 0; j < i; j++)
      if (strcmp(m->classes[j], name) == 0) BAD("classes[%u]: repeats classes[%u], \"%.64s\"", i, j, name);
  }
  return R2NN_OK;
}

static r2nn_status check_free_object(const char *field, const char *text, r2nn_error *error) {
  if (!text) return R2NN_OK;
  r2nn_reader reader = {.error = error};
  json_t *value = r2nn_json_load(&reader, text, strlen(text));
  if (reader.status == R2NN_NO_MEMORY) return reader.status;
  bool is_object = json_is_object(value);
  json_decref(value);
  if (!is_object) BAD("%s: must be a JSON object", field);
  return R2NN_OK;
}

r2nn_status r2nn_model_check(r2nn_model *m, r2nn_error *error) {
  if (!memchr(m->name, '\0', sizeof m->name) || !is_utf8(m->name)) BAD("name: must be UTF-8");
  TRY(check_classes(m, error));
  if (m->n_channels < 1 || m->n_channels > R2NN_MAX_CHANNELS)
    BAD("input.channels: must be an integer from 1 to %u, is %u", R2NN_MAX_CHANNELS, m->n_channels);
  TRY(check_axes(m, error));
  TRY(check_value(error, m->trained_rate_hz, NOT_NEGATIVE, "input.trained_rate_hz"));
  TRY(check_value(error, m->highpass_hz, m->remove_mean ? POSITIVE : NOT_NEGATIVE, "input.highpass_hz"));
  if (m->highpass_order < 1 || m->highpass_order > 2)
    BAD("input.highpass_order: must be an integer from 1 to 2, is %u", m->highpass_order);
  TRY(check_count(error, m->n_stages, 1, R2NN_MAX_STAGES, "stages"));
  for (uint32_t i = 0; i < m->n_stages; i++) TRY(check_stage(&m->stages[i], i, r2nn_model_stage_channels(m, i), error));
  TRY(check_readout(&m->readout, error));
  TRY(check_head(m, error));
  TRY(check_value(error, m->margin_threshold, SHARE, "decision.margin"));
  TRY(check_novelty(m, error));
  TRY(check_free_object("training", m->training, error));
  TRY(check_free_object("evaluation", m->evaluation, error));

  double smallest = HUGE_VAL;
  for (uint32_t i = 0; i < m->n_stages; i++) {
    double margin = 0;
    r2nn_error inner = {""};
    r2nn_status status = r2nn_stage_certify(&m->stages[i], &margin, &inner);
    if (status == R2NN_NO_MEMORY) return r2nn_fail(error, status, "%s", inner.text);
    if (status != R2NN_OK) return r2nn_fail(error, status, "stages[%u].%.480s", i, inner.text);
    if (margin < smallest) smallest = margin;
  }
  m->stability_margin = smallest;
  return R2NN_OK;
}
