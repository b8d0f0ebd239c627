/* Uncoupled stages stepped in time: exact between frames, with an exact way back, and near the engine's own answer.
 * ctest-labels: physics */
#include "networks.h"
#include "rt/random.h"
#include "train/stepped.h"

enum { N_NODES = 4, N_CHANNELS = 2, N = 37 };
static const double rate_hz = 100;

/* Under, over and exactly critically damped, and an integrator. */
static r2nn_stage new_stage(void) {
  static const double freq_hz[] = {3, 0.7, 9, 2}, q[] = {4, 0.3, 0.5, 0};
  r2nn_stage stage = {0};
  r2nn_random random = r2nn_random_new(1, 1);
  assert_int_equal(r2nn_stage_init(&stage, N_NODES, 0, N_NODES * N_CHANNELS, N_NODES, NULL), R2NN_OK);
  for (uint32_t i = 0; i < N_NODES; i++) {
    stage.outputs[i] = N_NODES - 1 - i;
    for (uint32_t c = 0; c < N_CHANNELS; c++)
      stage.inputs[i * N_CHANNELS + c] = (r2nn_input){.node = i, .channel = c, .g = 1e-5 * r2nn_random_normal(&random)};
    stage.nodes[i].g = 1e-4;
    double self = r2nn_stage_self(&stage, i), w = 2 * PI * freq_hz[i];
    stage.nodes[i].d = q[i] > 0 ? self / (w * w) : 0;
    stage.nodes[i].c = self / (w * (q[i] > 0 ? q[i] : 1));
  }
  return stage;
}

static void fill(double *x, size_t n, uint64_t seed) {
  r2nn_random random = r2nn_random_new(seed, 2);
  for (size_t i = 0; i < n; i++) x[i] = r2nn_random_normal(&random);
}

/* Node voltages at the frames by the fourth-order Runge-Kutta rule in small steps, the input straight between frames, from rest. */
static void integrate(const r2nn_stage *stage, const double *u, double (*v)[N]) {
  enum { FINE = 400 };
  for (uint32_t i = 0; i < N_NODES; i++) {
    double d = stage->nodes[i].d, c = stage->nodes[i].c, self = r2nn_stage_self(stage, i), x = 0, dx = 0, h = 1 / (rate_hz * FINE);
    for (uint32_t t = 0; t < N; t++)
      for (uint32_t k = 0; k < FINE; k++) {
        double drive[3];
        for (int p = 0; p < 3; p++) {
          double at = (k + 0.5 * p) / FINE;
          drive[p] = 0;
          for (uint32_t m = 0; m < N_CHANNELS; m++) {
            double before = t ? u[m * N + t - 1] : 0;
            drive[p] += stage->inputs[i * N_CHANNELS + m].g * (before + at * (u[m * N + t] - before));
          }
        }
        double k1[4], k2[4];
        static const double share[4] = {0, 0.5, 0.5, 1};
        for (int p = 0; p < 4; p++) {
          double at_x = x + (p ? share[p] * h * k1[p - 1] : 0), at_dx = dx + (p ? share[p] * h * k2[p - 1] : 0);
          double force = drive[p == 0 ? 0 : p == 3 ? 2 : 1];
          k1[p] = d > 0 ? at_dx : (force - self * at_x) / c;
          k2[p] = d > 0 ? (force - self * at_x - c * at_dx) / d : 0;
        }
        x += h / 6 * (k1[0] + 2 * k1[1] + 2 * k1[2] + k1[3]);
        dx += h / 6 * (k2[0] + 2 * k2[1] + 2 * k2[2] + k2[3]);
        if (k + 1 == FINE) v[i][t] = x;
      }
  }
}

