/* The default cascade, and what follows for it from the clips. */
#include "train/shape.h"

#include "core/head.h"
#include "train/sort.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Found on spoken digits, one speaker left out (docs/figures.md): with one slow stage a quarter of the errors more; 64 and 48 nodes
 * or a range up to 15 Hz did 2 to 3 points worse. */
#define N_SLOW       96
#define N_LAST       64
#define CONTROL_HZ   100.0 /* envelopes of speech hold nothing above a quarter of this */
#define RATE_SHARE   0.5   /* of the sample rate: the control rate of slow signals */
#define SLOW_SHARE   0.25  /* of the control rate: the top of the slow range */
#define SLOW_HZ      0.5   /* its lower end, or */
#define PERIODS      0.25  /* so many periods in a clip */
#define FIRST_ORDER  0.25
#define SLOW_Q       1.0
#define STRANGERS    0.4 /* as many sounds of no class as this share of the clips */
#define BATCH        48u
#define N_STEPS      2000.0 /* mini-batches in all */
#define CIRCUIT_RATE 0.01
#define JOINT_SHARE  0.15   /* of the epochs train the first stage too, */
#define JOINT_HZ     8000.0 /* up to this rate; above it takes longer and so joins in for less */

bool r2nn_shape_is_cascade(const r2nn_recipe *recipe) {
  return recipe->n_stages > 1 || recipe->stages[0].law != R2NN_LAW_IDENTITY;
}

bool r2nn_shape_asks_cascade(const r2nn_train_spec *spec) {
  return spec->n_stages > 1 || (spec->n_stages && spec->stages[0].law > R2NN_LAW_IDENTITY);
}

r2nn_energy r2nn_shape_energy(r2nn_law law) {
  bool envelope =
      law == R2NN_LAW_LOG || law == R2NN_LAW_AGC || law == R2NN_LAW_SQUARE || law == R2NN_LAW_RECTIFY || law == R2NN_LAW_BANDPASS;
  return envelope ? R2NN_ENERGY_MEAN : R2NN_ENERGY_SQUARE;
}

static double median_duration(const r2nn_choice *choice) {
  double *duration = malloc(choice->n * sizeof *duration), median = 1;
  if (!duration) return median;
  for (uint32_t i = 0; i < choice->n; i++) duration[i] = (double)choice->clips[i]->n_frames / choice->clips[i]->rate_hz;
  r2nn_sort(duration, choice->n);
  median = duration[choice->n / 2];
  free(duration);
  return median;
}

/* How training goes, from the number of clips. */
static void set_training(const r2nn_train_spec *spec, const r2nn_choice *choice, double rate_hz, r2nn_recipe *recipe) {
  recipe->batch = choice->n / 16 < 8 ? 8 : choice->n / 16 > BATCH ? BATCH : choice->n / 16;
  double batches = ceil((double)choice->n / recipe->batch);
  recipe->n_epochs = spec->n_epochs ? spec->n_epochs : (uint32_t)fmin(fmax(N_STEPS / batches, 30), 120);
  recipe->n_joint_epochs =
      recipe->n_stages == 1 ? recipe->n_epochs : (uint32_t)ceil(JOINT_SHARE * fmin(1, JOINT_HZ / rate_hz) * recipe->n_epochs);
  recipe->circuit_rate = CIRCUIT_RATE;
  recipe->n_variants = 6;
  recipe->head_l2 = 1e-3;
  /* One physical layer, like the perceptron's: with 24 hidden nodes npml lost 3 points on speakers left out. */
  if (r2nn_head_is_physical(recipe->head)) recipe->n_hidden = 0;
  recipe->smoothing = 0.1;
  bool listens = recipe->n_stages > 1 && recipe->window_s <= 0;
  recipe->strangers = !listens ? 0 : spec->strangers >= 0 ? spec->strangers : STRANGERS;
  recipe->variation = (r2nn_variation){.speed = 0.1, .level_db = 12, .noise_db = 20, .tilt = 0.3, .shift = 0.04};
  if (recipe->window_s <= 0) recipe->variation.crop_db = 20;
}

