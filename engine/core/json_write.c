/* The printer of model files: a model to JSON text, a node, coupling, input or row of weights a line. */
#include "core/json_value.h"
#include "core/text.h"
#include "r2nn/model.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_LENGTH   16 /* numbers a line of a long list */
#define DEEPEST_STEP 12 /* levels of a free object that are indented further */

/* Text that grows; after a failure nothing more is added. */
typedef struct writer {
  char *text;
  size_t size, capacity;
  bool failed;
} writer;

static void put(writer *w, const char *text) {
  size_t n = strlen(text) + 1;
  if (w->failed) return;
  if (w->size + n > w->capacity) {
    size_t capacity = 2 * w->capacity + n + 4096;
    char *grown = realloc(w->text, capacity);
    w->failed = !grown;
    if (!grown) return;
    w->text = grown;
    w->capacity = capacity;
  }
  memcpy(w->text + w->size, text, n);
  w->size += n - 1;
}

static void put_number(writer *w, double value) {
  put(w, R2NN_NUMBER(value));
}

static void put_integer(writer *w, uint32_t value) {
  char text[R2NN_NUMBER_SIZE];
  snprintf(text, sizeof text, "%u", value);
  put(w, text);
}

/* Any scalar, as jansson writes it. */
static void put_json(writer *w, json_t *value) {
  errno = 0;
  char *text = r2nn_json_print(value, JSON_ENCODE_ANY);
  if (text)
    put(w, text);
  else
    w->failed = true;
  free(text);
}

static void put_string(writer *w, const char *string) {
  json_t *value = json_string(string);
  put_json(w, value);
  json_decref(value);
}

/* "name": */
static void put_field(writer *w, const char *before, const char *name) {
  put(w, before);
  put(w, "\"");
  put(w, name);
  put(w, "\": ");
}

static void put_field_number(writer *w, const char *before, const char *name, double value) {
  put_field(w, before, name);
  put_number(w, value);
}

/* 0 stands for "not set". */
static void put_field_or_null(writer *w, const char *before, const char *name, double value) {
  put_field(w, before, name);
  if (value == 0 && !signbit(value))
    put(w, "null");
  else
    put_number(w, value);
}

static void put_field_string(writer *w, const char *before, const char *name, const char *value) {
  put_field(w, before, name);
  put_string(w, value);
}

static void put_field_bool(writer *w, const char *before, const char *name, bool value) {
  put_field(w, before, name);
  put(w, value ? "true" : "false");
}

static void new_line(writer *w, size_t indent) {
  put(w, "\n");
  for (size_t i = 0; i < indent; i++) put(w, " ");
}

/* What stands before entry i of a list with per_line entries a line. */
static void separate(writer *w, size_t i, size_t per_line, size_t indent) {
  if (i) put(w, ",");
  if (i % per_line == 0 && (i || per_line == 1))
    new_line(w, indent);
  else if (i)
    put(w, " ");
}

static void put_floats(writer *w, const float *values, size_t n, size_t indent) {
  put(w, "[");
  for (size_t i = 0; i < n; i++) {
    separate(w, i, ROW_LENGTH, indent + 1);
    put(w, r2nn_float_print((char[R2NN_NUMBER_SIZE]){0}, values[i]));
  }
  put(w, "]");
}

static void put_vector(writer *w, const char *name, const float *values, size_t n) {
  put_field(w, ",\n    ", name);
  put_floats(w, values, n, 4);
}

static void put_matrix(writer *w, const char *name, const float *values, size_t n_rows, size_t n_columns) {
  put_field(w, ",\n    ", name);
  put(w, "[");
  for (size_t i = 0; i < n_rows; i++) {
    separate(w, i, 1, 6);
    put_floats(w, values + i * n_columns, n_columns, 6);
  }
  put(w, "\n    ]");
}

/* Three entries of a coupling or an input. */
static void put_link(writer *w, size_t i, uint32_t first, uint32_t second, double g) {
  separate(w, i, 1, 8);
  put(w, "[");
  put_integer(w, first);
  put(w, ", ");
  put_integer(w, second);
  put(w, ", ");
  put_number(w, g);
  put(w, "]");
}