static void exact_between_frames(void **state) {
  (void)state;
  r2nn_stage stage = new_stage();
  r2nn_stepped stepped;
  r2nn_pass pass = {0};
  double u[N_CHANNELS * N], wanted[N_NODES][N];
  fill(u, N_CHANNELS * N, 3);
  assert_true(r2nn_stepped_fits(&stage));
  assert_int_equal(r2nn_stepped_init(&stepped, &stage, N_CHANNELS, NULL), R2NN_OK);
  assert_true(r2nn_stepped_room(&pass, &stepped, N, rate_hz));
  r2nn_stepped_forward(&stepped, &pass, u);
  integrate(&stage, u, wanted);
  double worst = 0, most = 0;
  for (uint32_t o = 0; o < N_NODES; o++)
    for (uint32_t t = 0; t < N; t++) {
      worst = fmax(worst, fabs(r2nn_pass_row(&pass, o)[t] - wanted[stage.outputs[o]][t]));
      most = fmax(most, fabs(wanted[stage.outputs[o]][t]));
    }
  printf("  worst difference to integration in small steps: %.1e of the largest voltage\n", worst / most);
  assert_true(worst < 1e-8 * most);
  r2nn_pass_free(&pass);
  r2nn_stepped_free(&stepped);
  r2nn_stage_free(&stage);
}

/* L = sum of weight * v. */
static double loss_of(r2nn_stepped *stepped, r2nn_pass *pass, const double *u, const double *weight) {
  double sum = 0;
  r2nn_stepped_load(stepped);
  assert_true(r2nn_stepped_room(pass, stepped, N, rate_hz));
  r2nn_stepped_forward(stepped, pass, u);
  for (uint32_t o = 0; o < N_NODES; o++)
    for (uint32_t t = 0; t < N; t++) sum += weight[o * N + t] * r2nn_pass_row(pass, o)[t];
  return sum;
}

typedef struct chain {
  r2nn_stage stage;
  r2nn_stepped stepped;
  r2nn_pass pass;
  double u[N_CHANNELS * N], weight[N_NODES * N];
} chain;

/* dL/dvalue by a central difference. */
static double difference(chain *c, double *value) {
  double kept = *value, step = 1e-5 * fabs(kept), sum;
  *value = kept + step;
  sum = loss_of(&c->stepped, &c->pass, c->u, c->weight);
  *value = kept - step;
  sum -= loss_of(&c->stepped, &c->pass, c->u, c->weight);
  *value = kept;
  return sum / (2 * step);
}

static void way_back(void **state) {
  (void)state;
  static chain c;
  r2nn_stage_gradient g;
  double du[N_CHANNELS * N], worst = 0;
  c.stage = new_stage();
  fill(c.u, N_CHANNELS * N, 4);
  fill(c.weight, N_NODES * N, 5);
  assert_int_equal(r2nn_stepped_init(&c.stepped, &c.stage, N_CHANNELS, NULL), R2NN_OK);
  g.d = calloc(3 * N_NODES + N_NODES * N_CHANNELS, sizeof(double));
  g.c = g.d + N_NODES;
  g.g = g.c + N_NODES;
  g.couplings = NULL;
  g.inputs = g.g + N_NODES;
  loss_of(&c.stepped, &c.pass, c.u, c.weight);
  for (uint32_t o = 0; o < N_NODES; o++) memcpy(r2nn_pass_row(&c.pass, o), c.weight + o * N, N * sizeof(double));
  r2nn_stepped_backward(&c.stepped, &c.pass, c.u, du, &g);
  for (uint32_t i = 0; i < N_NODES; i++) {
    r2nn_node *node = &c.stage.nodes[i];
    double *values[3] = {&node->d, &node->c, &node->g}, gradients[3] = {g.d[i], g.c[i], g.g[i]};
    for (int k = node->d > 0 ? 0 : 1; k < 3; k++) {
      double wanted = difference(&c, values[k]);
      worst = fmax(worst, fabs(gradients[k] - wanted) / fabs(wanted));
    }
  }
  for (uint32_t e = 0; e < N_NODES * N_CHANNELS; e++) {
    double wanted = difference(&c, &c.stage.inputs[e].g);
    worst = fmax(worst, fabs(g.inputs[e] - wanted) / fabs(wanted));
  }
  for (uint32_t k = 0; k < N_CHANNELS * N; k++) {
    double wanted = difference(&c, &c.u[k]);
    worst = fmax(worst, fabs(du[k] - wanted) / fmax(fabs(wanted), 1e-3));
  }
  printf("  worst relative error of a gradient: %.1e\n", worst);
  assert_true(worst < 1e-5);
  free(g.d);
  r2nn_pass_free(&c.pass);
  r2nn_stepped_free(&c.stepped);
  r2nn_stage_free(&c.stage);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(exact_between_frames), cmocka_unit_test(way_back)};
  return cmocka_run_group_tests_name("stepped", tests, NULL, NULL);
}
