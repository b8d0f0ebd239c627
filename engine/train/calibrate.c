/* Limits of novelty and of an event's length, from training clips. */
#include "train/calibrate.h"

#include "core/drive.h"
#include "train/play.h"

#include <math.h>
#include <stdlib.h>

/* Of speakers left out of 3 and 12 vowels and of spoken digits, 0 to 2 % of the whole clips were unknown with a factor of 1.25 in
 * 12 of 13 runs, 9 % in the last, whose speaker was recorded another way; with 1.1 at most 2 % and 17 %, with 1 up to 6 % and 24 %.
 * Judged by event as here, none of 757 were in three of these runs. */
#define NOVELTY_SHARE 0.995 /* of the training distances are below the limit even */
#define NOVELTY_MORE  1.25  /* without this factor */
#define SPREAD_LEAST  1e-3  /* of the largest spread: an output that never changes tells nothing */
#define MIN_SHARE     0.01  /* of the clips may be shorter than */
#define MIN_LESS      0.5   /* the shortest event over this */
#define MIN_LOW_S     0.02
#define MIN_HIGH_S    0.2 /* a longer sound is never dropped */
#define MAX_MORE      1.5 /* the longest event, of the longest clip */
#define MAX_MEDIANS   2.0 /* and of the median clip at least */

static int by_value(const void *a, const void *b) {
  double d = *(const double *)a - *(const double *)b;
  return (d > 0) - (d < 0);
}

/* To two digits, never 0. */
static double rounded(double value) {
  double unit = pow(10, floor(log10(value)) - 1);
  return unit >= 1 ? round(value / unit) * unit : round(value / unit) / round(1 / unit);
}

/* Seconds from the first to the last 10 ms of a clip that the gate would take for loud; the whole clip if there are none. */
static double loud_s(const r2nn_clip *clip, const r2nn_model *model) {
  const r2nn_readout *readout = &model->readout;
  r2nn_drive drive = r2nn_drive_design(model->highpass_hz, model->remove_mean ? model->highpass_order : 0, clip->rate_hz);
  uint32_t n_channels = model->n_channels;
  double span = fmax(4, clip->rate_hz * 0.01), least = pow(10, (readout->gate_db - readout->hysteresis_db) / 10);
  uint64_t first = clip->n_frames, last = 0;
  for (uint32_t c = 0; c < n_channels; c++) {
    r2nn_drive_state state = {0};
    double square = 0;
    for (uint64_t t = 0; t < clip->n_frames; t++) {
      double x = r2nn_drive_step(&drive, &state, (double)clip->samples[t * n_channels + c]);
      square += (x * x - square) / span;
      if (square < least) continue;
      first = t < first ? t : first;
      last = t > last ? t : last;
    }
  }
  return (double)(last > first ? last - first : clip->n_frames) / clip->rate_hz;
}

/* The shortest and longest event for clips like these. */
static r2nn_status set_lengths(const r2nn_choice *choice, r2nn_model *model, r2nn_error *error) {
  double *length = malloc((choice->n + 1) * sizeof *length);
  if (!length) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the clips' lengths");
  for (uint32_t i = 0; i < choice->n; i++) length[i] = loud_s(choice->clips[i], model);
  qsort(length, choice->n, sizeof *length, by_value);
  double shortest = length[(uint32_t)(MIN_SHARE * choice->n)], longest = length[choice->n - 1], median = length[choice->n / 2];
  model->readout.min_s = rounded(fmin(fmax(MIN_LESS * shortest, MIN_LOW_S), MIN_HIGH_S));
  model->readout.max_s = rounded(fmax(fmax(MAX_MORE * longest, MAX_MEDIANS * median), 2 * model->readout.min_s));
  free(length);
  return R2NN_OK;
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
    qsort(distance, table->n_rows, sizeof *distance, by_value);
    novelty->limit = rounded(NOVELTY_MORE * fmax(distance[(uint32_t)(NOVELTY_SHARE * (table->n_rows - 1))], 1));
  }
  free(distance);
  free(x);
  return good ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u distances", table->n_rows);
}

r2nn_status r2nn_calibrate(const r2nn_choice *choice, const r2nn_workers *workers, r2nn_model *model, r2nn_error *error) {
  r2nn_table table = {0};
  r2nn_engine_def def = r2nn_engine_def_default(model, 0); /* by event, as it will listen */
  uint32_t n = r2nn_model_n_features(model);
  if (choice->n == 0 || model->readout.mode != R2NN_MODE_EVENT) return R2NN_OK;
  r2nn_status status = set_lengths(choice, model, error);
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
  }
  r2nn_table_free(&table);
  return status;
}