static void put_stage(writer *w, const r2nn_stage *s) {
  put_field_string(w, "{\n      ", "topology", s->topology);
  put_field(w, ",\n      ", "nodes");
  put(w, "[");
  for (uint32_t i = 0; i < s->n_nodes; i++) {
    separate(w, i, 1, 8);
    put_field_number(w, "{ ", "d", s->nodes[i].d);
    put_field_number(w, ", ", "c", s->nodes[i].c);
    put_field_number(w, ", ", "g", s->nodes[i].g);
    put(w, " }");
  }
  put_field(w, "\n      ],\n      ", "couplings");
  put(w, "[");
  for (uint32_t i = 0; i < s->n_couplings; i++) put_link(w, i, s->couplings[i].a, s->couplings[i].b, s->couplings[i].g);
  put_field(w, s->n_couplings ? "\n      ],\n      " : "],\n      ", "inputs");
  put(w, "[");
  for (uint32_t i = 0; i < s->n_inputs; i++) put_link(w, i, s->inputs[i].node, s->inputs[i].channel, s->inputs[i].g);
  put_field(w, "\n      ],\n      ", "outputs");
  put(w, "[");
  for (uint32_t i = 0; i < s->n_outputs; i++) {
    separate(w, i, ROW_LENGTH, 7);
    put_integer(w, s->outputs[i]);
  }
  put_field_string(w, "],\n      ", "law", r2nn_law_name(s->law));
  put_field_number(w, ", ", "law_scale_v", s->law_scale_v);
  put_field_number(w, ", ", "law_bias_v", s->law_bias_v);
  put_field_number(w, ",\n      ", "smooth_s", s->smooth_s);
  put_field_or_null(w, ", ", "rate_hz", s->rate_hz);
  put_field_bool(w, ", ", "suppress_common", s->suppress_common);
  put(w, "\n    }");
}

static void put_readout(writer *w, const r2nn_readout *r) {
  put_field_string(w, "{\n    ", "mode", r2nn_mode_name(r->mode));
  put_field_string(w, ", ", "energy", r2nn_energy_name(r->energy));
  put_field_string(w, ", ", "scale", r2nn_scale_name(r->scale));
  put_field_bool(w, ", ", "suppress_common", r->suppress_common);
  put_field_number(w, ", ", "floor", r->floor);
  put_field_or_null(w, ",\n    ", "window_s", r->window_s);
  put_field_or_null(w, ", ", "hop_s", r->hop_s);
  put_field_or_null(w, ",\n    ", "gate_highpass_hz", r->gate_highpass_hz);
  put_field_number(w, ", ", "gate_db", r->gate_db);
  put_field_number(w, ", ", "above_db", r->above_db);
  put_field_number(w, ", ", "hysteresis_db", r->hysteresis_db);
  put_field_number(w, ", ", "hang_s", r->hang_s);
  put_field_number(w, ",\n    ", "min_s", r->min_s);
  put_field_or_null(w, ", ", "max_s", r->max_s);
  put_field_or_null(w, ", ", "decide_s", r->decide_s);
  put(w, "\n  }");
}

static void put_head(writer *w, const r2nn_head *h) {
  put_field_string(w, "{\n    ", "kind", r2nn_head_name(h->kind));
  switch (h->kind) {
  case R2NN_HEAD_ENERGY:
    put_field_number(w, ",\n    ", "sharpness", h->sharpness);
    break;
  case R2NN_HEAD_CENTROID:
    put_field_number(w, ",\n    ", "sharpness", h->sharpness);
    put_matrix(w, "means", h->w1, h->n_classes, h->n_features);
    put_vector(w, "spreads", h->b1, h->n_features);
    break;
  case R2NN_HEAD_PERCEPTRON:
    put_matrix(w, "weights", h->w1, h->n_classes, h->n_features);
    put_vector(w, "bias", h->b1, h->n_classes);
    break;
  case R2NN_HEAD_MLP:
    put_matrix(w, "hidden_weights", h->w1, h->n_hidden, h->n_features);
    put_vector(w, "hidden_bias", h->b1, h->n_hidden);
    put_matrix(w, "weights", h->w2, h->n_classes, h->n_hidden);
    put_vector(w, "bias", h->b2, h->n_classes);
    break;
  case R2NN_HEAD_NPML:
  case R2NN_HEAD_SPML:
    put_field_number(w, ",\n    ", "sharpness", h->sharpness);
    put_vector(w, "offset", h->offset, h->n_features);
    put_vector(w, "gain", h->gain, h->n_features);
    if (h->n_hidden) put_matrix(w, "hidden_conductances", h->w1, h->n_hidden, h->n_features);
    if (h->n_hidden) put_vector(w, "hidden_constant", h->b1, h->n_hidden);
    if (h->n_hidden) put_vector(w, "hidden_ground", h->ground1, h->n_hidden);
    put_matrix(w, "conductances", h->n_hidden ? h->w2 : h->w1, h->n_classes, h->n_hidden ? h->n_hidden : h->n_features);
    put_vector(w, "constant", h->n_hidden ? h->b2 : h->b1, h->n_classes);
    put_vector(w, "ground", h->n_hidden ? h->ground2 : h->ground1, h->n_classes);
    break;
  case R2NN_N_HEADS:
    w->failed = true;
  }
  put(w, "\n  }");
}

