/* FDNRs whose op-amps reach their limits: a law inside the loop.
 *
 * A node's FDNR is its mass, and its voltage's slope the mass's velocity: an impulse of current changes the slope of that node and
 * nothing else. Between two samples the network moves exactly, and loses energy or none; at a sample a slope beyond its limit is
 * taken back to it, which takes away energy 1/2 D slope^2. So whatever the rate, the energy never grows. */
#include "rt/lanes.h"

#include <math.h>

/* The state of a part, x = Re sum_k shapes_k q_k. */
static double read_state(const r2nn_network *network, const r2nn_carry_part *part, uint32_t state) {
  if (part->dense) return part->dense->x[state];
  const double *shape = part->shapes + 2 * (size_t)state * part->n_modes;
  double x = 0;
  for (uint32_t k = 0; k < part->n_modes; k++) {
    double re, im;
    r2nn_lane_read(network, part->lane[k], &re, &im);
    x += shape[2 * k] * re - shape[2 * k + 1] * im;
  }
  return x;
}

/* Add to a state alone: q += coordinates_state x. */
static void add_state(r2nn_network *network, const r2nn_carry_part *part, uint32_t state, double x) {
  if (part->dense) part->dense->x[state] += x;
  for (uint32_t k = 0; k < part->n_modes; k++) {
    const double *at = part->coordinates + 2 * ((size_t)k * part->n_states + state);
    double re, im;
    r2nn_lane_read(network, part->lane[k], &re, &im);
    r2nn_lane_write(network, part->lane[k], re + at[0] * x, im + at[1] * x);
  }
}

void r2nn_network_limit(r2nn_network *network) {
  for (uint32_t i = 0; i < network->n_limits; i++) {
    const r2nn_limit *limit = &network->limits[i];
    const r2nn_carry_part *part = &network->carry[limit->part];
    double x = read_state(network, part, limit->state), over = fabs(x) - limit->most;
    if (over > 0) add_state(network, part, limit->state, copysign(over, -x));
  }
}
