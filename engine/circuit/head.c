/* The readout's integrators and the head, where its physics can be built: energy, npml, spml. */
#include "circuit/after.h"
#include "circuit/units.h"

#include <math.h>
#include <stdlib.h>

/* An integrator's resistor, ohm; it reaches its input's mean times 10 over the length that is expected. */
#define SUM_OHM  100e3
#define SUM_GAIN 10.0
/* V for one neper of a feature. */
#define FEATURE_V 0.25
/* Middle of a head node's resistors, ohm. */
#define NODE_OHM 47e3

/* The longest time that is integrated, s. */
static double length_of(const r2nn_readout *readout) {
  if (readout->mode == R2NN_MODE_WINDOW || readout->mode == R2NN_MODE_LEAKY) return readout->window_s;
  return readout->max_s > 0 ? readout->max_s : 1;
}

/* The integral of v^2, |v| or v, positive: the input is turned, for the integrator turns it again. */
static uint32_t build_integrator(r2nn_maker *maker, const r2nn_readout *readout, uint32_t in) {
  uint32_t turned = r2nn_make_net(maker, "i%u", maker->circuit->n_nets), out = r2nn_make_net(maker, "E%u", maker->circuit->n_nets);
  double farad = length_of(readout) / SUM_GAIN / SUM_OHM;
  switch (readout->energy) {
  case R2NN_ENERGY_SQUARE: /* x in, its y input turned */
    r2nn_make_exact(maker, R2NN_MULTIPLIER, in, in, -1, -1, 0, "square");
    maker->circuit->elements[maker->circuit->n_elements - 1].nets[2] = turned;
    break;
  case R2NN_ENERGY_RECTIFY:
    turned = r2nn_unit_rectifier(maker, in, -1, 0);
    break;
  default: {
    uint32_t sum = r2nn_make_summer(maker, turned, SUM_OHM, "inverter");
    r2nn_make_resistor(maker, in, sum, SUM_OHM, "inverter");
  }
  }
  uint32_t sum = r2nn_make_summer(maker, out, 0, "integrator");
  r2nn_make_resistor(maker, turned, sum, SUM_OHM, "integrator");
  r2nn_make_capacitor(maker, sum, out, farad, 0, "integrator");
  r2nn_make_active(maker, R2NN_SWITCH, sum, out, r2nn_unit_reference(maker, 0, "reset: 5 V before an event"), "integrator");
  return out;
}

/* One of a layer's conductances, S of the head's unit, from an input or its inverse to the node. */
static void build_conductance(r2nn_maker *maker, double g, double unit, uint32_t plus, uint32_t minus, uint32_t node,
                              const char *path, uint32_t j, uint32_t i) {
  uint32_t first = maker->circuit->n_elements;
  if (g == 0) return;
  double ohm = r2nn_make_resistor(maker, g < 0 ? minus : plus, node, unit / fabs(g), "head");
  r2nn_make_mapped(maker, first, g, ohm > 0 ? copysign(unit / ohm, g) : 0, "1", ohm > 0 ? "" : "too small to be built; left out",
                   "%s[%u][%u]", path, j, i);
}

/* A layer of a head: conductances w[n_out][n_in] to the inputs, b to 1 V, ground to 0 V. */
typedef struct layer {
  const float *w, *b, *ground;
  uint32_t n_in, n_out;
  bool is_even;
  const char *path; /* of its conductances in the model */
} layer;

/* z = (sum w V + b)/S. Negative conductances go to inverted inputs, whose resistors load the node as positive ones do, and a
 * negative one to ground is none at all; the buffer's gain takes that back: all that is built over S. */
static void build_layer(r2nn_maker *maker, const layer *of, const uint32_t *in, const uint32_t *inverse, uint32_t *out) {
  uint32_t one = r2nn_unit_reference(maker, 1, "constant"), minus = r2nn_unit_reference(maker, -1, "constant"), n = of->n_in;
  for (uint32_t j = 0; j < of->n_out; j++) {
    r2nn_make_block(maker, R2NN_BLOCK_HEAD, 0, j, 0);
    uint32_t node = r2nn_make_net(maker, "z%u", maker->circuit->n_nets);
    const float *w = of->w + (size_t)j * n;
    double b = (double)of->b[j], ground = (double)of->ground[j];
    double sum = b + ground, sizes = fabs(b) + fmax(ground, 0);
    for (uint32_t i = 0; i < n; i++) {
      sum += (double)w[i];
      sizes += fabs((double)w[i]);
    }
    double unit = NODE_OHM * sizes / (n + 1);
    for (uint32_t i = 0; i < n; i++) build_conductance(maker, (double)w[i], unit, in[i], inverse[i], node, of->path, j, i);
    build_conductance(maker, b, unit, one, minus, node, of->path, j, n);
    build_conductance(maker, fmax(ground, 0), unit, R2NN_NET_GROUND, R2NN_NET_GROUND, node, of->path, j, n + 1);
    out[j] = of->is_even ? r2nn_unit_sigmoid(maker, node, sizes / sum, 2, 1, true)
                         : r2nn_unit_sigmoid(maker, node, sizes / sum, 1, 0, false);
  }
}