void r2nn_shape_cascade(const r2nn_train_spec *spec, const r2nn_choice *choice, r2nn_recipe *recipe) {
  static const uint32_t sizes[2] = {N_SLOW, N_LAST};
  double rate = 0;
  for (uint32_t i = 0; i < choice->n; i++) rate = fmax(rate, choice->clips[i]->rate_hz);
  double control = fmin(CONTROL_HZ, RATE_SHARE * rate), slow_low = fmin(SLOW_HZ, PERIODS / median_duration(choice));
  /* The scan of one stage narrows the range where low energies alone do as well; what comes when is heard best over all of it. */
  if (!(spec->n_stages && spec->stages[0].fmax_hz > 0)) recipe->stages[0].fmax_hz = R2NN_TOP_SHARE * rate;
  /* An event has an onset, from which its level is known; a window has none. */
  r2nn_law first = recipe->window_s > 0 ? R2NN_LAW_LOG : R2NN_LAW_AGC;
  recipe->n_stages = spec->n_stages ? spec->n_stages : 3;
  for (uint32_t s = 0; s < recipe->n_stages; s++) {
    r2nn_stage_recipe *stage = &recipe->stages[s];
    const r2nn_stage_spec *wish = s < spec->n_stages ? &spec->stages[s] : NULL;
    bool last = s + 1 == recipe->n_stages;
    if (s) {
      *stage = (r2nn_stage_recipe){
          .topology = R2NN_BANK,
          .n_rows = sizes[s > 1],
          .n_cols = 1,
          .fmin_hz = slow_low,
          .fmax_hz = SLOW_SHARE * control,
          .q = SLOW_Q,
          .slow = true,
          .first_order = FIRST_ORDER,
      };
      if (wish) {
        stage->topology = wish->topology;
        stage->n_rows = wish->n_rows;
        stage->n_cols = wish->n_cols;
        if (wish->q > 0) stage->q = wish->q;
        if (wish->fmax_hz > 0) {
          stage->fmin_hz = wish->fmin_hz;
          stage->fmax_hz = wish->fmax_hz;
        }
      }
    }
    stage->law = wish && wish->law >= 0 ? (r2nn_law)wish->law : last && s ? R2NN_LAW_IDENTITY : s ? R2NN_LAW_RECTIFY : first;
    if (s == 0 && !last && r2nn_shape_energy(stage->law) == R2NN_ENERGY_MEAN) {
      stage->rate_hz = control;
      stage->smooth_s = 1 / control;
    }
    stage->suppress_common = stage->law == R2NN_LAW_LOG;
  }
  /* What is loud and low leaks into every node, and the envelopes show it: events are driven through high-passes at the top of the
   * range, behind which the nodes answer as to acceleration. */
  if (recipe->stages[0].law == R2NN_LAW_AGC) {
    recipe->highpass_hz = recipe->stages[0].fmax_hz;
    recipe->highpass_order = 2;
  }
  r2nn_stage_recipe *end = &recipe->stages[recipe->n_stages - 1];
  recipe->scale = end->law == R2NN_LAW_LOG || end->law == R2NN_LAW_AGC ? R2NN_SCALE_LINEAR : R2NN_SCALE_LOG;
  recipe->suppress_common = false;
  set_training(spec, choice, rate, recipe);
}

void r2nn_shape_describe(const r2nn_recipe *recipe, char *text, size_t size) {
  size_t at = 0;
  for (uint32_t s = 0; s < recipe->n_stages && at < size; s++) {
    const r2nn_stage_recipe *stage = &recipe->stages[s];
    static const char *const kinds[R2NN_N_TOPOLOGIES] = {"grid", "coupled network", "bank"};
    int n = snprintf(text + at, size - at, "%s%s of %u", s ? " > " : "", kinds[stage->topology], stage->n_rows);
    at += n > 0 ? (size_t)n : 0;
    if (stage->topology == R2NN_GRID && at < size) {
      n = snprintf(text + at, size - at, "x%u", stage->n_cols);
      at += n > 0 ? (size_t)n : 0;
    }
    if (at < size) {
      n = snprintf(text + at, size - at, ", %.3g-%.3g Hz, Q %.3g", stage->fmin_hz, stage->fmax_hz, stage->q);
      at += n > 0 ? (size_t)n : 0;
    }
    if (stage->law != R2NN_LAW_IDENTITY && at < size) {
      n = snprintf(text + at, size - at, ", %s", r2nn_law_name(stage->law));
      at += n > 0 ? (size_t)n : 0;
    }
    if (stage->rate_hz > 0 && at < size) {
      n = snprintf(text + at, size - at, " at %.3g Hz", stage->rate_hz);
      at += n > 0 ? (size_t)n : 0;
    }
  }
}
