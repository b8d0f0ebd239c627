/* Choosing by validation over groups of the training part: folds, what the data decide, and the two parts in turn. */
#include "train/choose.h"

#include "core/head.h"
#include "train/chooser.h"
#include "train/shape.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define N_NODES       32 /* more did not validate better on speech and machines, */
#define N_NODES_WIDE  48 /* but where there are many channels */
#define MANY_CHANNELS 8
/* On drones (192 windows of 2 s), trained on windows that overlap by 7/8: 5 points more in validation. */
#define ENOUGH_WINDOWS 2000.0
#define MOST_OVERLAP   8.0

/* Folds over groups, or over the single windows where there are too few groups. */
static r2nn_status make_folds(r2nn_chooser *c, r2nn_error *error) {
  r2nn_error ignored;
  c->fold = malloc((c->windows.choice.n + 1) * sizeof *c->fold);
  if (!c->fold) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for folds");
  if (r2nn_data_folds(c->dataset, &c->windows.choice, R2NN_CHOOSE_FOLDS, c->spec->seed, c->fold, &ignored) == R2NN_OK)
    return R2NN_OK;
  for (uint32_t i = 0; i < c->windows.choice.n; i++) c->fold[i] = i % R2NN_CHOOSE_FOLDS;
  return R2NN_OK;
}

/* The settings that the data alone decide: the range's lower end, the grid, the AC coupling. */
static void set_from_data(const r2nn_chooser *c, r2nn_recipe *recipe) {
  const r2nn_choice *choice = &c->windows.choice;
  double rate = 0, longest = 0;
  uint64_t most = 0;
  for (uint32_t i = 0; i < choice->n; i++) {
    rate = fmax(rate, choice->clips[i]->rate_hz);
    longest = fmax(longest, (double)choice->clips[i]->n_frames / choice->clips[i]->rate_hz);
    most = choice->clips[i]->n_frames > most ? choice->clips[i]->n_frames : most;
  }
  recipe->stages[0].fmin_hz = fmin(fmax(rate / 160, 2 / longest), rate / 20);
  /* As fine as the longest clip resolves, but cross-spectra of many channels are large: then half as fine does. */
  double m = c->dataset->n_channels;
  recipe->n_bins = (uint32_t)fmin(256, fmax(32, fmin(0.5 * (double)most, fmax(48, 16384 / (m * m)))));
  recipe->highpass_hz = recipe->stages[0].fmin_hz;
  for (uint32_t i = 0; i < c->dataset->n_clips; i++) rate = fmax(rate, c->dataset->clips[i].rate_hz);
  recipe->stages[0].fmax_hz = R2NN_TOP_SHARE * rate;
}

/* Few windows are made more by letting those that are trained on overlap. */
static void set_train_hop(const r2nn_choice *choice, r2nn_recipe *recipe) {
  double hop_s = recipe->hop_s > 0 ? recipe->hop_s : recipe->window_s, n_windows = 0;
  if (!(hop_s > 0)) return;
  for (uint32_t i = 0; i < choice->n; i++) n_windows += (double)choice->clips[i]->n_frames / choice->clips[i]->rate_hz / hop_s;
  double share = fmin(fmax(ENOUGH_WINDOWS / fmax(n_windows, 1), 1), recipe->window_s / hop_s * MOST_OVERLAP);
  if (n_windows >= 2 * choice->n) recipe->train_hop_s = hop_s / fmax(share, 1); /* not where each clip is one window */
}