/* -V of every input that some conductance is negative to; 0 for the others. */
static void invert(r2nn_maker *maker, const float *w, const uint32_t *in, uint32_t n_in, uint32_t n_out, uint32_t *inverse) {
  for (uint32_t i = 0; i < n_in; i++) {
    bool is_needed = false;
    for (uint32_t j = 0; j < n_out; j++) is_needed |= w[(size_t)j * n_in + i] < 0;
    inverse[i] = 0;
    if (!is_needed) continue;
    inverse[i] = r2nn_make_net(maker, "m%u", maker->circuit->n_nets);
    uint32_t sum = r2nn_make_summer(maker, inverse[i], 20e3, "inverter");
    r2nn_make_resistor(maker, in[i], sum, 20e3, "inverter");
  }
}

/* V_i = gain_i*(x_i - offset_i), x_i the logarithm of the integral less the mean of them all. */
static void build_features(r2nn_maker *maker, const r2nn_model *model, uint32_t *features) {
  const r2nn_head *head = &model->head;
  uint32_t n = head->n_features;
  r2nn_make_block(maker, R2NN_BLOCK_COMMON, model->n_stages - 1, 2, 0);
  uint32_t reference = r2nn_log_reference(maker);
  for (uint32_t i = 0; i < n; i++) {
    r2nn_make_block(maker, R2NN_BLOCK_READOUT, model->n_stages - 1, i, 0);
    features[i] = r2nn_log_of(maker, features[i], reference, 0, FEATURE_V);
  }
  r2nn_make_block(maker, R2NN_BLOCK_COMMON, model->n_stages - 1, 3, 0);
  uint32_t mean = r2nn_unit_mean(maker, features, n);
  for (uint32_t i = 0; i < n; i++) {
    double gain = (double)head->gain[i], bias_v = round(-gain * (double)head->offset[i] * 1e4) / 1e4;
    r2nn_make_block(maker, R2NN_BLOCK_READOUT, model->n_stages - 1, i, 0);
    uint32_t first = maker->circuit->n_elements, bias = r2nn_unit_reference(maker, bias_v, "offset, by a trimmer and a buffer");
    features[i] = r2nn_unit_difference(maker, gain < 0 ? mean : features[i], gain < 0 ? features[i] : mean, bias,
                                       fmax(fabs(gain) / FEATURE_V, 1e-3));
    r2nn_make_mapped(maker, first, gain, gain, "V", "resistors of the difference stage", "head.gain[%u]", i);
  }
}

static void build_physical(r2nn_maker *maker, const r2nn_model *model, uint32_t *features) {
  const r2nn_head *head = &model->head;
  bool has_hidden = head->n_hidden > 0;
  uint32_t n_first = has_hidden ? head->n_hidden : head->n_classes, n = head->n_features;
  uint32_t *inverse = calloc((n > n_first ? n : n_first) + 1, sizeof *inverse);
  uint32_t *first = calloc(n_first, sizeof *first), *second = calloc(head->n_classes, sizeof *second), *out = first;
  if (inverse && first && second) {
    build_features(maker, model, features);
    invert(maker, head->w1, features, n, n_first, inverse);
    layer nodes = {head->w1,
                   head->b1,
                   head->ground1,
                   n,
                   n_first,
                   has_hidden && head->kind == R2NN_HEAD_SPML,
                   has_hidden ? "head.hidden_conductances" : "head.conductances"};
    build_layer(maker, &nodes, features, inverse, first);
    if (has_hidden) {
      layer classes = {head->w2, head->b2, head->ground2, n_first, head->n_classes, false, "head.conductances"};
      invert(maker, head->w2, first, n_first, head->n_classes, inverse);
      build_layer(maker, &classes, first, inverse, second);
      out = second;
    }
    r2nn_unit_highest(maker, out, head->n_classes, model->n_stages - 1);
  } else {
    maker->is_short = true;
  }
  free(inverse);
  free(first);
  free(second);
}

void r2nn_after_all(r2nn_maker *maker, const r2nn_model *model, const uint32_t *outputs) {
  const r2nn_head *head = &model->head;
  const r2nn_readout *readout = &model->readout;
  bool is_physical = head->kind == R2NN_HEAD_NPML || head->kind == R2NN_HEAD_SPML;
  if (head->kind != R2NN_HEAD_ENERGY && !is_physical) {
    r2nn_make_missing(maker, "head: %s is computed, not built; energy, npml and spml can be. The integrators end in nets E...",
                      r2nn_head_name(head->kind));
  } else if (is_physical && (readout->scale != R2NN_SCALE_LOG || !readout->suppress_common)) {
    is_physical = false;
    r2nn_make_missing(maker, "head: its features need the length of the event unless the common mode of logarithms is removed");
  } else {
    r2nn_make_missing(maker, "readout: the level gate, which drives the references \"reset\" and \"onset\", is the builder's");
  }
  if (model->margin_threshold > 0 || model->novelty.limit > 0)
    r2nn_make_missing(maker, "decision: margin and novelty are computed, not built");
  uint32_t *features = calloc(head->n_features, sizeof *features);
  if (!features) maker->is_short = true;
  for (uint32_t k = 0; features && k < head->n_features; k++) {
    r2nn_make_block(maker, R2NN_BLOCK_READOUT, model->n_stages - 1, k, 0);
    features[k] = build_integrator(maker, readout, outputs[k]);
  }
  if (features && head->kind == R2NN_HEAD_ENERGY) r2nn_unit_highest(maker, features, head->n_classes, model->n_stages - 1);
  if (features && is_physical) build_physical(maker, model, features);
  free(features);
}
