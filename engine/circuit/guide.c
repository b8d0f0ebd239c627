/* What the builder of a circuit should know, as Markdown. */
#include "circuit/buffer.h"
#include "r2nn/circuit.h"

#include <math.h>

/* A number with an SI prefix, "4.7 k". */
static void print_si(r2nn_buffer *to, double value, const char *unit) {
  static const char *const prefixes[] = {"f", "p", "n", "u", "m", "", "k", "M", "G"};
  if (!isfinite(value)) {
    r2nn_buffer_add(to, "infinite ");
    return;
  }
  int place = value > 0 ? (int)floor(log10(value) / 3 + 1e-9) : 0;
  place = place < -5 ? -5 : place > 3 ? 3 : place;
  r2nn_buffer_add(to, "%.3g %s%s", value / pow(1000, place), prefixes[place + 5], unit);
}

static void print_counts(r2nn_buffer *to, const r2nn_circuit *c) {
  static const char *const names[R2NN_N_ELEMENT_KINDS] = {"resistors",   "capacitors",  "op-amps",  "diodes",    "transistors",
                                                          "multipliers", "comparators", "switches", "references"};
  const r2nn_opamp *o = &c->def.parts.opamp;
  r2nn_buffer_add(to, "## Parts\n\n");
  for (int kind = 0; kind < R2NN_N_ELEMENT_KINDS; kind++)
    if (c->counts[kind]) r2nn_buffer_add(to, "- %u %s\n", c->counts[kind], names[kind]);
  if (o->n_units > 1)
    r2nn_buffer_add(to, "\nThe op-amps take %u packages of %s, %u in each.\n",
                    (c->counts[R2NN_OPAMP] + o->n_units - 1) / o->n_units, o->name, o->n_units);
  r2nn_buffer_add(to,
                  "\nResistors are of the series %s, capacitors of E12; `bom.csv` lists them, `map.csv` tells which value of the "
                  "model each makes.\n\n",
                  r2nn_series_name(c->def.resistors));
}

static void print_supply(r2nn_buffer *to, const r2nn_circuit *c, const r2nn_margins *m) {
  const r2nn_opamp *o = &c->def.parts.opamp;
  r2nn_buffer_add(to, "## Supply\n\n");
  if (m->supply_a <= 0) {
    r2nn_buffer_add(to, "The op-amps are ideal ones. With `--opamp NAME` this page tells current, power, swing and noise.\n\n");
    return;
  }
  r2nn_buffer_add(to, "+-%g V, ", o->supply_v);
  print_si(to, m->supply_a, "A");
  r2nn_buffer_add(to, " from each, ");
  print_si(to, m->power_w, "W");
  r2nn_buffer_add(to, " in all without signal (%s: %.3g mA an amplifier). 100 nF from each supply pin to ground.\n\n", o->name,
                  1e3 * o->supply_a);
}

static void print_margins(r2nn_buffer *to, const r2nn_circuit *c, const r2nn_margins *m) {
  const r2nn_opamp *o = &c->def.parts.opamp;
  r2nn_buffer_add(to, "## Swing and noise\n\n");
  r2nn_buffer_add(to, "- The largest gain from an input to an op-amp's output is %.3g (%.1f dB), at node %u's %s, at %.4g Hz.\n",
                  m->gain, 20 * log10(fmax(m->gain, 1e-12)), m->gain_node, m->gain_at, m->gain_hz);
  if (isfinite(m->full_v)) {
    r2nn_buffer_add(to, "- So no output reaches its limit of +-%g V as long as a tone at the input stays under ", o->swing_v);
    print_si(to, m->full_v, "V");
    r2nn_buffer_add(to, " (peak).\n");
  }
  r2nn_buffer_add(to, "- The noisiest node, %u, has ", m->noise_node);
  print_si(to, m->noise_v, "V");
  r2nn_buffer_add(to, " RMS by resistors and op-amps, estimated for the node alone");
  if (isfinite(m->full_v) && m->noise_v > 0)
    r2nn_buffer_add(to, ": %.0f dB under the limit", 20 * log10(o->swing_v / sqrt(2) / m->noise_v));
  r2nn_buffer_add(to, ".\n- Every node has a path to ground for bias currents, at most ");
  print_si(to, c->bias_ohm, "ohm");
  if (m->offset_v > 0) {
    r2nn_buffer_add(to, "; with offset that makes up to ");
    print_si(to, m->offset_v, "V");
    r2nn_buffer_add(to, " at DC");
  }
  r2nn_buffer_add(to, ".\n- Resonances lie between %.4g and %.4g Hz.", c->lowest_hz, c->highest_hz);
  if (o->gbw_hz > 0) {
    double share = c->highest_hz / o->gbw_hz;
    r2nn_buffer_add(to, " At the highest the op-amps' bandwidth lowers it by about %.2g %% and its 1/Q changes by about %.2g.",
                    200 * share, share * 0.4);
  }
  r2nn_buffer_add(to, "\n\n");
}

