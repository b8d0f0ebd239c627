/* The design of a whole circuit: input drive, networks, and what follows them. */
#include "circuit/after.h"
#include "circuit/bias.h"
#include "circuit/make.h"
#include "circuit/network.h"
#include "circuit/scan.h"
#include "circuit/trims.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Resistor scales that parts can be had for, ohm. */
#define LEAST_SCALE   100.0
#define LARGEST_SCALE 1e6

r2nn_circuit_def r2nn_circuit_def_default(void) {
  return (r2nn_circuit_def){.resistors = R2NN_E96, .parts = r2nn_part_model_ideal(), .trim_range = 0.1};
}

void r2nn_circuit_free(r2nn_circuit *circuit) {
  if (!circuit) return;
  free(circuit->nets);
  free(circuit->elements);
  free(circuit->blocks);
  free(circuit->mapped);
  free(circuit->nodes);
  free(circuit->probes);
  free(circuit->missing);
  r2nn_model_free(circuit->built);
  free(circuit);
}

const char *r2nn_element_letter(r2nn_element_kind kind) {
  static const char *const letters[R2NN_N_ELEMENT_KINDS] = {"R", "C", "U", "D", "Q", "M", "K", "S", "V"};
  return letters[kind];
}

uint32_t r2nn_circuit_net(const r2nn_circuit *circuit, const char *name) {
  for (uint32_t i = 0; i < circuit->n_nets; i++)
    if (strcmp(circuit->nets[i], name) == 0) return i;
  return R2NN_NET_GROUND;
}

/* The input high-passes, each with its buffer; without them a buffer alone. Gives the net that the network hears. */
static uint32_t build_drive(r2nn_maker *maker, const r2nn_model *model, uint32_t channel) {
  r2nn_circuit *c = maker->circuit;
  uint32_t net = c->first_input + channel, first = c->n_elements, n = model->remove_mean ? model->highpass_order : 0;
  double hz = model->highpass_hz;
  r2nn_make_block(maker, R2NN_BLOCK_DRIVE, 0, channel, 0);
  for (uint32_t k = 0; k < n; k++) {
    uint32_t middle = r2nn_make_net(maker, "h%u_%u", channel, k), out = r2nn_make_net(maker, "u%u_%u", channel, k);
    double farad = fmin(r2nn_series_step(R2NN_E6, 1 / (2 * M_PI * hz * 33e3), 0), 10e-6);
    r2nn_make_exact(maker, R2NN_CAPACITOR, net, middle, farad, farad, hz, "high-pass");
    double ohm = r2nn_make_resistor(maker, middle, R2NN_NET_GROUND, 1 / (2 * M_PI * hz * farad), "high-pass");
    if (ohm > 0)
      c->built->highpass_hz = 1 / (2 * M_PI * ohm * farad);
    else
      r2nn_make_missing(maker, "input.highpass_hz: a corner of %.3g Hz needs a resistor beyond what is on stock; left out", hz);
    r2nn_make_follower(maker, middle, out, "input buffer");
    net = out;
  }
  if (n > 0) {
    r2nn_make_mapped(maker, first, hz, c->built->highpass_hz, "Hz", n > 1 ? "two in a row" : "", "input.highpass_hz");
    return net;
  }
  uint32_t out = r2nn_make_net(maker, "u%u_0", channel);
  r2nn_make_follower(maker, net, out, "input buffer");
  return out;
}

static void add_probes(r2nn_maker *maker, const r2nn_model *model, uint32_t index, const r2nn_circuit_node *nodes, double volt) {
  r2nn_circuit *c = maker->circuit;
  const r2nn_stage *stage = &model->stages[index];
  r2nn_circuit_probe *grown = realloc(c->probes, (c->n_probes + stage->n_outputs) * sizeof *grown);
  if (!grown) {
    maker->is_short = true;
    return;
  }
  c->probes = grown;
  for (uint32_t k = 0; k < stage->n_outputs; k++) {
    uint32_t node = stage->outputs[k];
    c->probes[c->n_probes++] = (r2nn_circuit_probe){index, node, nodes[node].net, nodes[node].sign * volt};
  }
}

