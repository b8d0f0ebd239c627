/* What a model is made of, for programs, by jansson. */
#include "summary.h"

#include <jansson.h>
#include <string.h>

static json_t *range(summary_range from) {
  return from.n ? json_pack("{s:I, s:f, s:f}", "count", (json_int_t)from.n, "min", from.lo, "max", from.hi) : json_null();
}

static json_t *stage_object(const r2nn_stage *stage, const summary_stage *summary) {
  json_t *object = json_pack("{s:s, s:I, s:I, s:I}", "topology", stage->topology, "nodes", (json_int_t)stage->n_nodes, "outputs",
                             (json_int_t)stage->n_outputs, "input_resistors", (json_int_t)stage->n_inputs);
  json_object_set_new(object, "couplings",
                      json_pack("{s:I, s:I, s:I}", "count", (json_int_t)stage->n_couplings, "positive",
                                (json_int_t)summary->n_positive, "negative", (json_int_t)summary->n_negative));
  json_object_set_new(object, "mode_hz", range(summary->mode_hz));
  json_object_set_new(object, "q", range(summary->mode_q));
  json_object_set_new(object, "resistor_ohm", range(summary->resistor_ohm));
  json_object_set_new(object, "negative_resistor_ohm", range(summary->negative_resistor_ohm));
  json_object_set_new(object, "capacitor_f", range(summary->capacitor_f));
  json_object_set_new(object, "fdnr_fs", range(summary->fdnr_fs));
  json_object_set_new(object, "law", json_string(r2nn_law_name(stage->law)));
  json_object_set_new(object, "smooth_s", json_real(stage->smooth_s));
  json_object_set_new(object, "rate_hz", json_real(stage->rate_hz));
  json_object_set_new(object, "suppress_common", json_boolean(stage->suppress_common));
  json_object_set_new(object, "stability_margin", json_real(summary->margin));
  return object;
}

static json_t *notes(const char *text) {
  json_t *object = text ? json_loads(text, 0, NULL) : NULL;
  return object ? object : json_null();
}

void summary_json(FILE *to, const r2nn_model *model, const summary_stage *stages) {
  json_t *classes = json_array(), *rows = json_array();
  for (uint32_t i = 0; i < model->n_classes; i++) json_array_append_new(classes, json_string(model->classes[i]));
  for (uint32_t i = 0; i < model->n_stages; i++) json_array_append_new(rows, stage_object(&model->stages[i], &stages[i]));
  json_t *object = json_pack("{s:s, s:o}", "name", model->name, "classes", classes);
  json_object_set_new(object, "input",
                      json_pack("{s:I, s:f, s:b, s:f, s:I}", "channels", (json_int_t)model->n_channels, "trained_rate_hz",
                                model->trained_rate_hz, "remove_mean", (int)model->remove_mean, "highpass_hz", model->highpass_hz,
                                "highpass_order", (json_int_t)model->highpass_order));
  json_object_set_new(object, "stages", rows);
  const r2nn_readout *readout = &model->readout;
  json_object_set_new(object, "readout",
                      json_pack("{s:s, s:s, s:s, s:f, s:f, s:f}", "mode", r2nn_mode_name(readout->mode), "energy",
                                r2nn_energy_name(readout->energy), "scale", r2nn_scale_name(readout->scale), "window_s",
                                readout->window_s, "hop_s", readout->hop_s, "gate_db", readout->gate_db));
  json_object_update_new(json_object_get(object, "readout"),
                         json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "above_db", readout->above_db, "hysteresis_db",
                                   readout->hysteresis_db, "hang_s", readout->hang_s, "min_s", readout->min_s, "max_s",
                                   readout->max_s, "decide_s", readout->decide_s));
  json_t *head = json_pack("{s:s, s:I, s:I}", "kind", r2nn_head_name(model->head.kind), "features",
                           (json_int_t)model->head.n_features, "hidden", (json_int_t)model->head.n_hidden);
  if (model->head.kind == R2NN_HEAD_NPML || model->head.kind == R2NN_HEAD_SPML) {
    double least, largest;
    uint32_t n_latched = r2nn_head_sums(&model->head, &least, &largest);
    json_object_set_new(head, "sum_min", json_real(least));
    json_object_set_new(head, "sum_max", json_real(largest));
    json_object_set_new(head, "sums_not_positive", json_integer(n_latched));
  }
  json_object_set_new(object, "head", head);
  json_object_set_new(object, "margin", json_real(model->margin_threshold));
  json_object_set_new(object, "novelty_limit", json_real(model->novelty.limit));
  json_object_set_new(object, "stability_margin", json_real(model->stability_margin));
  json_object_set_new(object, "evaluation", notes(model->evaluation));
  json_object_set_new(object, "training", notes(model->training));
  json_dumpf(object, to, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
  fputc('\n', to);
  json_decref(object);
}

static void put_member(FILE *to, const char *name, json_t *value, int indent) {
  char *text = NULL;
  fprintf(to, "%*s", indent, "");
  if (json_is_object(value)) {
    const char *key;
    json_t *member;
    fprintf(to, "%s\n", name);
    json_object_foreach(value, key, member) put_member(to, key, member, indent + 2);
    return;
  }
  if (!json_is_string(value)) text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(5));
  fprintf(to, "%-*s %s\n", 23 - indent, name, json_is_string(value) ? json_string_value(value) : text ? text : "");
  free(text);
}

void summary_notes(FILE *to, const char *json, int indent) {
  json_t *object = json_loads(json, 0, NULL);
  const char *key;
  json_t *member;
  json_object_foreach(object, key, member) put_member(to, key, member, indent);
  json_decref(object);
}
