/* Shows how well a model decides, for programs, by jansson. */
#include "report.h"
#include "yield_show.h"

#include <jansson.h>
#include <math.h>

static json_t *number_or_null(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

static json_t *class_rows(const report *shown) {
  json_t *rows = json_array();
  for (uint32_t i = 0; i < shown->tally->n_classes; i++) {
    report_class row = report_of_class(shown->tally, i);
    json_array_append_new(rows,
                          json_pack("{s:s, s:o, s:o, s:I}", "class", shown->classes[i], "precision", number_or_null(row.precision),
                                    "recall", number_or_null(row.recall), "count", (json_int_t)row.n_clips));
  }
  return rows;
}

/* confusion, and unknown if there is any. */
static void set_confusion(json_t *object, const r2nn_tally *tally) {
  json_t *rows = json_array(), *unknown = json_array();
  uint64_t n_unknown = 0;
  for (uint32_t i = 0; i < tally->n_classes; i++) {
    const uint64_t *counts = tally->confusion + (size_t)i * (tally->n_classes + 1);
    json_t *row = json_array();
    for (uint32_t j = 0; j < tally->n_classes; j++) json_array_append_new(row, json_integer((json_int_t)counts[j]));
    json_array_append_new(rows, row);
    json_array_append_new(unknown, json_integer((json_int_t)counts[tally->n_classes]));
    n_unknown += counts[tally->n_classes];
  }
  json_object_set_new(object, "confusion", rows);
  if (n_unknown) json_object_set(object, "unknown", unknown);
  json_decref(unknown);
}

/* One object a point: where it lies is called at; cut is left out where nothing is cut off. */
static json_t *sweep_rows(const sweep *shown, const char *at, bool cut) {
  json_t *rows = json_array();
  for (uint32_t k = 0; k < shown->n_points; k++) {
    const sweep_point *point = &shown->points[k];
    json_t *row = json_pack("{s:o, s:f, s:I, s:I}", at, number_or_null(point->at), "accuracy", sweep_accuracy(point), "unknown",
                            (json_int_t)point->n_unknown, "clips", (json_int_t)point->n_clips);
    if (cut) json_object_set_new(row, "cut", json_integer((json_int_t)point->n_cut));
    json_array_append_new(rows, row);
  }
  return rows;
}

void report_json(FILE *to, const report *shown) {
  const r2nn_tally *tally = shown->tally;
  json_t *object = json_object(), *classes = json_array();
  for (uint32_t i = 0; i < tally->n_classes; i++) json_array_append_new(classes, json_string(shown->classes[i]));
  json_object_set_new(object, "clips", json_integer((json_int_t)tally->n_clips));
  json_object_set_new(object, "accuracy", json_real(r2nn_tally_accuracy(tally)));
  json_object_set_new(object, "windows", json_integer((json_int_t)tally->n_windows));
  json_object_set_new(object, "window_accuracy", json_real(r2nn_tally_window_accuracy(tally)));
  json_object_set_new(object, "classes", classes);
  set_confusion(object, tally);
  json_object_set_new(object, "per_class", class_rows(shown));
  if (shown->baselines)
    json_object_set_new(object, "baselines",
                        json_pack("{s:f, s:f, s:f, s:f}", "no_network", shown->baselines->no_network, "random",
                                  shown->baselines->random, "bank", shown->baselines->bank, "perceptron",
                                  shown->baselines->perceptron));
  if (shown->latency) json_object_set_new(object, "latency", sweep_rows(shown->latency, "time_s", true));
  if (shown->noise) json_object_set_new(object, "noise", sweep_rows(shown->noise, "snr_db", false));
  if (shown->yield) json_object_set_new(object, "yield", yield_json(shown->yield));
  json_object_set_new(object, "realtime_factor", number_or_null(shown->realtime_factor));
  json_dumpf(object, to, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
  fputc('\n', to);
  json_decref(object);
}
