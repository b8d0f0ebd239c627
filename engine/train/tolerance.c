/* Drawing parts within their tolerance. */
#include "train/tolerance.h"

#include <math.h>
#include <string.h>

#define LEAST_PART  0.1 /* of the nominal value: no part is off by more */
#define LEAST_SPARE 0.1 /* of what the diagonal has to spare */
#define MOST_DRAWS  12
#define MOST_ROWS   20000.0

r2nn_status r2nn_tolerance_init(r2nn_stage *drawn, const r2nn_stage *stage, r2nn_error *error) {
  *drawn = (r2nn_stage){0};
  r2nn_status status = r2nn_stage_init(drawn, stage->n_nodes, stage->n_couplings, stage->n_inputs, stage->n_outputs, error);
  if (status != R2NN_OK) return status;
  /* Who is coupled to whom shapes the factor. */
  memcpy(drawn->couplings, stage->couplings, stage->n_couplings * sizeof *drawn->couplings);
  memcpy(drawn->inputs, stage->inputs, stage->n_inputs * sizeof *drawn->inputs);
  memcpy(drawn->outputs, stage->outputs, stage->n_outputs * sizeof *drawn->outputs);
  drawn->law = stage->law;
  drawn->law_scale_v = stage->law_scale_v;
  drawn->law_bias_v = stage->law_bias_v;
  drawn->smooth_s = stage->smooth_s;
  drawn->rate_hz = stage->rate_hz;
  drawn->suppress_common = stage->suppress_common;
  return R2NN_OK;
}

/* One part as it is bought. */
static double part(double value, double tolerance, r2nn_random *random) {
  return tolerance > 0 ? value * fmax(LEAST_PART, 1 + tolerance * r2nn_random_normal(random)) : value;
}

/* K_ii - sum |K_ij| = g_i + sum_c B_ic + sum_j (G_ij - |G_ij|): what the diagonal has to spare. Its least value less all but the
 * drawn g_i, which is how large that has to be, is left in d of the drawn nodes. */
static void find_least_ground(const r2nn_stage *stage, r2nn_stage *drawn) {
  for (uint32_t i = 0; i < stage->n_nodes; i++) drawn->nodes[i].d = LEAST_SPARE * stage->nodes[i].g;
  for (uint32_t i = 0; i < stage->n_inputs; i++)
    drawn->nodes[stage->inputs[i].node].d += LEAST_SPARE * stage->inputs[i].g - drawn->inputs[i].g;
  for (uint32_t i = 0; i < stage->n_couplings; i++) {
    const r2nn_coupling *coupling = &stage->couplings[i];
    if (coupling->g >= 0) continue;
    double missing = 2 * (LEAST_SPARE * coupling->g - drawn->couplings[i].g);
    drawn->nodes[coupling->a].d += missing;
    drawn->nodes[coupling->b].d += missing;
  }
}

void r2nn_tolerance_draw(const r2nn_stage *stage, double tolerance, r2nn_random *random, r2nn_stage *drawn) {
  for (uint32_t i = 0; i < stage->n_couplings; i++) {
    drawn->couplings[i] = stage->couplings[i];
    drawn->couplings[i].g = part(stage->couplings[i].g, tolerance, random);
  }
  for (uint32_t i = 0; i < stage->n_inputs; i++) {
    drawn->inputs[i] = stage->inputs[i];
    drawn->inputs[i].g = part(stage->inputs[i].g, tolerance, random);
  }
  if (tolerance > 0) find_least_ground(stage, drawn);
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    const r2nn_node *node = &stage->nodes[i];
    double least = drawn->nodes[i].d, g = part(node->g, tolerance, random);
    drawn->nodes[i].g = tolerance > 0 ? fmax(g, least) : g;
    drawn->nodes[i].d = part(node->d, tolerance, random);
    drawn->nodes[i].c = part(node->c, tolerance, random);
  }
}

uint32_t r2nn_tolerance_n_draws(double tolerance, uint32_t n_rows) {
  return tolerance > 0 ? (uint32_t)fmin(fmax(MOST_ROWS / n_rows, 1), MOST_DRAWS) : 0;
}

static void undraw(const double *nominal, const double *drawn, size_t stride, uint32_t n, double *gradient) {
  for (uint32_t i = 0; i < n; i++) {
    double value = nominal[i * stride], real = drawn[i * stride];
    if (value != 0) gradient[i] *= real / value;
  }
}

void r2nn_tolerance_undraw(const r2nn_stage *stage, const r2nn_stage *drawn, r2nn_stage_gradient *gradient) {
  const size_t node = sizeof(r2nn_node) / sizeof(double);
  undraw(&stage->nodes[0].d, &drawn->nodes[0].d, node, stage->n_nodes, gradient->d);
  undraw(&stage->nodes[0].c, &drawn->nodes[0].c, node, stage->n_nodes, gradient->c);
  undraw(&stage->nodes[0].g, &drawn->nodes[0].g, node, stage->n_nodes, gradient->g);
  for (uint32_t i = 0; i < stage->n_couplings; i++)
    undraw(&stage->couplings[i].g, &drawn->couplings[i].g, 1, 1, &gradient->couplings[i]);
  for (uint32_t i = 0; i < stage->n_inputs; i++) undraw(&stage->inputs[i].g, &drawn->inputs[i].g, 1, 1, &gradient->inputs[i]);
}
