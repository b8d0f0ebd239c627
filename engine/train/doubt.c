/* Margins of trained clips and of strangers, and what parts them. */
#include "train/doubt.h"

#include "train/play.h"
#include "train/sort.h"
#include "train/strangers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHARE        0.2  /* so many strangers as a share of the clips, others than those trained with */
#define STRANGE_PART 0.98 /* of their margins lie below the threshold, */
#define KNOWN_PART   0.02 /* unless more of the right decisions would; speakers never heard lie lower than these */
#define KNOWN_LESS   0.8  /* and so it stays this far below them */

/* Ascending margins of the rows that are decided right, or of all (right false); *n of them. NULL if memory is short. */
static double *margins_of(const r2nn_head *head, const r2nn_table *table, bool right, uint32_t *n) {
  uint32_t n_classes = head->n_classes;
  double *margins = malloc((table->n_rows + 1) * sizeof *margins);
  float *x = malloc(((size_t)table->n_features + n_classes + head->n_hidden + 1) * sizeof *x);
  *n = 0;
  for (uint32_t r = 0; r < table->n_rows && margins && x; r++) {
    float *scores = x + table->n_features, best = -1, second = -1;
    uint32_t winner = 0;
    for (uint32_t i = 0; i < table->n_features; i++) x[i] = (float)table->x[(size_t)r * table->n_features + i];
    r2nn_head_scores(head, x, scores, scores + n_classes);
    for (uint32_t k = 0; k < n_classes; k++) {
      if (scores[k] > best) {
        second = best;
        best = scores[k];
        winner = k;
      } else if (scores[k] > second) {
        second = scores[k];
      }
    }
    if (!right || winner == table->label[r]) margins[(*n)++] = (double)(best - second);
  }
  free(x);
  if (margins && x) r2nn_sort(margins, *n);
  return margins;
}

r2nn_status r2nn_doubt(const r2nn_recipe *recipe, const r2nn_choice *choice, const r2nn_table *table, const r2nn_engine_def *def,
                       const r2nn_workers *workers, r2nn_model *model, r2nn_error *error) {
  if (!(recipe->strangers > 0)) return R2NN_OK;
  r2nn_strangers strangers;
  r2nn_table strange = {0};
  r2nn_status status = r2nn_strangers_new(choice, model->n_channels, model->n_classes, SHARE, recipe->stages[0].fmin_hz,
                                          recipe->stages[0].fmax_hz, recipe->seed + 1, &strangers, error);
  if (status != R2NN_OK) return status;
  r2nn_choice only = {.n = strangers.n, .clips = strangers.choice.clips + choice->n};
  status = r2nn_play_table(model, def, &only, workers, &strange, error);
  if (status == R2NN_OK) {
    uint32_t n, n_strange;
    double *known = margins_of(&model->head, table, true, &n), *low = margins_of(&model->head, &strange, false, &n_strange);
    if (known && low && n && n_strange) {
      double margin = fmin(low[(uint32_t)(STRANGE_PART * (n_strange - 1))], KNOWN_LESS * known[(uint32_t)(KNOWN_PART * (n - 1))]);
      model->margin_threshold = round(100 * margin) / 100;
    }
    if (!known || !low) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u margins", table->n_rows);
    free(known);
    free(low);
  }
  r2nn_table_free(&strange);
  r2nn_strangers_free(&strangers);
  return status;
}