static void set_defaults(const r2nn_train_spec *spec, r2nn_recipe *recipe) {
  *recipe = (r2nn_recipe){
      .n_stages = 1,
      .stages = {{.topology = R2NN_FULL, .n_rows = N_NODES, .n_cols = 1, .q = 5}},
      .highpass_order = 1,
      .scale = R2NN_SCALE_LOG,
      .suppress_common = true,
      .head = spec->head >= 0 ? (r2nn_head_kind)spec->head : R2NN_HEAD_PERCEPTRON,
      .n_hidden = spec->head >= 0 && r2nn_head_is_physical((r2nn_head_kind)spec->head) ? 0 : 24, /* where nothing is compared */
      .head_l2 = 1e-2,
      .train_circuit = true,
      .n_epochs = spec->n_epochs ? spec->n_epochs : 100,
      .n_head_epochs = 300,
      .n_starts = spec->n_starts ? spec->n_starts : 1,
      .circuit_rate = 0.02,
      .window_s = spec->window_s,
      .hop_s = spec->hop_s,
      .train_hop_s = spec->hop_s,
      .seed = spec->seed,
      .tolerance = spec->tolerance,
      .resistor_lo_ohm = spec->resistor_lo_ohm,
      .resistor_hi_ohm = spec->resistor_hi_ohm,
  };
  if (!spec->n_stages) return;
  recipe->stages[0].topology = spec->stages[0].topology;
  if (spec->stages[0].law >= 0) recipe->stages[0].law = (r2nn_law)spec->stages[0].law;
  recipe->stages[0].n_rows = spec->stages[0].n_rows;
  recipe->stages[0].n_cols = spec->stages[0].n_cols;
  recipe->stages[0].q = spec->stages[0].q > 0                     ? spec->stages[0].q
                        : recipe->stages[0].topology == R2NN_GRID ? 10
                                                                  : recipe->stages[0].q;
  if (recipe->stages[0].topology == R2NN_GRID && !spec->n_starts) recipe->n_starts = 3;
  if (recipe->stages[0].topology == R2NN_GRID && !spec->n_epochs) recipe->n_epochs = 300;
  if (recipe->stages[0].topology == R2NN_GRID) recipe->circuit_rate = 0.05;
}

r2nn_status r2nn_choose(const r2nn_dataset *dataset, const r2nn_train_spec *spec, const r2nn_choice *choice, r2nn_trainer *trainer,
                        r2nn_recipe *recipe, char *why, size_t size, r2nn_error *error) {
  r2nn_chooser c = {.dataset = dataset, .spec = spec, .trainer = trainer};
  r2nn_score scanned = {0};
  char compared[256] = "", what[320];
  set_defaults(spec, recipe);
  if (!spec->n_stages && dataset->n_channels >= MANY_CHANNELS) recipe->stages[0].n_rows = N_NODES_WIDE;
  set_train_hop(choice, recipe);
  r2nn_status status = r2nn_windows_cut(choice, dataset->n_channels, recipe->window_s, recipe->train_hop_s, &c.windows, error);
  if (status == R2NN_OK) status = make_folds(&c, error);
  if (status == R2NN_OK) {
    set_from_data(&c, recipe);
    if (spec->n_stages && spec->stages[0].fmax_hz > 0) {
      recipe->stages[0].fmin_hz = spec->stages[0].fmin_hz;
      recipe->stages[0].fmax_hz = spec->stages[0].fmax_hz;
      recipe->highpass_hz = recipe->stages[0].fmin_hz;
    }
  }
  /* An untrained circuit says nothing about one that decides by itself. */
  bool has_scan = recipe->head != R2NN_HEAD_ENERGY && !(spec->n_stages && recipe->stages[0].topology == R2NN_GRID);
  bool cascade = r2nn_shape_asks_cascade(spec);
  r2nn_trainer whole = *trainer;
  double scanning = spec->n_stages ? 1 : 0.06; /* about its share of the time */
  r2nn_trainer_span(trainer, &whole, 0, scanning);
  if (status == R2NN_OK && has_scan) status = r2nn_choose_scan(&c, recipe, &scanned, error);
  r2nn_trainer_span(trainer, &whole, scanning, 1);
  if (status == R2NN_OK && !spec->n_stages) status = r2nn_choose_compare(&c, recipe, compared, sizeof compared, error);
  if (status == R2NN_OK && cascade) {
    if (spec->head < 0) recipe->head = R2NN_HEAD_PERCEPTRON;
    r2nn_shape_cascade(spec, &c.windows.choice, recipe);
  }
  r2nn_trainer_span(trainer, &whole, 0, 1);
  r2nn_windows_free(&c.windows);
  free(c.fold);
  if (status != R2NN_OK) return status;

  r2nn_shape_describe(recipe, what, sizeof what);
  int n =
      snprintf(why, size, "%s, %s head%s%s", what, r2nn_head_name(recipe->head), recipe->suppress_common ? ", level removed" : "",
               recipe->highpass_order > 1 ? ", driven through two high-passes" : "");
  if (n < 0 || (size_t)n >= size) return R2NN_OK;
  if (trainer->stopped)
    snprintf(why + n, size - (size_t)n, "; stopped before all was compared");
  else if (has_scan)
    snprintf(why + n, size - (size_t)n, "; validation inside the training part: untrained bank %.1f %%%s%s", 100 * scanned.accuracy,
             *compared ? ", " : "", compared);
  else if (*compared)
    snprintf(why + n, size - (size_t)n, "; validation inside the training part: %s", compared);
  return R2NN_OK;
}
