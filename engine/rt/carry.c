/* Goes on where another engine is: what of it is a voltage, and a slope, is the same in a network of other damping. */
#include "rt/lanes.h"

#include <string.h>

/* x = Re sum_k shapes_k q_k. */
static void states_of(const r2nn_network *network, const r2nn_carry_part *part, double *x) {
  memset(x, 0, part->n_states * sizeof *x);
  if (part->dense) memcpy(x, part->dense->x, part->n_states * sizeof *x);
  for (uint32_t k = 0; k < part->n_modes; k++) {
    double re, im;
    r2nn_lane_read(network, part->lane[k], &re, &im);
    const double *shape = part->shapes + 2 * (size_t)k;
    for (uint32_t i = 0; i < part->n_states; i++, shape += 2 * (size_t)part->n_modes) x[i] += shape[0] * re - shape[1] * im;
  }
}

/* q = coordinates x. */
static void set_states(r2nn_network *network, const r2nn_carry_part *part, const double *x) {
  if (part->dense) memcpy(part->dense->x, x, part->n_states * sizeof *x);
  for (uint32_t k = 0; k < part->n_modes; k++) {
    double re = 0, im = 0;
    const double *row = part->coordinates + 2 * (size_t)k * part->n_states;
    for (uint32_t i = 0; i < part->n_states; i++) {
      re += row[2 * i] * x[i];
      im += row[2 * i + 1] * x[i];
    }
    r2nn_lane_write(network, part->lane[k], re, im);
  }
}

void r2nn_network_carry(r2nn_network *network, const r2nn_network *from) {
  memcpy(network->u, from->u, sizeof *network->u * network->n_inputs * R2NN_U_STRIDE);
  for (uint32_t p = 0; p < network->n_carry; p++) {
    states_of(from, &from->carry[p], network->states);
    set_states(network, &network->carry[p], network->states);
  }
}

void r2nn_network_copy(r2nn_network *network, const r2nn_network *from) {
  memcpy(network->u, from->u, sizeof *network->u * network->n_inputs * R2NN_U_STRIDE);
  memcpy(network->f32.q, from->f32.q, 2 * sizeof *network->f32.q * network->f32.n_groups);
  memcpy(network->f64.q, from->f64.q, 2 * sizeof *network->f64.q * network->f64.n_groups);
  for (uint32_t p = 0; p < network->n_dense; p++)
    memcpy(network->dense[p].x, from->dense[p].x, network->dense[p].n_states * sizeof(double));
}

void r2nn_detector_copy(r2nn_detector *detector, const r2nn_detector *from) {
  detector->phase = from->phase;
  detector->peak = from->peak;
  memcpy(detector->smooth, from->smooth, detector->n * sizeof *detector->smooth);
}

void r2nn_readout_copy(r2nn_rt_readout *readout, const r2nn_rt_readout *from) {
  uint32_t width = readout->n + readout->n_channels;
  memcpy(readout->energy, from->energy, readout->n * sizeof *readout->energy);
  memcpy(readout->level, from->level, readout->n_channels * sizeof *readout->level);
  memcpy(readout->segments, from->segments, (size_t)readout->n_segments * width * sizeof *readout->segments);
  if (readout->settings.mode == R2NN_MODE_EVENT) memcpy(readout->fresh, from->fresh, width * sizeof *readout->fresh);
  readout->weight = from->weight;
  readout->segment = from->segment;
  readout->n_filled = from->n_filled;
  readout->start = from->start;
  readout->in_hop = from->in_hop;
  readout->ran = from->ran;
  readout->is_decided = from->is_decided;
}
