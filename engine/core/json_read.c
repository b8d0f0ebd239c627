/* The reader of model files: JSON text to a checked model. */
#include "core/head.h"
#include "core/json_value.h"
#include "core/text.h"
#include "r2nn/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The fields that an object may have. */
#define KNOWN(...) ((const char *const[]){__VA_ARGS__, NULL})

static void fail_memory(r2nn_reader *r) {
  if (r->status == R2NN_OK) r->status = r2nn_fail(r->error, R2NN_NO_MEMORY, "no memory for the model");
}

static double item_number(r2nn_reader *r, const r2nn_cursor *array, size_t index) {
  r2nn_cursor at = r2nn_json_item(array, index);
  return r2nn_json_number(r, &at);
}

static uint32_t item_integer(r2nn_reader *r, const r2nn_cursor *array, size_t index, uint32_t most) {
  r2nn_cursor at = r2nn_json_item(array, index);
  return r2nn_json_integer(r, &at, 0, most);
}

/* names[n], of the array at. */
static void read_texts(r2nn_reader *r, const r2nn_cursor *at, char **names, uint32_t n) {
  for (uint32_t i = 0; i < n && r->status == R2NN_OK; i++) {
    r2nn_cursor item = r2nn_json_item(at, i);
    const char *name = r2nn_json_string(r, &item);
    if (!name) return;
    names[i] = malloc(strlen(name) + 1);
    if (names[i])
      memcpy(names[i], name, strlen(name) + 1);
    else
      fail_memory(r);
  }
}

static void read_axes(r2nn_reader *r, const r2nn_cursor *at, r2nn_model *m) {
  r2nn_cursor axes = r2nn_json_field(at, "axes");
  if (!r2nn_json_is_set(&axes) || !r2nn_json_array(r, &axes, m->n_channels, m->n_channels)) return;
  m->axes = calloc(m->n_channels, sizeof *m->axes);
  if (m->axes)
    read_texts(r, &axes, m->axes, m->n_channels);
  else
    fail_memory(r);
}

static void read_input(r2nn_reader *r, const r2nn_cursor *at, r2nn_model *m) {
  if (!r2nn_json_is_set(at) ||
      !r2nn_json_object(r, at,
                        KNOWN("channels", "unit", "axes", "trained_rate_hz", "remove_mean", "highpass_hz", "highpass_order")))
    return;
  r2nn_cursor channels = r2nn_json_field(at, "channels");
  if (r2nn_json_is_set(&channels)) m->n_channels = r2nn_json_integer(r, &channels, 1, R2NN_MAX_CHANNELS);
  r2nn_json_copy(r, at, "unit", m->unit, sizeof m->unit);
  read_axes(r, at, m);
  m->trained_rate_hz = r2nn_json_number_or(r, at, "trained_rate_hz", m->trained_rate_hz);
  m->remove_mean = r2nn_json_bool_or(r, at, "remove_mean", m->remove_mean);
  m->highpass_hz = r2nn_json_number_or(r, at, "highpass_hz", m->highpass_hz);
  r2nn_cursor order = r2nn_json_field(at, "highpass_order");
  if (r2nn_json_is_set(&order)) m->highpass_order = r2nn_json_integer(r, &order, 1, 2);
}

static void read_nodes(r2nn_reader *r, const r2nn_cursor *at, r2nn_stage *s) {
  for (uint32_t i = 0; i < s->n_nodes && r->status == R2NN_OK; i++) {
    r2nn_cursor node = r2nn_json_item(at, i);
    if (!r2nn_json_object(r, &node, KNOWN("d", "c", "g"))) return;
    s->nodes[i].d = r2nn_json_number_or(r, &node, "d", 0);
    s->nodes[i].c = r2nn_json_number_or(r, &node, "c", 0);
    s->nodes[i].g = r2nn_json_number_or(r, &node, "g", 0);
  }
}

