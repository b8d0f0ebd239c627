/* Clips into spectra, and parts of them. */
#include "train/reduce.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Frequencies: so many in the half-width of the narrowest resonance, no fewer and no more than, and so many numbers in all. */
#define BINS_A_WIDTH 4
#define LEAST_BINS   256
#define MOST_BINS    4096
#define MOST_ROOM    (1u << 26)

uint32_t r2nn_reduce_bins(const r2nn_model *model, uint32_t n_clips, double fmax_hz, double *knee_hz) {
  const r2nn_stage *stage = &model->stages[0];
  double q = 1;
  *knee_hz = fmax_hz / 4;
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    const r2nn_node *node = &stage->nodes[i];
    double self = r2nn_stage_self(stage, i), omega = node->d > 0 ? sqrt(self / node->d) : self / node->c;
    *knee_hz = fmin(*knee_hz, omega / (2 * M_PI));
    if (node->d > 0 && omega / M_PI < fmax_hz) q = fmax(q, fmin(sqrt(self * node->d) / node->c, 1e4));
  }
  double bins = BINS_A_WIDTH * 2 * q * (1 + log(fmax_hz / *knee_hz));
  double most = fmin(MOST_BINS, MOST_ROOM / ((double)n_clips * model->n_channels * model->n_channels));
  return (uint32_t)fmax(LEAST_BINS, fmin(most, bins));
}

r2nn_status r2nn_reduce(const r2nn_recipe *recipe, const r2nn_dataset *dataset, const r2nn_choice *choice,
                        const r2nn_workers *workers, r2nn_reduced *reduced, r2nn_error *error) {
  double rate = 0;
  *reduced = (r2nn_reduced){.n_classes = dataset->n_classes};
  for (uint32_t i = 0; i < dataset->n_clips; i++) rate = fmax(rate, dataset->clips[i].rate_hz);
  double *freq = malloc(recipe->n_bins * sizeof *freq);
  reduced->label = malloc((choice->n + 1) * sizeof *reduced->label);
  r2nn_status status = freq && reduced->label ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for spectra");
  if (status == R2NN_OK) {
    r2nn_spectral_grid(recipe->n_bins, recipe->stages[0].fmin_hz, rate / 2, freq);
    for (uint32_t i = 0; i < choice->n; i++) reduced->label[i] = choice->clips[i]->label;
    status = r2nn_spectra_new(choice->clips, choice->n, dataset->n_channels, freq, recipe->n_bins, recipe->highpass_hz,
                              recipe->highpass_order, workers, &reduced->spectra, error);
  }
  free(freq);
  if (status != R2NN_OK) r2nn_reduced_free(reduced);
  return status;
}

void r2nn_reduced_free(r2nn_reduced *reduced) {
  r2nn_spectra_free(reduced->spectra);
  free(reduced->label);
  *reduced = (r2nn_reduced){0};
}

r2nn_status r2nn_reduced_fold(const r2nn_reduced *reduced, const uint32_t *fold, uint32_t which, bool inverse, r2nn_reduced *part,
                              r2nn_error *error) {
  const r2nn_spectra *from = reduced->spectra;
  uint32_t n = 0;
  size_t width = (size_t)from->n_bins * from->n_channels * from->n_channels;
  for (uint32_t i = 0; i < from->n_clips; i++) n += (fold[i] == which) != inverse;
  r2nn_spectra *to = calloc(1, sizeof *to);
  *part = (r2nn_reduced){.spectra = to, .n_classes = reduced->n_classes, .label = malloc((n + 1) * sizeof *part->label)};
  if (to) {
    *to = (r2nn_spectra){.n_channels = from->n_channels, .n_bins = from->n_bins};
    to->freq_hz = malloc(from->n_bins * sizeof *to->freq_hz);
    to->packed = malloc((n * width + 1) * sizeof *to->packed);
    to->duration_s = malloc((n + 1) * sizeof *to->duration_s);
  }
  if (!to || !part->label || !to->freq_hz || !to->packed || !to->duration_s) {
    r2nn_reduced_free(part);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a fold of %u spectra", n);
  }
  memcpy(to->freq_hz, from->freq_hz, from->n_bins * sizeof *to->freq_hz);
  for (uint32_t i = 0; i < from->n_clips; i++) {
    if ((fold[i] == which) == inverse) continue;
    memcpy(to->packed + to->n_clips * width, from->packed + i * width, width * sizeof *to->packed);
    to->duration_s[to->n_clips] = from->duration_s[i];
    part->label[to->n_clips++] = reduced->label[i];
  }
  return R2NN_OK;
}
