/* The gate, and limits of novelty and of an event's length, from training clips. */
#include "train/calibrate.h"

#include "core/drive.h"
#include "train/doubt.h"
#include "train/play.h"
#include "train/sort.h"

#include <math.h>
#include <stdlib.h>

/* Of speakers left out of 3 and 12 vowels and of spoken digits, 0 to 2 % of the whole clips were unknown with a factor of 1.25 in
 * 12 of 13 runs, 9 % in the last, whose speaker was recorded another way; with 1.1 at most 2 % and 17 %, with 1 up to 6 % and 24 %.
 * Judged by event as here, none of 757 were in three of these runs. */
#define NOVELTY_SHARE 0.995 /* of the training distances are below the limit even */
#define NOVELTY_MORE  1.25  /* without this factor */
#define SPREAD_LEAST  1e-3  /* of the largest spread: an output that never changes tells nothing */
#define OPEN_S        0.01  /* the gate's mean (core/build.c) */
#define GATE_LOW_DB   (-120.0)
#define GATE_HIGH_DB  (-20.0)
#define N_GATES       101u /* one a dB */
#define GATE_BELOW_DB 30   /* the gate opens so far below the level that nearly all training clips reach */
#define GATE_SHARE    0.05 /* of the clips that may be quieter */
#define MIN_SHARE     0.01 /* of the clips may be shorter than */
#define MIN_LESS      0.5  /* the shortest event over this */
#define MIN_LOW_S     0.02
#define MIN_HIGH_S    0.2 /* a longer sound is never dropped */
#define MAX_MORE      1.5 /* the longest event, of the longest clip */
#define MAX_MEDIANS   2.0 /* and of the median clip at least */

/* To two digits, never 0. */
static double rounded(double value) {
  double unit = pow(10, floor(log10(value)) - 1);
  return unit >= 1 ? round(value / unit) * unit : round(value / unit) / round(1 / unit);
}

/* What the gate hears of a clip: its running mean square, of the loudest channel. */
typedef struct heard {
  double most;                            /* the largest, V^2 */
  uint64_t first[N_GATES], last[N_GATES]; /* frames at which each gate would be kept open; n_frames and 0 if there are none */
} heard;

/* One pass over a clip; close[N_GATES] are the levels that keep the gates open, V^2, ascending. */
static void hear(const r2nn_clip *clip, const r2nn_model *model, const double *close, heard *h) {
  double own_hz = model->readout.gate_highpass_hz;
  r2nn_drive drive = own_hz > 0
                         ? r2nn_drive_design(own_hz, 1, clip->rate_hz)
                         : r2nn_drive_design(model->highpass_hz, model->remove_mean ? model->highpass_order : 0, clip->rate_hz);
  uint32_t n_channels = model->n_channels;
  double span = fmax(4, clip->rate_hz * OPEN_S);
  *h = (heard){0};
  for (uint32_t k = 0; k < N_GATES; k++) h->first[k] = clip->n_frames;
  for (uint32_t c = 0; c < n_channels; c++) {
    r2nn_drive_state state = {0};
    double square = 0;
    uint32_t n_open = 0, n_reached = 0; /* gates that this channel keeps open now, and has so far */
    for (uint64_t t = 0; t < clip->n_frames; t++) {
      double x = r2nn_drive_step(&drive, &state, (double)clip->samples[t * n_channels + c]);
      square += (x * x - square) / span;
      h->most = fmax(h->most, square);
      for (; n_open < N_GATES && square >= close[n_open]; n_open++)
        if (n_open >= n_reached) {
          h->first[n_open] = t < h->first[n_open] ? t : h->first[n_open];
          n_reached++;
        }
      for (; n_open > 0 && !(square >= close[n_open - 1]); n_open--)
        h->last[n_open - 1] = t - 1 > h->last[n_open - 1] ? t - 1 : h->last[n_open - 1];
    }
    for (; n_open > 0; n_open--) h->last[n_open - 1] = clip->n_frames - 1;
  }
}

/* Where the level gate should open for clips like these, as a number of GATE_LOW_DB upward; level is scratch. */
static uint32_t choose_gate(const heard *h, uint32_t n, double *level) {
  for (uint32_t i = 0; i < n; i++) level[i] = 10 * log10(h[i].most + 1e-20);
  r2nn_sort(level, n);
  return (uint32_t)(round(fmin(fmax(level[(uint32_t)(GATE_SHARE * n)] - GATE_BELOW_DB, GATE_LOW_DB), GATE_HIGH_DB)) - GATE_LOW_DB);
}

/* The shortest and longest event for clips like these, from where the gate hears them begin and end; all of those it never hears.
 */
static void set_lengths(const r2nn_choice *choice, const heard *h, uint32_t gate, double *length, r2nn_readout *readout) {
  for (uint32_t i = 0; i < choice->n; i++) {
    uint64_t first = h[i].first[gate], last = h[i].last[gate];
    length[i] = (double)(last > first ? last - first : choice->clips[i]->n_frames) / choice->clips[i]->rate_hz;
  }
  r2nn_sort(length, choice->n);
  double shortest = length[(uint32_t)(MIN_SHARE * choice->n)], longest = length[choice->n - 1], median = length[choice->n / 2];
  readout->min_s = rounded(fmin(fmax(MIN_LESS * shortest, MIN_LOW_S), MIN_HIGH_S));
  readout->max_s = rounded(fmax(fmax(MAX_MORE * longest, MAX_MEDIANS * median), 2 * readout->min_s));
}