static void read_stage(r2nn_reader *r, const r2nn_cursor *at, uint32_t n_channels, r2nn_stage *s) {
  if (!r2nn_json_object(r, at,
                        KNOWN("topology", "nodes", "couplings", "inputs", "outputs", "law", "law_scale_v", "law_bias_v", "smooth_s",
                              "rate_hz", "suppress_common")))
    return;
  r2nn_cursor nodes = r2nn_json_field(at, "nodes"), couplings = r2nn_json_field(at, "couplings");
  r2nn_cursor inputs = r2nn_json_field(at, "inputs"), outputs = r2nn_json_field(at, "outputs");
  uint32_t n_nodes = r2nn_json_array(r, &nodes, 1, R2NN_MAX_NODES);
  uint32_t n_couplings = r2nn_json_is_set(&couplings) ? r2nn_json_array(r, &couplings, 0, R2NN_MAX_COUPLINGS) : 0;
  uint32_t n_inputs = r2nn_json_array(r, &inputs, 1, R2NN_MAX_COUPLINGS);
  uint32_t n_outputs = r2nn_json_array(r, &outputs, 1, n_nodes);
  if (r->status == R2NN_OK) r->status = r2nn_stage_init(s, n_nodes, n_couplings, n_inputs, n_outputs, r->error);

  /* elements; after a failure the counts are 0 or the items refuse to be read */
  r2nn_json_copy(r, at, "topology", s->topology, sizeof s->topology);
  read_nodes(r, &nodes, s);
  for (uint32_t i = 0; i < s->n_couplings && r->status == R2NN_OK; i++) {
    r2nn_cursor item = r2nn_json_item(&couplings, i);
    if (!r2nn_json_array(r, &item, 3, 3)) return;
    s->couplings[i].a = item_integer(r, &item, 0, n_nodes - 1);
    s->couplings[i].b = item_integer(r, &item, 1, n_nodes - 1);
    s->couplings[i].g = item_number(r, &item, 2);
  }
  for (uint32_t i = 0; i < s->n_inputs && r->status == R2NN_OK; i++) {
    r2nn_cursor item = r2nn_json_item(&inputs, i);
    if (!r2nn_json_array(r, &item, 3, 3)) return;
    s->inputs[i].node = item_integer(r, &item, 0, n_nodes - 1);
    s->inputs[i].channel = item_integer(r, &item, 1, n_channels - 1);
    s->inputs[i].g = item_number(r, &item, 2);
  }
  for (uint32_t i = 0; i < s->n_outputs && r->status == R2NN_OK; i++) s->outputs[i] = item_integer(r, &outputs, i, n_nodes - 1);

  s->law = (r2nn_law)r2nn_json_name_or(r, at, "law", &r2nn_law_names, R2NN_LAW_IDENTITY);
  s->law_scale_v = r2nn_json_number_or(r, at, "law_scale_v", s->law == R2NN_LAW_LOG ? 1e-6 : s->law == R2NN_LAW_AGC ? 0.01 : 1);
  s->law_bias_v = r2nn_json_number_or(r, at, "law_bias_v", 0);
  s->smooth_s = r2nn_json_number_or(r, at, "smooth_s", 0);
  s->rate_hz = r2nn_json_number_or(r, at, "rate_hz", 0);
  s->suppress_common = r2nn_json_bool_or(r, at, "suppress_common", false);
}

static void read_readout(r2nn_reader *r, const r2nn_cursor *at, r2nn_readout *to) {
  if (!r2nn_json_is_set(at) ||
      !r2nn_json_object(r, at,
                        KNOWN("mode", "energy", "scale", "suppress_common", "floor", "window_s", "hop_s", "gate_highpass_hz",
                              "gate_db", "above_db", "hysteresis_db", "hang_s", "min_s", "max_s", "decide_s")))
    return;
  to->mode = (r2nn_mode)r2nn_json_name_or(r, at, "mode", &r2nn_mode_names, to->mode);
  to->energy = (r2nn_energy)r2nn_json_name_or(r, at, "energy", &r2nn_energy_names, to->energy);
  to->scale = (r2nn_scale)r2nn_json_name_or(r, at, "scale", &r2nn_scale_names, to->scale);
  to->suppress_common = r2nn_json_bool_or(r, at, "suppress_common", to->suppress_common);
  to->floor = r2nn_json_number_or(r, at, "floor", to->floor);
  to->window_s = r2nn_json_number_or(r, at, "window_s", to->window_s);
  to->hop_s = r2nn_json_number_or(r, at, "hop_s", to->hop_s);
  to->gate_highpass_hz = r2nn_json_number_or(r, at, "gate_highpass_hz", to->gate_highpass_hz);
  to->gate_db = r2nn_json_number_or(r, at, "gate_db", to->gate_db);
  to->above_db = r2nn_json_number_or(r, at, "above_db", to->above_db);
  to->hysteresis_db = r2nn_json_number_or(r, at, "hysteresis_db", to->hysteresis_db);
  to->hang_s = r2nn_json_number_or(r, at, "hang_s", to->hang_s);
  to->min_s = r2nn_json_number_or(r, at, "min_s", to->min_s);
  to->max_s = r2nn_json_number_or(r, at, "max_s", to->max_s);
  to->decide_s = r2nn_json_number_or(r, at, "decide_s", to->decide_s);
}

