/* Small circuits that detectors, readout and head are made of. */
#include "circuit/units.h"

#include <math.h>

/* Resistors of the signal path; the rectifier's come in a ratio of two, which every series has. */
#define OHM        10e3
#define DOUBLE_OHM 20e3
#define SLOW_OHM   200e3 /* where a capacitor is to be small */
#define BASE_OHM   270.0 /* low, for the base's current */
#define TAIL_A     100e-6
#define TAIL_V     15.0

static uint32_t new_net(r2nn_maker *maker, const char *letter) {
  return r2nn_make_net(maker, "%s%u", letter, maker->circuit->n_nets);
}

/* A capacitor for a low-pass, whose losses do not matter. */
static void capacitor(r2nn_maker *maker, uint32_t a, uint32_t b, double farad, const char *role) {
  r2nn_make_capacitor(maker, a, b, farad, 0, role);
}

uint32_t r2nn_unit_buffer(r2nn_maker *maker, uint32_t in) {
  uint32_t out = new_net(maker, "f");
  r2nn_make_follower(maker, in, out, "buffer");
  return out;
}

uint32_t r2nn_unit_rectifier(r2nn_maker *maker, uint32_t in, int sign, double tau_s) {
  /* half = -max(in, 0), or with the diodes turned -min(in, 0); out = -(in + 2 half) */
  uint32_t half = new_net(maker, "h"), drive = new_net(maker, "d"), out = new_net(maker, "r");
  double ohm = tau_s > 0 ? SLOW_OHM : DOUBLE_OHM;
  uint32_t first = r2nn_make_summer(maker, drive, 0, "rectifier");
  r2nn_make_resistor(maker, in, first, DOUBLE_OHM, "rectifier");
  r2nn_make_resistor(maker, half, first, DOUBLE_OHM, "rectifier");
  r2nn_make_active(maker, R2NN_DIODE, sign > 0 ? half : drive, sign > 0 ? drive : half, 0, "rectifier");
  r2nn_make_active(maker, R2NN_DIODE, sign > 0 ? drive : first, sign > 0 ? first : drive, 0, "rectifier");
  uint32_t second = r2nn_make_summer(maker, out, ohm, "rectifier");
  r2nn_make_resistor(maker, in, second, ohm, "rectifier");
  r2nn_make_resistor(maker, half, second, ohm / 2, "rectifier");
  if (tau_s > 0) capacitor(maker, second, out, tau_s / ohm, "low-pass");
  return out;
}

uint32_t r2nn_unit_lowpass(r2nn_maker *maker, uint32_t in, double tau_s, double gain) {
  uint32_t plus = in, out = new_net(maker, "l"), minus = gain > 1 ? new_net(maker, "g") : out;
  if (tau_s > 0) {
    plus = new_net(maker, "t");
    r2nn_make_resistor(maker, in, plus, SLOW_OHM, "low-pass");
    capacitor(maker, plus, R2NN_NET_GROUND, tau_s / SLOW_OHM, "low-pass");
  }
  r2nn_make_active(maker, R2NN_OPAMP, plus, minus, out, "buffer");
  if (gain > 1) {
    r2nn_make_resistor(maker, out, minus, OHM * (gain - 1), "gain");
    r2nn_make_resistor(maker, minus, R2NN_NET_GROUND, OHM, "gain");
  }
  return out;
}

uint32_t r2nn_unit_log(r2nn_maker *maker, uint32_t *sum) {
  uint32_t out = new_net(maker, "e");
  *sum = r2nn_make_summer(maker, out, 0, "log");
  r2nn_make_active(maker, R2NN_TRANSISTOR, *sum, R2NN_NET_GROUND, out, "log");
  return out;
}