/* The gate, and for a model that decides by event its lengths. */
static r2nn_status set_gate(const r2nn_choice *choice, r2nn_model *model, r2nn_error *error) {
  double close[N_GATES], *scratch = malloc(choice->n * sizeof *scratch);
  heard *h = malloc(choice->n * sizeof *h);
  bool good = scratch && h;
  for (uint32_t k = 0; k < N_GATES; k++) close[k] = pow(10, (GATE_LOW_DB + k - model->readout.hysteresis_db) / 10);
  for (uint32_t i = 0; i < choice->n && good; i++) hear(choice->clips[i], model, close, &h[i]);
  if (good) {
    uint32_t gate = choose_gate(h, choice->n, scratch);
    model->readout.gate_db = GATE_LOW_DB + gate;
    if (model->readout.mode == R2NN_MODE_EVENT) set_lengths(choice, h, gate, scratch, &model->readout);
  }
  free(scratch);
  free(h);
  return good ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the levels of %u clips", choice->n);
}

/* Means of the classes that have rows; a class without any lies where the first one does. */
static void set_means(const r2nn_table *table, double *mean, uint32_t *count, r2nn_novelty *novelty) {
  uint32_t n = novelty->n_features, some = table->label[0];
  for (uint32_t r = 0; r < table->n_rows; r++) count[table->label[r]]++;
  for (uint32_t r = 0; r < table->n_rows; r++)
    for (uint32_t i = 0; i < n; i++) mean[(size_t)table->label[r] * n + i] += table->x[(size_t)r * n + i] / count[table->label[r]];
  for (uint32_t k = 0; k < novelty->n_classes; k++)
    for (uint32_t i = 0; i < n; i++) novelty->means[(size_t)k * n + i] = (float)mean[(size_t)(count[k] ? k : some) * n + i];
}

/* The spread of each feature about the mean of its class, pooled. */
static void set_spread(const r2nn_table *table, const double *mean, r2nn_novelty *novelty) {
  uint32_t n = novelty->n_features;
  double most = 0;
  for (uint32_t i = 0; i < n; i++) {
    double sum = 0;
    for (uint32_t r = 0; r < table->n_rows; r++) {
      double d = table->x[(size_t)r * n + i] - mean[(size_t)table->label[r] * n + i];
      sum += d * d / table->n_rows;
    }
    novelty->spread[i] = (float)sqrt(sum);
    most = fmax(most, sqrt(sum));
  }
  for (uint32_t i = 0; i < n; i++)
    novelty->spread[i] = fmaxf(novelty->spread[i], most > 0 ? (float)fmax(SPREAD_LEAST * most, 1e-30) : 1);
}

/* The limit, from the distances of the rows themselves. */
static r2nn_status set_limit(const r2nn_table *table, r2nn_novelty *novelty, r2nn_error *error) {
  uint32_t n = novelty->n_features;
  double *distance = malloc(table->n_rows * sizeof *distance);
  float *x = malloc(n * sizeof *x);
  bool good = distance && x;
  for (uint32_t r = 0; r < table->n_rows && good; r++) {
    for (uint32_t i = 0; i < n; i++) x[i] = (float)table->x[(size_t)r * n + i];
    distance[r] = (double)r2nn_novelty_distance(novelty, x);
  }
  if (good) {
    r2nn_sort(distance, table->n_rows);
    novelty->limit = rounded(NOVELTY_MORE * fmax(distance[(uint32_t)(NOVELTY_SHARE * (table->n_rows - 1))], 1));
  }
  free(distance);
  free(x);
  return good ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u distances", table->n_rows);
}

r2nn_status r2nn_calibrate(const r2nn_recipe *recipe, const r2nn_choice *choice, const r2nn_workers *workers, r2nn_model *model,
                           r2nn_error *error) {
  r2nn_table table = {0};
  r2nn_engine_def def = r2nn_engine_def_default(model, 0); /* by event, of any length */
  uint32_t n = r2nn_model_n_features(model);
  if (choice->n == 0) return R2NN_OK;
  r2nn_status status = set_gate(choice, model, error);
  if (model->readout.mode != R2NN_MODE_EVENT) return status;
  def.readout.gate_db = model->readout.gate_db;
  if (status == R2NN_OK) status = r2nn_play_table(model, &def, choice, workers, &table, error);
  if (status == R2NN_OK && table.n_rows < choice->n / 2) { /* the gate hears too few of them */
    r2nn_table_free(&table);
    def = r2nn_play_def(model, 0, 0);
    status = r2nn_play_table(model, &def, choice, workers, &table, error);
  }
  if (status == R2NN_OK && table.n_rows) {
    r2nn_novelty_free(&model->novelty);
    double *mean = calloc((size_t)model->n_classes * n, sizeof *mean);
    uint32_t *count = calloc(model->n_classes, sizeof *count);
    status = mean && count ? r2nn_novelty_init(&model->novelty, n, model->n_classes, error)
                           : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the means of %u classes", model->n_classes);
    if (status == R2NN_OK) {
      set_means(&table, mean, count, &model->novelty);
      set_spread(&table, mean, &model->novelty);
      status = set_limit(&table, &model->novelty, error);
    }
    free(mean);
    free(count);
    if (status == R2NN_OK) status = r2nn_doubt(recipe, choice, &table, &def, workers, model, error);
  }
  r2nn_table_free(&table);
  return status;
}