/* A matrix is judged whole before room is made for it, so that a file cannot ask for more than it holds. */
static void check_shape(r2nn_reader *r, const r2nn_cursor *head, const char *name, uint32_t n_rows, uint32_t n_columns) {
  r2nn_cursor at = r2nn_json_field(head, name);
  r2nn_json_array(r, &at, n_rows, n_rows);
  for (uint32_t i = 0; i < n_rows && r->status == R2NN_OK; i++) {
    r2nn_cursor row = r2nn_json_item(&at, i);
    r2nn_json_array(r, &row, n_columns, n_columns);
  }
}

static void read_row(r2nn_reader *r, const r2nn_cursor *at, uint32_t n, float *to) {
  r2nn_json_array(r, at, n, n);
  for (uint32_t i = 0; i < n && r->status == R2NN_OK; i++) {
    r2nn_cursor item = r2nn_json_item(at, i);
    to[i] = r2nn_json_float(r, &item);
  }
}

static void read_matrix(r2nn_reader *r, const r2nn_cursor *head, const char *name, uint32_t n_rows, uint32_t n_columns, float *to) {
  r2nn_cursor at = r2nn_json_field(head, name);
  for (uint32_t i = 0; i < n_rows && r->status == R2NN_OK; i++) {
    r2nn_cursor row = r2nn_json_item(&at, i);
    read_row(r, &row, n_columns, to + (size_t)i * n_columns);
  }
}

static void read_vector(r2nn_reader *r, const r2nn_cursor *head, const char *name, uint32_t n, float *to) {
  r2nn_cursor at = r2nn_json_field(head, name);
  if (r->status == R2NN_OK && r2nn_json_is_set(&at)) read_row(r, &at, n, to);
}

/* A vector without a default. */
static void read_needed(r2nn_reader *r, const r2nn_cursor *head, const char *name, uint32_t n, float *to) {
  r2nn_cursor at = r2nn_json_field(head, name);
  if (r->status == R2NN_OK) read_row(r, &at, n, to);
}

