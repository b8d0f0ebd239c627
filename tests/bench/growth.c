/* How errors grow in a recurrent circuit: voltages and decisions over 1, 10 and 100 s of sound, for several Q, of the engine (float
 * where it can) and of a circuit whose parts are off by up to 1 %, against the exact propagator exp(AT) in double.
 * Usage: growth [--json]. 16 coupled resonators, 200 to 1500 Hz, couplings of both signs; noise that comes and goes; every tenth of
 * a second the output with the most energy, each in its own mean, is the decision. */
#include "core/discrete.h"
#include "core/expm.h"
#include "networks.h"
#include "rt/state.h"

enum { NODES = 16, OUTPUTS = 4, STATES = 2 * NODES, RATE = 16000, SECONDS = 100, WINDOW = RATE / 10, DRAWS = 5 };

/* x[t] = M x[t-1] + b u[t], the same direct taps as the engine's on top. */
typedef struct exact {
  double m[STATES * STATES], b[STATES], x[STATES], past[R2NN_TAPS_MAX];
  uint32_t outputs[OUTPUTS];
  const r2nn_discrete *discrete;
} exact;

static void begin_exact(exact *self, const r2nn_stage *stage, const r2nn_discrete *discrete) {
  static double a[STATES * STATES];
  memset(a, 0, sizeof a);
  memset(self, 0, sizeof *self);
  self->discrete = discrete;
  for (uint32_t i = 0; i < NODES; i++) {
    const r2nn_node *node = &stage->nodes[i];
    double omega = sqrt(r2nn_stage_self(stage, i) / node->d); /* the second state is v'/omega */
    a[i * STATES + NODES + i] = omega;
    a[(NODES + i) * STATES + i] = -omega;
    a[(NODES + i) * STATES + NODES + i] = -node->c / node->d;
  }
  for (uint32_t k = 0; k < stage->n_couplings; k++) {
    const r2nn_coupling *c = &stage->couplings[k];
    a[(NODES + c->a) * STATES + c->b] += c->g / stage->nodes[c->a].d / a[c->a * STATES + NODES + c->a];
    a[(NODES + c->b) * STATES + c->a] += c->g / stage->nodes[c->b].d / a[c->b * STATES + NODES + c->b];
  }
  for (uint32_t k = 0; k < stage->n_inputs; k++) {
    uint32_t i = stage->inputs[k].node;
    self->b[NODES + i] += stage->inputs[k].g / stage->nodes[i].d / a[i * STATES + NODES + i] / RATE;
  }
  for (uint32_t o = 0; o < OUTPUTS; o++) self->outputs[o] = stage->outputs[o];
  if (!r2nn_expm(a, STATES, 1.0 / RATE, self->m)) exit(1);
}

static void step_exact(exact *self, double u, double *v) {
  double next[STATES];
  const r2nn_discrete *d = self->discrete;
  memmove(self->past + 1, self->past, (R2NN_TAPS_MAX - 1) * sizeof *self->past);
  self->past[0] = u;
  for (uint32_t i = 0; i < STATES; i++) {
    next[i] = self->b[i] * self->past[d->latency];
    for (uint32_t j = 0; j < STATES; j++) next[i] += self->m[i * STATES + j] * self->x[j];
  }
  memcpy(self->x, next, sizeof next);
  for (uint32_t o = 0; o < OUTPUTS; o++) {
    v[o] = self->x[self->outputs[o]];
    for (uint32_t t = 0; t < d->n_taps; t++) v[o] += (double)d->taps[t * OUTPUTS + o] * self->past[t];
  }
}

/* A model whose parts lie anywhere within 1 % of their values; an FDNR has five. */
static double part(uint64_t *seed) {
  return 1 + 0.01 * (2 * uniform(seed) - 1);
}
static r2nn_model *off_by_parts(const r2nn_model *model, uint64_t seed) {
  r2nn_model *made = r2nn_model_copy(model);
  r2nn_stage *s = &made->stages[0];
  for (uint32_t i = 0; i < NODES; i++) {
    for (int k = 0; k < 5; k++) s->nodes[i].d *= part(&seed);
    s->nodes[i].c *= part(&seed);
    s->nodes[i].g *= part(&seed);
  }
  for (uint32_t k = 0; k < s->n_couplings; k++) s->couplings[k].g *= part(&seed);
  for (uint32_t k = 0; k < s->n_inputs; k++) s->inputs[k].g *= part(&seed);
  return checked(made);
}

/* One run beside the exact one. */
typedef struct run {
  double worst;           /* V, since the last report */
  double energy[OUTPUTS]; /* of the present window */
  uint32_t n_alike;
} run;