static void put_decision(writer *w, double margin, const r2nn_novelty *novelty) {
  put_field_number(w, "{ ", "margin", margin);
  if (novelty->means) {
    put_field(w, ", ", "novelty");
    put_field_number(w, "{\n    ", "limit", novelty->limit);
    put_vector(w, "spread", novelty->spread, novelty->n_features);
    put_matrix(w, "means", novelty->means, novelty->n_classes, novelty->n_features);
    put(w, "\n  }");
  }
  put(w, " }");
}

/* Any JSON value: an array of scalars on one line, everything else an entry a line. */
static void put_value(writer *w, json_t *value, size_t depth) {
  size_t indent = 2 * (depth < DEEPEST_STEP ? depth : DEEPEST_STEP), i = 0, n_inner = 0;
  json_t *item;
  if (json_is_real(value)) {
    const char *text = R2NN_NUMBER(json_real_value(value));
    put(w, text);
    if (!strpbrk(text, ".e")) put(w, ".0"); /* stays a real */
  } else if (json_is_object(value)) {
    const char *key;
    put(w, "{");
    json_object_foreach(value, key, item) {
      separate(w, i++, 1, indent + 2);
      put_string(w, key);
      put(w, ": ");
      put_value(w, item, depth + 1);
    }
    if (i) new_line(w, indent);
    put(w, "}");
  } else if (json_is_array(value)) {
    json_array_foreach(value, i, item) n_inner += json_is_object(item) || json_is_array(item);
    put(w, "[");
    json_array_foreach(value, i, item) {
      separate(w, i, n_inner ? 1 : SIZE_MAX, indent + 2);
      put_value(w, item, depth + 1);
    }
    if (n_inner) new_line(w, indent);
    put(w, "]");
  } else {
    put_json(w, value);
  }
}

static void put_free_object(writer *w, const char *name, const char *text) {
  if (!text) return;
  json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
  if (!json_is_object(value)) w->failed = true;
  put_field(w, ",\n  ", name);
  if (value) put_value(w, value, 1);
  json_decref(value);
}

char *r2nn_model_print(const r2nn_model *m) {
  writer w = {0};
  put(&w, "{\n  \"format\": \"r2nn-model\",\n  \"version\": 1");
  put_field_string(&w, ",\n  ", "name", m->name);
  put_field(&w, ",\n  ", "classes");
  put(&w, "[");
  for (uint32_t i = 0; i < m->n_classes; i++) {
    separate(&w, i, ROW_LENGTH, 5);
    put_string(&w, m->classes[i]);
  }
  put_field(&w, "],\n  ", "input");
  put_field(&w, "{ ", "channels");
  put_integer(&w, m->n_channels);
  if (m->unit[0]) put_field_string(&w, ", ", "unit", m->unit);
  for (uint32_t i = 0; m->axes && i < m->n_channels; i++) {
    put(&w, i ? ", " : ", \"axes\": [");
    put_string(&w, m->axes[i]);
    if (i + 1 == m->n_channels) put(&w, "]");
  }
  put_field_or_null(&w, ", ", "trained_rate_hz", m->trained_rate_hz);
  put_field_bool(&w, ", ", "remove_mean", m->remove_mean);
  put_field_number(&w, ", ", "highpass_hz", m->highpass_hz);
  put_field(&w, ", ", "highpass_order");
  put_integer(&w, m->highpass_order);
  put_field(&w, " },\n  ", "stages");
  put(&w, "[");
  for (uint32_t i = 0; i < m->n_stages; i++) {
    separate(&w, i, 1, 4);
    put_stage(&w, &m->stages[i]);
  }
  put_field(&w, "\n  ],\n  ", "readout");
  put_readout(&w, &m->readout);
  put_field(&w, ",\n  ", "head");
  put_head(&w, &m->head);
  put_field(&w, ",\n  ", "decision");
  put_decision(&w, m->margin_threshold, &m->novelty);
  put_field(&w, ",\n  ", "certificate");
  put_field_number(&w, "{ ", "stability_margin", m->stability_margin);
  put(&w, " }");
  put_free_object(&w, "training", m->training);
  put_free_object(&w, "evaluation", m->evaluation);
  put(&w, "\n}\n");
  if (!w.failed) return w.text;
  free(w.text);
  return NULL;
}