static void read_head(r2nn_reader *r, const r2nn_cursor *at, uint32_t n_features, uint32_t n_classes, r2nn_head *to) {
  const char *const *const physical_fields = KNOWN("kind", "sharpness", "offset", "gain", "hidden_conductances", "hidden_constant",
                                                   "hidden_ground", "conductances", "constant", "ground");
  const char *const *const known[R2NN_N_HEADS] = {[R2NN_HEAD_ENERGY] = KNOWN("kind", "sharpness"),
                                                  [R2NN_HEAD_CENTROID] = KNOWN("kind", "sharpness", "means", "spreads"),
                                                  [R2NN_HEAD_PERCEPTRON] = KNOWN("kind", "weights", "bias"),
                                                  [R2NN_HEAD_MLP] =
                                                      KNOWN("kind", "hidden_weights", "hidden_bias", "weights", "bias"),
                                                  [R2NN_HEAD_NPML] = physical_fields,
                                                  [R2NN_HEAD_SPML] = physical_fields};
  if (!r2nn_json_is_object(r, at)) return;
  r2nn_cursor kind_at = r2nn_json_field(at, "kind"), hidden_at = r2nn_json_field(at, "hidden_weights");
  r2nn_cursor nodes_at = r2nn_json_field(at, "hidden_conductances"), constant_at = r2nn_json_field(at, "hidden_constant"),
              ground_at = r2nn_json_field(at, "hidden_ground");
  r2nn_head_kind kind = (r2nn_head_kind)r2nn_json_name(r, &kind_at, &r2nn_head_names);
  if (!r2nn_json_object(r, at, known[kind])) return;
  bool is_mlp = kind == R2NN_HEAD_MLP, is_centroid = kind == R2NN_HEAD_CENTROID;

  /* shapes first */
  uint32_t n_hidden = is_mlp ? r2nn_json_array(r, &hidden_at, 1, R2NN_MAX_NODES) : 0;
  if (is_mlp) check_shape(r, at, "hidden_weights", n_hidden, n_features);
  if (is_mlp) check_shape(r, at, "weights", n_classes, n_hidden);
  if (kind == R2NN_HEAD_PERCEPTRON) check_shape(r, at, "weights", n_classes, n_features);
  if (r2nn_head_is_physical(kind)) {
    if (r2nn_json_is_set(&nodes_at)) n_hidden = r2nn_json_array(r, &nodes_at, 1, R2NN_MAX_NODES);
    if (n_hidden) check_shape(r, at, "hidden_conductances", n_hidden, n_features);
    if (!n_hidden && r2nn_json_is_set(&constant_at)) r2nn_json_fail(r, &constant_at, "needs hidden_conductances beside it");
    if (!n_hidden && r2nn_json_is_set(&ground_at)) r2nn_json_fail(r, &ground_at, "needs hidden_conductances beside it");
    check_shape(r, at, "conductances", n_classes, n_hidden ? n_hidden : n_features);
  }
  if (is_centroid) check_shape(r, at, "means", n_classes, n_features);
  if (kind == R2NN_HEAD_ENERGY && n_features != n_classes)
    r2nn_json_fail(r, at, "an energy head needs one output of the last stage a class: %u outputs, %u classes", n_features,
                   n_classes);
  if (r->status == R2NN_OK) r->status = r2nn_head_init(to, kind, n_features, n_hidden, n_classes, r->error);
  if (r->status == R2NN_BAD_ARGUMENT) r->status = R2NN_BAD_MODEL; /* too many weights */
  if (r->status != R2NN_OK) return;

  to->sharpness = r2nn_json_number_or(r, at, "sharpness", to->sharpness);
  switch (kind) {
  case R2NN_HEAD_CENTROID:
    read_matrix(r, at, "means", n_classes, n_features, to->w1);
    read_vector(r, at, "spreads", n_features, to->b1);
    break;
  case R2NN_HEAD_PERCEPTRON:
    read_matrix(r, at, "weights", n_classes, n_features, to->w1);
    read_vector(r, at, "bias", n_classes, to->b1);
    break;
  case R2NN_HEAD_MLP:
    read_matrix(r, at, "hidden_weights", n_hidden, n_features, to->w1);
    read_vector(r, at, "hidden_bias", n_hidden, to->b1);
    read_matrix(r, at, "weights", n_classes, n_hidden, to->w2);
    read_vector(r, at, "bias", n_classes, to->b2);
    break;
  case R2NN_HEAD_NPML:
  case R2NN_HEAD_SPML:
    read_vector(r, at, "offset", n_features, to->offset);
    read_vector(r, at, "gain", n_features, to->gain);
    if (n_hidden) read_matrix(r, at, "hidden_conductances", n_hidden, n_features, to->w1);
    if (n_hidden) read_needed(r, at, "hidden_constant", n_hidden, to->b1);
    if (n_hidden) read_vector(r, at, "hidden_ground", n_hidden, to->ground1);
    read_matrix(r, at, "conductances", n_classes, n_hidden ? n_hidden : n_features, n_hidden ? to->w2 : to->w1);
    read_needed(r, at, "constant", n_classes, n_hidden ? to->b2 : to->b1);
    read_vector(r, at, "ground", n_classes, n_hidden ? to->ground2 : to->ground1);
    break;
  case R2NN_HEAD_ENERGY:
  case R2NN_N_HEADS:
    break;
  }
}

static void read_decision(r2nn_reader *r, const r2nn_cursor *at, uint32_t n_features, r2nn_model *m) {
  if (!r2nn_json_is_set(at) || !r2nn_json_object(r, at, KNOWN("margin", "novelty"))) return;
  m->margin_threshold = r2nn_json_number_or(r, at, "margin", 0);
  r2nn_cursor novelty = r2nn_json_field(at, "novelty");
  if (!r2nn_json_is_set(&novelty) || !r2nn_json_object(r, &novelty, KNOWN("limit", "spread", "means"))) return;
  check_shape(r, &novelty, "means", m->n_classes, n_features);
  if (r->status == R2NN_OK) r->status = r2nn_novelty_init(&m->novelty, n_features, m->n_classes, r->error);
  if (r->status != R2NN_OK) return;
  m->novelty.limit = r2nn_json_number_or(r, &novelty, "limit", 0);
  read_vector(r, &novelty, "spread", n_features, m->novelty.spread);
  read_matrix(r, &novelty, "means", m->n_classes, n_features, m->novelty.means);
}