static uint32_t decide(const double *energy, const double *mean) {
  uint32_t best = 0;
  for (uint32_t o = 1; o < OUTPUTS; o++)
    if (energy[o] / mean[o] > energy[best] / mean[best]) best = o;
  return best;
}

static void compare(double q, bool json, bool is_last) {
  r2nn_model *model = network(NODES, 1, 200, 1500, q, 1, false, 3);
  r2nn_modes *modes;
  r2nn_discrete *discrete;
  r2nn_engine *engines[1 + DRAWS];
  static exact reference;
  static float in[RATE * SECONDS];
  run runs[1 + DRAWS] = {0};
  double window[OUTPUTS] = {0}, mean[OUTPUTS] = {0}, peak = 0;
  uint64_t seed = 17;
  if (r2nn_modes_new(&model->stages[0], 1, false, &modes, NULL) != R2NN_OK) exit(1);
  if (r2nn_discrete_new(modes, RATE, false, &discrete, NULL) != R2NN_OK) exit(1);
  begin_exact(&reference, &model->stages[0], discrete);
  engines[0] = new_engine(model, RATE);
  for (int k = 0; k < DRAWS; k++) {
    r2nn_model *off = off_by_parts(model, 100 + (uint64_t)k);
    engines[1 + k] = new_engine(off, RATE);
    r2nn_model_free(off);
  }
  for (uint32_t t = 0; t < RATE * SECONDS; t++) /* twice as loud and twice as soft, three times a second */
    in[t] = (float)((2 * uniform(&seed) - 1) * exp2(sin(2 * PI * 3.1 * t / RATE)));
  for (uint32_t t = 0; t < RATE * 2; t++) { /* what each output's mean is */
    double v[OUTPUTS];
    step_exact(&reference, (double)in[t], v);
    for (uint32_t o = 0; o < OUTPUTS; o++) mean[o] += v[o] * v[o];
  }
  begin_exact(&reference, &model->stages[0], discrete);
  for (uint32_t t = 0, n_windows = 0; t < RATE * SECONDS; t++) {
    double v[OUTPUTS];
    step_exact(&reference, (double)in[t], v);
    for (uint32_t o = 0; o < OUTPUTS; o++) {
      window[o] += v[o] * v[o];
      peak = fmax(peak, fabs(v[o]));
    }
    for (int k = 0; k <= DRAWS; k++) {
      float out[OUTPUTS];
      r2nn_engine_run_nodes(engines[k], &in[t], out, 1);
      for (uint32_t o = 0; o < OUTPUTS; o++) {
        runs[k].energy[o] += (double)out[o] * (double)out[o];
        runs[k].worst = fmax(runs[k].worst, fabs((double)out[o] - v[o]));
      }
    }
    if ((t + 1) % WINDOW) continue;
    n_windows++;
    for (int k = 0; k <= DRAWS; k++) {
      runs[k].n_alike += decide(runs[k].energy, mean) == decide(window, mean);
      memset(runs[k].energy, 0, sizeof runs[k].energy);
    }
    memset(window, 0, sizeof window);
    if (n_windows != 10 && n_windows != 100 && n_windows != 1000) continue;
    double off = 0, alike = 0;
    for (int k = 1; k <= DRAWS; k++) {
      off += runs[k].worst / peak / DRAWS;
      alike += (double)runs[k].n_alike / n_windows / DRAWS;
    }
    bool end = is_last && n_windows == 1000;
    printf(json ? "  {\"q\": %g, \"seconds\": %u, \"engine_error\": %.3g, \"engine_alike\": %.4g, \"parts_error\": %.3g, "
                  "\"parts_alike\": %.4g}%s\n"
                : "%6g  %5u s  %9.2g %%  %9.4g %%  %9.3g %%  %9.4g %%%s\n",
           q, n_windows / 10, (json ? 1 : 100) * runs[0].worst / peak, (json ? 1 : 100) * (double)runs[0].n_alike / n_windows,
           (json ? 1 : 100) * off, (json ? 1 : 100) * alike, json && !end ? "," : "");
    for (int k = 0; k <= DRAWS; k++) runs[k].worst = 0;
  }
  for (int k = 0; k <= DRAWS; k++) r2nn_engine_free(engines[k]);
  r2nn_discrete_free(discrete);
  r2nn_modes_free(modes);
  r2nn_model_free(model);
}

int main(int argc, char **argv) {
  bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
  static const double qs[] = {20, 500, 5000};
  printf(json ? "[\n" : "     Q   so far  engine off  decides alike  1 %% parts off  decide alike\n");
  for (int k = 0; k < 3; k++) compare(qs[k], json, k == 2);
  if (json) printf("]\n");
  return 0;
}
