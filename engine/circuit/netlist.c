/* The circuit as text for ngspice. */
#include "circuit/buffer.h"
#include "core/text.h"
#include "r2nn/circuit.h"

#include <math.h>

/* Points a decade of the frequency response. */
#define POINTS 50

static const char *net(const r2nn_circuit *c, uint32_t index) {
  return c->nets[index];
}

/* What stands for an unlimited gain-bandwidth product, Hz. Without any pole the loops of the FDNRs are algebraic, and the
 * trapezoidal rule lets them ring up. */
#define UNLIMITED_HZ 1e11

/* The op-amp: 1 mS into gain kilo-ohm and a capacitor make a gain that falls from gbw/gain on; it has an offset, of either sign,
 * and its output goes over into its limit as a tanh does. */
static void print_opamp(r2nn_buffer *to, const r2nn_opamp *o) {
  const char *plus = o->offset_v > 0 ? "x" : "p";
  double gbw_hz = o->gbw_hz > 0 ? o->gbw_hz : UNLIMITED_HZ;
  r2nn_buffer_add(to, "* op-amp: %s\n.subckt opamp p m out params: vos=0\n", o->name);
  if (o->offset_v > 0) r2nn_buffer_add(to, "Vos p x DC {vos}\n");
  if (o->bias_a > 0) r2nn_buffer_add(to, "Ip p 0 DC %s\nIm m 0 DC %s\n", R2NN_NUMBER(o->bias_a), R2NN_NUMBER(o->bias_a));
  r2nn_buffer_add(to, "G1 0 y %s m 1e-3\nR1 y 0 %s\nC1 y 0 %s\n", plus, R2NN_NUMBER(1e3 * o->gain),
                  R2NN_NUMBER(1e-3 / (2 * M_PI * gbw_hz)));
  if (o->swing_v > 0)
    r2nn_buffer_add(to, "B1 out 0 V=%s*tanh(V(y)/%s)\n", R2NN_NUMBER(o->swing_v), R2NN_NUMBER(o->swing_v));
  else
    r2nn_buffer_add(to, "E1 out 0 y 0 1\n");
  r2nn_buffer_add(to, ".ends\n");
}

static void print_models(r2nn_buffer *to, const r2nn_circuit *c) {
  print_opamp(to, &c->def.parts.opamp);
  if (c->counts[R2NN_DIODE]) r2nn_buffer_add(to, ".model diode D(IS=4e-9 N=1.9 RS=0.5 CJO=2p TT=4n)\n"); /* like a 1N4148 */
  if (c->counts[R2NN_TRANSISTOR]) r2nn_buffer_add(to, ".model pair NPN(IS=1e-14 BF=300)\n");
  if (c->counts[R2NN_SWITCH]) r2nn_buffer_add(to, ".model analog SW(VT=1 VH=0.2 RON=50 ROFF=1e10)\n");
  if (c->counts[R2NN_MULTIPLIER])
    r2nn_buffer_add(to, ".subckt multiplier x y out params: sign=1\nB1 out 0 V={sign}*V(x)*V(y)/10\n.ends\n");
  if (c->counts[R2NN_COMPARATOR]) r2nn_buffer_add(to, ".subckt comparator p m out\nB1 out 0 V=2.5+2.5*tanh(1e4*V(p,m))\n.ends\n");
}

static void print_element(r2nn_buffer *to, const r2nn_circuit *c, const r2nn_element *e) {
  const char *a = net(c, e->nets[0]), *b = net(c, e->nets[1]), *third = net(c, e->nets[2]);
  const r2nn_part_model *parts = &c->def.parts;
  switch (e->kind) {
  case R2NN_RESISTOR:
    if (e->pot > 0)
      r2nn_buffer_add(to, "R%u %s trim%u %s\nRT%u trim%u %s %s", e->number, a, e->number, R2NN_NUMBER(e->fixed), e->number,
                      e->number, b, R2NN_NUMBER(e->value - e->fixed));
    else
      r2nn_buffer_add(to, "R%u %s %s %s", e->number, a, b, R2NN_NUMBER(e->value));
    break;
  case R2NN_CAPACITOR:
    r2nn_buffer_add(to, "C%u %s %s %s", e->number, a, b, R2NN_NUMBER(e->value));
    if (parts->capacitor.loss > 0 && e->freq_hz > 0)
      r2nn_buffer_add(to, "\nRC%u %s %s %s", e->number, a, b,
                      R2NN_NUMBER(1 / (2 * M_PI * e->freq_hz * e->value * parts->capacitor.loss)));
    break;
  case R2NN_OPAMP:
    r2nn_buffer_add(to, "XU%u %s %s %s opamp", e->number, a, b, third);
    if (parts->opamp.offset_v > 0)
      r2nn_buffer_add(to, " vos=%s", R2NN_NUMBER(e->number % 2 ? parts->opamp.offset_v : -parts->opamp.offset_v));
    break;
  case R2NN_DIODE:
    r2nn_buffer_add(to, "D%u %s %s diode", e->number, a, b);
    break;
  case R2NN_TRANSISTOR:
    r2nn_buffer_add(to, "Q%u %s %s %s pair", e->number, a, b, third);
    break;
  case R2NN_MULTIPLIER:
    r2nn_buffer_add(to, "XM%u %s %s %s multiplier sign=%d", e->number, a, b, third, e->value < 0 ? -1 : 1);
    break;
  case R2NN_COMPARATOR:
    r2nn_buffer_add(to, "XK%u %s %s %s comparator", e->number, a, b, third);
    break;
  case R2NN_SWITCH:
    r2nn_buffer_add(to, "S%u %s %s %s 0 analog", e->number, a, b, third);
    break;
  case R2NN_REFERENCE:
    r2nn_buffer_add(to, "V%u %s %s DC %s", e->number, a, b, R2NN_NUMBER(e->value));
    break;
  case R2NN_N_ELEMENT_KINDS:
    break;
  }
  r2nn_buffer_add(to, " $ %s\n", e->role);
}

