/* Around which frequencies every node works: what powers of the frequency an admittance has are replaced there by what D, C and g
 * can be. */
#include "circuit/scan.h"

#include <math.h>
#include <stdlib.h>

/* Sums of |V|^4 w^k dw, k = 0, 2, 4 and 6, of one node; frequencies in multiples of its own. */
enum { N_SUMS = 4 };
typedef struct moments {
  double sum[N_SUMS];
} moments;

typedef struct finder {
  const r2nn_circuit *circuit;
  moments *moments;
} finder;

static void add(void *context, const r2nn_scan_point *point) {
  finder *self = context;
  for (uint32_t i = 0; i < point->n_nodes * point->n_channels; i++) {
    uint32_t node = i / point->n_channels;
    double x = point->freq_hz / self->circuit->nodes[node].freq_hz, gain = hypot(point->re[i], point->im[i]);
    double weight = gain * gain * gain * gain * x;
    for (int k = 0; k < N_SUMS; k++, weight *= x * x) self->moments[node].sum[k] += weight;
  }
}

/* Least squares over what the node does when every frequency is played alike, once for how much it then moves and once for how much
 * of it is heard elsewhere: w^4 as slope*w^2 - base, and w^3 as w*square. A
 * single frequency gives slope 2 w^2, base w^4 and square w^2. */
static r2nn_about fit(const moments *m, double freq_hz) {
  double own = 2 * M_PI * freq_hz, own2 = own * own, n = m->sum[0];
  double mean2 = m->sum[1] / n, mean4 = m->sum[2] / n, spread = mean4 - mean2 * mean2;
  if (!(n > 0) || !(spread > 1e-9 * mean4)) return (r2nn_about){own2, 2 * own2, own2 * own2};
  double slope = (m->sum[3] / n - mean4 * mean2) / spread;
  return (r2nn_about){mean4 / mean2 * own2, slope * own2, (slope * mean2 - mean4) * own2 * own2};
}

r2nn_status r2nn_about_find(r2nn_circuit *circuit, r2nn_error *error) {
  uint32_t n = circuit->built->stages[0].n_nodes;
  finder self = {circuit, calloc(n, sizeof *self.moments)};
  if (!self.moments) return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  r2nn_status status = R2NN_OK;
  if (circuit->def.parts.opamp.gbw_hz > 0) status = r2nn_scan(circuit, false, add, &self, error);
  for (uint32_t i = 0; i < circuit->n_nodes && status == R2NN_OK; i++) {
    const moments none = {{0}};
    circuit->nodes[i].about = fit(i < n ? &self.moments[i] : &none, circuit->nodes[i].freq_hz);
  }
  free(self.moments);
  return status;
}