static void print_trims(r2nn_buffer *to, const r2nn_circuit *c) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < c->n_elements; i++) n += c->elements[i].pot > 0;
  if (n == 0) return;
  r2nn_buffer_add(
      to,
      "\n## Trimmers\n\n%u resistors are a fixed one with a trimmer in series: R12 and RT12. Before the first one is "
      "soldered in, turn\neach trimmer so that both together are `ohm` of `trims.csv`, by an ohmmeter. Then\n\n"
      "    r2nn hardware refit -m MODEL DATASET -o refitted.json --loopback N --trims trims.csv --turned turned.csv\n\n"
      "measures the board and says where to turn them (`set_ohm` of `turned.csv`). Turns are in shares of the whole: by\n"
      "+4 %% of both together.\n",
      n);
}

char *r2nn_circuit_guide(const r2nn_circuit *c, const r2nn_margins *m) {
  r2nn_buffer to = {0};
  r2nn_buffer_add(&to, "# %s as a circuit\n\nWritten by r2nn %s.\n\n", c->title[0] ? c->title : "A model", r2nn_version());
  print_counts(&to, c);
  print_supply(&to, c, m);
  print_margins(&to, c, m);
  r2nn_buffer_add(&to, "## Not built\n\n%s", c->n_missing ? "" : "Everything is there.\n");
  for (uint32_t i = 0; i < c->n_missing; i++) r2nn_buffer_add(&to, "- %s\n", c->missing[i]);
  r2nn_buffer_add(&to,
                  "\n## Building and testing it\n\n"
                  "1. Build a cell (one box of `schematic.svg`) and measure its resonance alone: inner FDNR parts first.\n"
                  "2. Nets are named as in `net.cir`: `inC` an input, `uC_K` behind its high-passes, `nS_I` node I of stage S.\n"
                  "3. Simulate: `ngspice -b net.cir` writes `response.txt` (Hz, real and imaginary part of every output) and\n"
                  "   `result.txt` (s, V of every output) for the sound in `stimulus.txt`.\n"
                  "4. Test: play `stimulus.wav` (1.0 is 1 V) into the inputs and record the outputs. `expected.wav` is what they\n"
                  "   should be, one channel an output:\n\n");
  for (uint32_t i = 0; i < c->n_probes && c->probes[i].stage == 0; i++)
    r2nn_buffer_add(&to, "   - channel %u: node %s%s\n", i + 1, c->nets[c->probes[i].net],
                    c->probes[i].volt < 0 ? " (carries the negative of the model's; r2nn hardware turns it back)" : "");
  r2nn_buffer_add(
      &to,
      "\nTrimming: a larger Rx of a GIC makes its D smaller and its resonance higher. R1 and R3 of a negative-resistance stage "
      "are to be matched: their ratio of 2 keeps couplings alike both ways.\n");
  print_trims(&to, c);
  return r2nn_buffer_take(&to);
}
