/* Sets of points that are made and not measured. */
#include "r2nn/lab.h"
#include "rt/random.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TURN 6.28318530717958647692

static void circles(r2nn_random *random, uint32_t label, double *x) {
  double angle = TURN * r2nn_random_uniform(random), radius = label ? 0.5 : 1;
  x[0] = radius * cos(angle) + 0.05 * r2nn_random_normal(random);
  x[1] = radius * sin(angle) + 0.05 * r2nn_random_normal(random);
}

/* 0 yang, 1 yin, 2 dots; 3 outside. */
static uint32_t yin_yang_class(double x, double y) {
  const double big = 0.5, small = 0.1;
  double right = hypot(x - 1.5 * big, y - big), left = hypot(x - 0.5 * big, y - big);
  if (hypot(x - big, y - big) > big) return 3;
  if (right < small || left < small) return 2;
  return (left > small && left <= 0.5 * big) || (y > big && right > 0.5 * big);
}

static void yin_yang(r2nn_random *random, uint32_t label, double *x) {
  do {
    x[0] = r2nn_random_uniform(random);
    x[1] = r2nn_random_uniform(random);
  } while (yin_yang_class(x[0], x[1]) != label);
  x[2] = 1 - x[0];
  x[3] = 1 - x[1];
}

static void moons(r2nn_random *random, uint32_t label, double *x) {
  double angle = TURN / 2 * r2nn_random_uniform(random);
  x[0] = (label ? 1 - cos(angle) : cos(angle)) + 0.1 * r2nn_random_normal(random);
  x[1] = (label ? 0.5 - sin(angle) : sin(angle)) + 0.1 * r2nn_random_normal(random);
}

static void blobs(r2nn_random *random, uint32_t label, double *x) {
  x[0] = cos(TURN * label / 3) + 0.3 * r2nn_random_normal(random);
  x[1] = sin(TURN * label / 3) + 0.3 * r2nn_random_normal(random);
}

static void xor_corners(r2nn_random *random, uint32_t label, double *x) {
  bool right = r2nn_random_uniform(random) < 0.5, up = right != (label == 1);
  x[0] = right + 0.15 * r2nn_random_normal(random);
  x[1] = up + 0.15 * r2nn_random_normal(random);
}

/* Below and above y = 0.3 + 0.7 x: through (1, 1), where every node by eq. 6 is at 1 V, so that one layer of them can tell. */
static void line(r2nn_random *random, uint32_t label, double *x) {
  do {
    x[0] = r2nn_random_uniform(random);
    x[1] = r2nn_random_uniform(random);
  } while ((x[1] > 0.3 + 0.7 * x[0]) != (label == 1));
}

const char *const r2nn_lab_made[] = {"circles", "yin-yang", "moons", "blobs", "xor", "line", NULL};
static const struct {
  uint32_t n_features, n_classes, usual;
  void (*draw)(r2nn_random *random, uint32_t label, double *x);
} makers[] = {{2, 2, 1000, circles}, {4, 3, 2000, yin_yang},   {2, 2, 1000, moons},
              {2, 3, 600, blobs},    {2, 2, 600, xor_corners}, {2, 2, 400, line}};

r2nn_status r2nn_lab_data_make(const char *name, uint32_t n_rows, uint64_t seed, r2nn_lab_data *data, r2nn_error *error) {
  uint32_t k = 0;
  while (r2nn_lab_made[k] && strcmp(r2nn_lab_made[k], name) != 0) k++;
  if (!r2nn_lab_made[k]) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%.60s: no such set is made", name);
  if (n_rows == 0) n_rows = makers[k].usual;
  r2nn_status status = r2nn_lab_data_init(data, n_rows, makers[k].n_features, makers[k].n_classes, error);
  if (status != R2NN_OK) return status;
  snprintf(data->name, sizeof data->name, "%s", name);
  r2nn_random random = r2nn_random_new(seed, 75 + k);
  for (uint32_t r = 0; r < n_rows; r++) {
    data->label[r] = r % data->n_classes;
    makers[k].draw(&random, data->label[r], data->x + (size_t)r * data->n_features);
  }
  return R2NN_OK;
}