/* One stage and what follows it; channels[] becomes the nets of its carried outputs. volt: of the circuit for 1 V of the model. */
static r2nn_status build_stage(r2nn_maker *maker, const r2nn_model *model, uint32_t index, uint32_t *channels, double *volt,
                               r2nn_error *error) {
  const r2nn_stage *stage = &model->stages[index];
  r2nn_circuit *c = maker->circuit;
  r2nn_circuit_node *grown = realloc(c->nodes, (c->n_nodes + (size_t)stage->n_nodes) * sizeof *grown);
  if (!grown) return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  c->nodes = grown;
  const r2nn_circuit_node *nodes = grown + c->n_nodes;
  r2nn_status status = r2nn_network_design(maker, model, index, channels, grown + c->n_nodes, error);
  if (status != R2NN_OK) return status;
  c->n_nodes += stage->n_nodes;
  add_probes(maker, model, index, nodes, *volt);
  for (uint32_t k = 0; k < stage->n_outputs; k++) channels[k] = nodes[stage->outputs[k]].net;
  if (!c->def.network_only) r2nn_after_stage(maker, model, index, channels, volt);
  return status;
}

static r2nn_status build(r2nn_maker *maker, const r2nn_model *model, r2nn_error *error) {
  uint32_t widest = model->n_channels, n_stages = maker->circuit->def.network_only ? 1 : model->n_stages;
  for (uint32_t s = 0; s < model->n_stages; s++)
    if (model->stages[s].n_outputs > widest) widest = model->stages[s].n_outputs;
  uint32_t *channels = calloc(widest, sizeof *channels);
  if (!channels) return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  r2nn_make_net(maker, "0");
  maker->circuit->first_input = maker->circuit->n_nets;
  for (uint32_t c = 0; c < model->n_channels; c++) r2nn_make_net(maker, "in%u", c);
  for (uint32_t c = 0; c < model->n_channels && !maker->is_short; c++) channels[c] = build_drive(maker, model, c);
  r2nn_status status = R2NN_OK;
  double volt = 1;
  for (uint32_t s = 0; s < n_stages && status == R2NN_OK && !maker->is_short; s++)
    status = build_stage(maker, model, s, channels, &volt, error);
  if (status == R2NN_OK && !maker->is_short && !maker->circuit->def.network_only) r2nn_after_all(maker, model, channels);
  free(channels);
  if (status == R2NN_OK && maker->is_short) status = r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  return status;
}

r2nn_status r2nn_circuit_design(const r2nn_model *model, const r2nn_circuit_def *def, r2nn_circuit **circuit, r2nn_error *error) {
  *circuit = NULL;
  for (int k = 0; k < R2NN_N_TRIMS; k++)
    if (def->trims[k] && !(def->trim_range >= R2NN_TRIM_LEAST && def->trim_range <= R2NN_TRIM_MOST))
      return r2nn_fail(error, R2NN_BAD_ARGUMENT, "trimmers must turn by %g to %g of the whole, not %g", R2NN_TRIM_LEAST,
                       R2NN_TRIM_MOST, def->trim_range);
  if (def->scale_ohm != 0 && !(def->scale_ohm >= LEAST_SCALE && def->scale_ohm <= LARGEST_SCALE))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "the resistor scale must be %g to %g ohm, is %g", LEAST_SCALE, LARGEST_SCALE,
                     def->scale_ohm);
  if (def->resistors != R2NN_E24 && def->resistors != R2NN_E96)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "the series must be E24 or E96");
  r2nn_circuit *made = calloc(1, sizeof *made);
  r2nn_maker maker = {.circuit = made};
  if (made) made->built = r2nn_model_copy(model);
  r2nn_status status = R2NN_OK;
  if (!made || !made->built) status = r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  if (status == R2NN_OK) {
    made->def = *def;
    made->n_channels = model->n_channels;
    memcpy(made->title, model->name, sizeof made->title - 1);
    status = build(&maker, model, error);
    if (status == R2NN_OK) r2nn_trims_choose(made);
  }
  r2nn_error reason = {""};
  if (status == R2NN_OK && !def->unchecked) status = r2nn_model_check(made->built, &reason);
  if (reason.text[0] && status == R2NN_NO_MEMORY)
    r2nn_fail(error, status, "%s", reason.text);
  else if (reason.text[0])
    status = r2nn_fail(error, R2NN_UNSTABLE, "with values of the series %s the network would not be stable (%.300s); E96 is finer",
                       r2nn_series_name(def->resistors), reason.text);
  if (status == R2NN_OK) status = r2nn_bias_find(made, error);
  if (status == R2NN_OK) status = r2nn_about_find(made, error);
  if (status == R2NN_OK)
    *circuit = made;
  else
    r2nn_circuit_free(made);
  return status;
}