uint32_t r2nn_unit_difference(r2nn_maker *maker, uint32_t plus, uint32_t minus, uint32_t bias, double gain) {
  uint32_t out = new_net(maker, "y"), high = new_net(maker, "p"), low = new_net(maker, "q");
  double ohm = gain > 1 ? OHM : OHM / gain;
  r2nn_make_active(maker, R2NN_OPAMP, high, low, out, "difference");
  r2nn_make_resistor(maker, plus, high, ohm, "difference");
  r2nn_make_resistor(maker, high, bias, ohm * gain, "difference");
  r2nn_make_resistor(maker, minus, low, ohm, "difference");
  r2nn_make_resistor(maker, low, out, ohm * gain, "difference");
  return out;
}

uint32_t r2nn_unit_mean(r2nn_maker *maker, const uint32_t *in, uint32_t n) {
  uint32_t middle = new_net(maker, "c");
  for (uint32_t i = 0; i < n; i++) r2nn_make_resistor(maker, in[i], middle, SLOW_OHM, "mean");
  return r2nn_unit_buffer(maker, middle);
}

uint32_t r2nn_unit_reference(r2nn_maker *maker, double volt, const char *role) {
  const r2nn_circuit *c = maker->circuit;
  for (uint32_t i = 0; i < c->n_elements; i++)
    if (c->elements[i].kind == R2NN_REFERENCE && c->elements[i].value == volt && c->elements[i].role == role)
      return c->elements[i].nets[0];
  uint32_t net = new_net(maker, "v");
  r2nn_make_exact(maker, R2NN_REFERENCE, net, R2NN_NET_GROUND, volt, volt, 0, role);
  return net;
}

uint32_t r2nn_unit_sigmoid(r2nn_maker *maker, uint32_t in, double gain, double high, double low, bool even) {
  uint32_t held = r2nn_unit_lowpass(maker, in, 0, gain);
  if (even) held = r2nn_unit_rectifier(maker, held, 1, 0);
  /* the pair shares its tail current as 1/(1 + exp(-v/Vt)): 1 V becomes Vt at the base */
  uint32_t base = new_net(maker, "b"), tail = new_net(maker, "k"), out = new_net(maker, "z");
  uint32_t negative = r2nn_unit_reference(maker, -TAIL_V, "supply");
  r2nn_make_resistor(maker, held, base, BASE_OHM * (1 / R2NN_THERMAL_V - 1), "sigmoid");
  r2nn_make_resistor(maker, base, R2NN_NET_GROUND, BASE_OHM, "sigmoid");
  uint32_t collector = r2nn_make_summer(maker, out, high / TAIL_A, "sigmoid");
  r2nn_make_active(maker, R2NN_TRANSISTOR, collector, base, tail, "sigmoid");
  r2nn_make_active(maker, R2NN_TRANSISTOR, R2NN_NET_GROUND, R2NN_NET_GROUND, tail, "sigmoid");
  r2nn_make_resistor(maker, tail, negative, (TAIL_V - 0.6) / TAIL_A, "sigmoid tail");
  if (low > 0) {
    uint32_t five = r2nn_unit_reference(maker, 5, "reference");
    r2nn_make_resistor(maker, five, collector, 5 / low * high / TAIL_A, "sigmoid offset");
  }
  return out;
}

void r2nn_unit_highest(r2nn_maker *maker, const uint32_t *in, uint32_t n, uint32_t stage) {
  r2nn_make_block(maker, R2NN_BLOCK_HEAD, stage, n, 0);
  uint32_t bus = new_net(maker, "bus"), negative = r2nn_unit_reference(maker, -TAIL_V, "supply");
  r2nn_make_resistor(maker, bus, negative, SLOW_OHM, "comparison");
  for (uint32_t k = 0; k < n; k++) { /* the highest drives the bus through its diode; only its op-amp stands over the bus */
    r2nn_make_block(maker, R2NN_BLOCK_HEAD, stage, k, 0);
    uint32_t drive = new_net(maker, "w"), won = r2nn_make_net(maker, "class%u", k);
    r2nn_make_active(maker, R2NN_OPAMP, in[k], bus, drive, "comparison");
    r2nn_make_active(maker, R2NN_DIODE, drive, bus, 0, "comparison");
    r2nn_make_active(maker, R2NN_COMPARATOR, drive, bus, won, "decision");
  }
}
