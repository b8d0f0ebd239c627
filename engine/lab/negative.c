/* A resistor beside an apparent negative one (second paper, appendix E, Fig. 9). */
#include "circuit/make.h"
#include "r2nn/lab.h"

#include <stdlib.h>

double r2nn_lab_stage_negative(const r2nn_lab_stage *stage) {
  return stage->r2 * stage->r3 / stage->r1;
}

static double through(const r2nn_lab_stage *stage) {
  return 1 / stage->r - 1 / r2nn_lab_stage_negative(stage);
}

double r2nn_lab_stage_sum(const r2nn_lab_stage *stage) {
  return through(stage) + 1 / stage->load;
}

double r2nn_lab_stage_gain(const r2nn_lab_stage *stage) {
  return through(stage) / r2nn_lab_stage_sum(stage);
}

r2nn_status r2nn_lab_stage_circuit(const r2nn_lab_stage *stage, const r2nn_part_model *parts, double source_v,
                                   r2nn_circuit **circuit, r2nn_error *error) {
  r2nn_maker maker = {.circuit = calloc(1, sizeof *maker.circuit)};
  r2nn_circuit *c = *circuit = maker.circuit;
  if (c) c->probes = calloc(1, sizeof *c->probes);
  if (c && c->probes) {
    c->def = r2nn_circuit_def_default();
    c->def.parts = *parts;
    c->n_probes = 1;
    r2nn_make_net(&maker, "0");
    uint32_t in = r2nn_make_net(&maker, "in"), node = r2nn_make_net(&maker, "node");
    uint32_t minus = r2nn_make_net(&maker, "minus"), out = r2nn_make_net(&maker, "out");
    c->probes[0] = (r2nn_circuit_probe){.net = node, .volt = 1};
    r2nn_make_block(&maker, R2NN_BLOCK_NEGATIVE, 0, 0, 0);
    r2nn_make_exact(&maker, R2NN_REFERENCE, in, R2NN_NET_GROUND, source_v, source_v, 0, "source");
    r2nn_make_exact(&maker, R2NN_RESISTOR, in, node, stage->r, stage->r, 0, "R");
    r2nn_make_active(&maker, R2NN_OPAMP, node, minus, out, "negative resistance");
    r2nn_make_exact(&maker, R2NN_RESISTOR, out, minus, stage->r1, stage->r1, 0, "R1");
    r2nn_make_exact(&maker, R2NN_RESISTOR, minus, in, stage->r2, stage->r2, 0, "R2");
    r2nn_make_exact(&maker, R2NN_RESISTOR, out, node, stage->r3, stage->r3, 0, "R3");
    r2nn_make_exact(&maker, R2NN_RESISTOR, node, R2NN_NET_GROUND, stage->load, stage->load, 0, "load");
    if (stage->farad > 0) r2nn_make_exact(&maker, R2NN_CAPACITOR, node, R2NN_NET_GROUND, stage->farad, stage->farad, 0, "node");
  }
  if (c && c->probes && !maker.is_short) return R2NN_OK;
  r2nn_circuit_free(c);
  *circuit = NULL;
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a circuit");
}
