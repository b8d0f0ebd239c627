/* An FDNR as a generalised impedance converter: the search for stock values. */
#include "circuit/gic.h"

#include <math.h>

/* Stock capacitors, F, and where Rx/R is best. */
#define LEAST_CAPACITOR   100e-12
#define LARGEST_CAPACITOR 10e-6
#define RATIO             0.85

double r2nn_gic_d(const r2nn_gic *gic) {
  return gic->ca * gic->cb * gic->r2 * gic->r4 / gic->rx;
}

/* With rho = R2/Rx, tau = R4 Cb: Y = s^2 D + (1/A)(1 + rho) s Ca [1 + (1 - rho) s tau - rho s^2 tau^2]. On s = jw, s^3 = -w^2 s,
 * and s^4 = w^4, which is 2 omega^2 w^2 - omega^4 about omega in value and slope. A lossy capacitor is s + loss*omega in place of
 * s. */
void r2nn_gic_load(const r2nn_gic *gic, const r2nn_part_model *parts, double omega, r2nn_node *node) {
  double d = r2nn_gic_d(gic), rho = gic->r2 / gic->rx, tau = gic->r4 * gic->cb, decay = parts->capacitor.loss * omega;
  double around = rho * tau * tau * omega * omega, turn = (1 - rho) * tau, ca = gic->ca * (1 + rho);
  double slow = ca / parts->opamp.gain, late = parts->opamp.gbw_hz > 0 ? ca / (2 * M_PI * parts->opamp.gbw_hz) : 0;
  node->d += d + slow * turn + late * (1 + 2 * around);
  node->c += 2 * decay * d + slow * (1 + around) - late * turn * omega * omega;
  node->g += decay * decay * d + late * around * omega * omega;
}

/* What is wrong with a choice: 0.05 % of D weighs as much as 20 % off omega*tau = 1 or off the ratio. */
static double cost_of(const r2nn_gic *gic, double d, double omega) {
  double off = log(r2nn_gic_d(gic) / d) / 5e-4, tau = log(omega * gic->r4 * gic->cb) / 0.2;
  double r = sqrt(gic->r2 * gic->r4), ratio = log(gic->rx / (RATIO * r)) / 0.2;
  double anti = gic->rx > gic->r2 || gic->rx > gic->r4 ? 100 : 0;
  return off * off + tau * tau + ratio * ratio + anti;
}

/* The best resistors with these capacitors, if they are better than what there is. */
static void try_capacitors(double d, double omega, r2nn_series series, double ca, double cb, double *least, r2nn_gic *best) {
  int reach = series == R2NN_E96 ? 8 : 3;
  double r = 1 / (omega * sqrt(ca * cb));
  for (int i = -reach; i <= reach; i++)
    for (int j = -reach; j <= reach; j++) {
      r2nn_gic gic = {.ca = ca, .cb = cb, .r2 = r2nn_series_step(series, r, i), .r4 = r2nn_series_step(series, r, j)};
      gic.rx_exact = ca * cb * gic.r2 * gic.r4 / d;
      gic.rx = r2nn_series_step(series, gic.rx_exact, 0);
      double cost = cost_of(&gic, d, omega);
      if (cost >= *least) continue;
      *least = cost;
      *best = gic;
    }
}

r2nn_gic r2nn_gic_design(double d, double omega, r2nn_series series) {
  /* Rx/R = C R/D = C/(D omega) at omega*tau = 1. Products and quotients of a series lie on a grid of its own steps: different
   * capacitors are what reaches between them. */
  double wanted = fmin(fmax(RATIO * d * omega, LEAST_CAPACITOR), LARGEST_CAPACITOR), least = INFINITY;
  r2nn_gic best = {0};
  for (int i = -2; i <= 2; i++)
    for (int j = -2; j <= 2; j++) {
      double ca = r2nn_series_step(R2NN_E12, wanted, i), cb = r2nn_series_step(R2NN_E12, wanted, j);
      if (fmin(ca, cb) > LEAST_CAPACITOR * 0.99 && fmax(ca, cb) < LARGEST_CAPACITOR * 1.01)
        try_capacitors(d, omega, series, ca, cb, &least, &best);
    }
  return best;
}
