/* A circuit while it is designed: growing lists of nets, elements, blocks and values. */
#include "circuit/make.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A smaller capacitor is less than what stray capacitance adds. */
#define LEAST_FARAD 10e-12

/* Room for one more: lists double. */
static bool grow(r2nn_maker *maker, void **list, uint32_t n, size_t size) {
  if (maker->is_short) return false;
  if ((n & (n - 1)) != 0 && n) return true; /* room is the next power of two */
  void *grown = realloc(*list, (n ? 2 * (size_t)n : 1) * size);
  if (!grown) maker->is_short = true;
  if (grown) *list = grown;
  return grown != NULL;
}

uint32_t r2nn_make_net(r2nn_maker *maker, const char *format, ...) {
  r2nn_circuit *c = maker->circuit;
  void *list = c->nets;
  bool room = grow(maker, &list, c->n_nets, sizeof *c->nets);
  c->nets = list;
  if (!room) return R2NN_NET_GROUND;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(c->nets[c->n_nets], sizeof *c->nets, format, arguments);
  va_end(arguments);
  return c->n_nets++;
}

void r2nn_make_block(r2nn_maker *maker, r2nn_block_kind kind, uint32_t stage, uint32_t a, uint32_t b) {
  r2nn_circuit *c = maker->circuit;
  void *list = c->blocks;
  bool room = grow(maker, &list, c->n_blocks, sizeof *c->blocks);
  c->blocks = list;
  if (room) c->blocks[c->n_blocks++] = (r2nn_block){kind, stage, a, b, c->n_elements, 0};
}

static void add(r2nn_maker *maker, r2nn_element element) {
  r2nn_circuit *c = maker->circuit;
  void *list = c->elements;
  bool room = grow(maker, &list, c->n_elements, sizeof *c->elements);
  c->elements = list;
  if (!room) return;
  element.number = c->counts[element.kind] + 1;
  c->elements[c->n_elements++] = element;
  c->counts[element.kind]++;
  if (c->n_blocks) c->blocks[c->n_blocks - 1].n_elements++;
}

void r2nn_make_exact(r2nn_maker *maker, r2nn_element_kind kind, uint32_t a, uint32_t b, double value, double exact, double freq_hz,
                     const char *role) {
  add(maker, (r2nn_element){.kind = kind, .nets = {a, b}, .value = value, .exact = exact, .freq_hz = freq_hz, .role = role});
}

void r2nn_make_active(r2nn_maker *maker, r2nn_element_kind kind, uint32_t a, uint32_t b, uint32_t c, const char *role) {
  add(maker, (r2nn_element){.kind = kind, .nets = {a, b, c}, .role = role});
}

double r2nn_make_resistor(r2nn_maker *maker, uint32_t a, uint32_t b, double ohm, const char *role) {
  if (!(ohm >= R2NN_LEAST_OHM / 2 && ohm <= R2NN_MOST_OHM)) return 0;
  double value = r2nn_series_step(maker->circuit->def.resistors, ohm, 0);
  r2nn_make_exact(maker, R2NN_RESISTOR, a, b, value, ohm, 0, role);
  return value;
}

double r2nn_make_capacitor(r2nn_maker *maker, uint32_t a, uint32_t b, double farad, double freq_hz, const char *role) {
  if (farad < LEAST_FARAD / 2) return 0;
  double one = r2nn_series_step(R2NN_E12, farad, 0), best = one, other = 0;
  for (int step = 0; step >= -12; step--) { /* the larger of two in parallel, down to half */
    double large = r2nn_series_step(R2NN_E12, farad, step);
    if (large >= farad * 0.999 || farad - large < LEAST_FARAD) continue;
    double small = r2nn_series_step(R2NN_E12, farad - large, 0);
    if (fabs(large + small - farad) < fabs(best + other - farad) && fabs(one - farad) > 0.005 * farad) {
      best = large;
      other = small;
    }
  }
  r2nn_make_exact(maker, R2NN_CAPACITOR, a, b, best, farad - other, freq_hz, role);
  if (other > 0) r2nn_make_exact(maker, R2NN_CAPACITOR, a, b, other, farad - best, freq_hz, role);
  return best + other;
}

void r2nn_make_follower(r2nn_maker *maker, uint32_t in, uint32_t out, const char *role) {
  r2nn_make_active(maker, R2NN_OPAMP, in, out, out, role);
}

uint32_t r2nn_make_summer(r2nn_maker *maker, uint32_t out, double r, const char *role) {
  uint32_t sum = r2nn_make_net(maker, "s%u", maker->circuit->n_nets);
  r2nn_make_active(maker, R2NN_OPAMP, R2NN_NET_GROUND, sum, out, role);
  if (r > 0) r2nn_make_resistor(maker, sum, out, r, role);
  return sum;
}

void r2nn_make_mapped(r2nn_maker *maker, uint32_t first, double model, double built, const char *unit, const char *note,
                      const char *format, ...) {
  r2nn_circuit *c = maker->circuit;
  void *list = c->mapped;
  bool room = grow(maker, &list, c->n_mapped, sizeof *c->mapped);
  c->mapped = list;
  if (!room) return;
  r2nn_mapped *made = &c->mapped[c->n_mapped++];
  *made = (r2nn_mapped){.unit = unit, .model = model, .built = built, .first = first, .n_elements = c->n_elements - first};
  snprintf(made->note, sizeof made->note, "%s", note);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(made->path, sizeof made->path, format, arguments);
  va_end(arguments);
}

void r2nn_make_missing(r2nn_maker *maker, const char *format, ...) {
  r2nn_circuit *c = maker->circuit;
  void *list = c->missing;
  bool room = grow(maker, &list, c->n_missing, sizeof *c->missing);
  c->missing = list;
  if (!room) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(c->missing[c->n_missing++], sizeof *c->missing, format, arguments);
  va_end(arguments);
}
