/* Layers trained by Adam, from several starts. */
#include "lab/fit.h"

#include "rt/random.h"
#include "train/adam.h"

#include <math.h>
#include <stdlib.h>

enum { CHUNK = 512 }; /* rows judged at a time */

static uint32_t batch_of(const r2nn_lab_training *training, const r2nn_lab_data *train) {
  return training->n_batch && training->n_batch < train->n_rows ? training->n_batch : train->n_rows;
}

/* One pass of Adam; the rows of a batch are drawn with replacement unless it is all of them. false if memory is short. */
static bool descend(r2nn_layers *layers, const r2nn_lab_data *train, const r2nn_lab_training *training, double rate,
                    uint64_t seed) {
  uint32_t n_batch = batch_of(training, train), *rows = malloc(n_batch * sizeof *rows);
  r2nn_random random = r2nn_random_new(seed, 86);
  r2nn_adam adam;
  bool whole = n_batch == train->n_rows, good = rows && r2nn_adam_init(&adam, layers->n_theta, training->n_steps, rate);
  for (uint32_t step = 0; good && step < training->n_steps; step++) {
    for (uint32_t i = 0; !whole && i < n_batch; i++) rows[i] = (uint32_t)(r2nn_random_uniform(&random) * train->n_rows);
    if (!isfinite(r2nn_layers_loss(layers, train->x, train->label, whole ? NULL : rows, n_batch))) break;
    r2nn_adam_step(&adam, layers->theta, layers->gradient);
  }
  if (good) r2nn_adam_free(&adam);
  free(rows);
  return good;
}

/* Voltages of the outputs for all rows, chunk by chunk: told[] counts right ones, *entropy the mean loss. */
static double judge(r2nn_layers *layers, const r2nn_lab_data *data, uint32_t *decided, double *entropy) {
  uint32_t n_classes = data->n_classes, right = 0, room = layers->n_room < CHUNK ? layers->n_room : CHUNK;
  double loss = 0;
  for (uint32_t first = 0; first < data->n_rows; first += room) {
    uint32_t n = data->n_rows - first < room ? data->n_rows - first : room;
    const double *z = r2nn_layers_forward(layers, data->x + (size_t)first * data->n_features, NULL, n);
    for (uint32_t r = 0; r < n; r++) {
      uint32_t best = 0, own = data->label[first + r];
      double sum = 0;
      for (uint32_t k = 1; k < n_classes; k++)
        if (z[(size_t)k * n + r] > z[(size_t)best * n + r]) best = k;
      for (uint32_t k = 0; k < n_classes; k++) sum += exp(z[(size_t)k * n + r] - z[(size_t)best * n + r]);
      loss += log(sum) + z[(size_t)best * n + r] - z[(size_t)own * n + r];
      right += best == own;
      if (decided) decided[first + r] = best;
    }
  }
  if (entropy) *entropy = loss / data->n_rows;
  return (double)right / data->n_rows;
}

double r2nn_lab_accuracy(r2nn_layers *layers, const r2nn_lab_data *data, uint32_t *decided) {
  return judge(layers, data, decided, NULL);
}

r2nn_status r2nn_lab_fit(const r2nn_lab_layers_def *def, const r2nn_lab_data *train, const r2nn_lab_training *training,
                         uint64_t seed, r2nn_layers *layers, double *loss, r2nn_error *error) {
  static const double rates[] = {1, 0.5, 2};
  uint32_t room = batch_of(training, train);
  *layers = (r2nn_layers){0};
  *loss = HUGE_VAL;
  for (uint32_t start = 0; start < training->n_starts; start++) {
    r2nn_layers one;
    double entropy;
    uint64_t own = seed * 1000 + start;
    if (!r2nn_layers_init(&one, def, train->n_features, train->n_classes, room, own) ||
        !descend(&one, train, training, training->rate * rates[start % 3], own)) {
      r2nn_layers_free(&one);
      r2nn_layers_free(layers);
      return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for layers");
    }
    judge(&one, train, NULL, &entropy);
    if (entropy < *loss) {
      r2nn_layers was = *layers;
      *layers = one;
      one = was;
      *loss = entropy;
    }
    r2nn_layers_free(&one);
  }
  return isfinite(*loss) ? R2NN_OK
                         : r2nn_fail(error, R2NN_BAD_DATA, "%s: training left the finite numbers from every start", train->name);
}