static void print_block(r2nn_buffer *to, const r2nn_circuit *c, const r2nn_block *block) {
  static const char *const names[R2NN_N_BLOCK_KINDS] = {"drive of channel",
                                                        "node",
                                                        "input of node",
                                                        "coupling of node",
                                                        "negative resistance of node",
                                                        "detector of output",
                                                        "what all outputs share",
                                                        "readout of feature",
                                                        "head"};
  if (block->n_elements == 0) return;
  r2nn_buffer_add(to, "* stage %u: %s %u\n", block->stage, names[block->kind], block->a);
  for (uint32_t k = 0; k < block->n_elements; k++) print_element(to, c, &c->elements[block->first + k]);
}

/* The inputs: columns of a file, and a unit source for the response in the first channel. */
static void print_sources(r2nn_buffer *to, const r2nn_circuit *c, const r2nn_netlist_def *def) {
  for (uint32_t k = 0; k < c->n_channels; k++) r2nn_buffer_add(to, "Vac%u in%u src%u DC 0 AC %d\n", k, k, k, k == 0);
  if (!def->stimulus) {
    for (uint32_t k = 0; k < c->n_channels; k++) r2nn_buffer_add(to, "Vrest%u src%u 0 DC 0\n", k, k);
    return;
  }
  r2nn_buffer_add(to, "Astimulus %%v([");
  for (uint32_t k = 0; k < c->n_channels; k++) r2nn_buffer_add(to, " src%u", k);
  r2nn_buffer_add(to, " ]) stimulus\n.model stimulus filesource (file=\"%s\" amploffset=[", def->stimulus);
  for (uint32_t k = 0; k < c->n_channels; k++) r2nn_buffer_add(to, " 0");
  r2nn_buffer_add(to, " ] amplscale=[");
  for (uint32_t k = 0; k < c->n_channels; k++) r2nn_buffer_add(to, " 1");
  r2nn_buffer_add(to, " ] timeoffset=0 timescale=1 timerelative=false amplstep=false)\n");
}

static void print_start(r2nn_buffer *to, const r2nn_circuit *c, const r2nn_netlist_def *def) {
  for (uint32_t i = 0; def->start_v && i < c->n_probes; i++)
    if (def->start_v[i] != 0) r2nn_buffer_add(to, ".ic V(%s)=%s\n", net(c, c->probes[i].net), R2NN_NUMBER(def->start_v[i]));
}

static void print_probes(r2nn_buffer *to, const r2nn_circuit *c) {
  for (uint32_t i = 0; i < c->n_probes; i++) r2nn_buffer_add(to, " v(%s)", net(c, c->probes[i].net));
}

static void print_watched(r2nn_buffer *to, const r2nn_circuit *c, const r2nn_netlist_def *def) {
  for (uint32_t i = 0; i < def->n_watched; i++) r2nn_buffer_add(to, " v(%s)", net(c, def->watched[i]));
}

/* Linear networks take the step they are told (chgtol lets no local error shorten it: the trapezoidal rule at a step that is
 * short against every mode). */
static void print_runs(r2nn_buffer *to, const r2nn_circuit *c, const r2nn_netlist_def *def) {
  r2nn_buffer_add(to, ".options interp reltol=1e-5 vntol=1e-9 abstol=1e-15 chgtol=1\n.save");
  print_probes(to, c);
  print_watched(to, c, def);
  r2nn_buffer_add(to, "\n.control\nset wr_singlescale\nset numdgt=9\nset filetype=ascii\n");
  if (def->response) {
    r2nn_buffer_add(to, "ac dec %d %s %s\nwrdata %s", POINTS, R2NN_NUMBER(c->lowest_hz / 4), R2NN_NUMBER(c->highest_hz * 2),
                    def->response);
    print_probes(to, c);
    r2nn_buffer_add(to, "\n");
  }
  if (def->result) {
    r2nn_buffer_add(to, "tran %s %s 0 %s uic\nwrdata %s", R2NN_NUMBER(def->print_s), R2NN_NUMBER(def->duration_s),
                    R2NN_NUMBER(def->step_s), def->result);
    print_probes(to, c);
    print_watched(to, c, def);
    r2nn_buffer_add(to, "\n");
  }
  r2nn_buffer_add(to, ".endc\n");
}

char *r2nn_circuit_netlist(const r2nn_circuit *c, const r2nn_netlist_def *def) {
  r2nn_buffer to = {0};
  r2nn_buffer_add(&to, "* R2NN circuit of %s, %s resistors\n", c->title[0] ? c->title : "a model",
                  r2nn_series_name(c->def.resistors));
  print_models(&to, c);
  print_sources(&to, c, def);
  for (uint32_t k = 0; k < c->n_blocks; k++) print_block(&to, c, &c->blocks[k]);
  print_start(&to, c, def);
  print_runs(&to, c, def);
  r2nn_buffer_add(&to, ".end\n");
  return r2nn_buffer_take(&to);
}