/* An object that is kept as it is, as text. */
static char *read_free_object(r2nn_reader *r, const r2nn_cursor *root, const char *name) {
  r2nn_cursor at = r2nn_json_field(root, name);
  if (!r2nn_json_is_set(&at) || !r2nn_json_is_object(r, &at)) return NULL;
  errno = 0;
  char *text = r2nn_json_print(at.value, JSON_COMPACT);
  if (!text) fail_memory(r);
  return text;
}

static r2nn_model *read_model(r2nn_reader *r, const r2nn_cursor *root) {
  if (!r2nn_json_is_object(r, root)) return NULL;
  /* what it is comes first: a newer version may have other fields */
  r2nn_cursor format = r2nn_json_field(root, "format"), version = r2nn_json_field(root, "version");
  const char *format_name = r2nn_json_string(r, &format);
  if (format_name && strcmp(format_name, "r2nn-model") != 0)
    r2nn_json_fail(r, &format, "must be \"r2nn-model\", is \"%.40s\"", format_name);
  double number = r2nn_json_number(r, &version);
  if (number != 1) r2nn_json_fail(r, &version, "this program reads version 1, the file has %s", R2NN_NUMBER(number));
  if (!r2nn_json_object(r, root,
                        KNOWN("format", "version", "name", "classes", "input", "stages", "readout", "head", "decision",
                              "certificate", "training", "evaluation")))
    return NULL;

  r2nn_cursor classes = r2nn_json_field(root, "classes"), stages = r2nn_json_field(root, "stages");
  uint32_t n_classes = r2nn_json_array(r, &classes, 1, R2NN_MAX_CLASSES);
  uint32_t n_stages = r2nn_json_array(r, &stages, 1, R2NN_MAX_STAGES);
  if (r->status != R2NN_OK) return NULL;
  r2nn_model *m = r2nn_model_new(1, n_classes, n_stages);
  if (!m) {
    fail_memory(r);
    return NULL;
  }

  r2nn_json_copy(r, root, "name", m->name, sizeof m->name);
  read_texts(r, &classes, m->classes, m->n_classes);
  r2nn_cursor input = r2nn_json_field(root, "input"), readout = r2nn_json_field(root, "readout");
  read_input(r, &input, m);
  for (uint32_t i = 0; i < n_stages && r->status == R2NN_OK; i++) {
    r2nn_cursor stage = r2nn_json_item(&stages, i);
    read_stage(r, &stage, r2nn_model_stage_channels(m, i), &m->stages[i]);
  }
  read_readout(r, &readout, &m->readout);
  r2nn_cursor head = r2nn_json_field(root, "head");
  if (r->status == R2NN_OK) read_head(r, &head, r2nn_model_n_features(m), n_classes, &m->head);

  r2nn_cursor decision = r2nn_json_field(root, "decision"), certificate = r2nn_json_field(root, "certificate");
  if (r->status == R2NN_OK) read_decision(r, &decision, r2nn_model_n_features(m), m);
  if (r2nn_json_is_set(&certificate) && r2nn_json_object(r, &certificate, KNOWN("stability_margin")))
    r2nn_json_number_or(r, &certificate, "stability_margin", 0); /* computed anew by the check */
  m->training = read_free_object(r, root, "training");
  m->evaluation = read_free_object(r, root, "evaluation");
  return m;
}

r2nn_status r2nn_model_parse(const char *text, size_t size, r2nn_model **model, r2nn_error *error) {
  r2nn_reader reader = {.error = error, .status = R2NN_OK};
  *model = NULL;
  if (size > R2NN_MAX_TEXT) return r2nn_fail(error, R2NN_BAD_MODEL, "model: must be at most %u bytes, is %zu", R2NN_MAX_TEXT, size);
  r2nn_cursor root = {.value = r2nn_json_load(&reader, text, size)};
  r2nn_model *made = root.value ? read_model(&reader, &root) : NULL;
  json_decref(root.value);
  if (reader.status == R2NN_OK) reader.status = r2nn_model_check(made, error);
  if (reader.status == R2NN_OK)
    *model = made;
  else
    r2nn_model_free(made);
  return reader.status;
}
