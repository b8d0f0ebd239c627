/* A head trained anew on features that a board gave. */
#include "train/data.h"
#include "train/learner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EPOCHS  300u
#define L2      1e-2 /* as training's */
#define N_FOLDS 5u

typedef struct refitting {
  const r2nn_model *model;
  const r2nn_dataset *dataset;
  const r2nn_refit_rows *rows;
  uint32_t n_folds;
  uint64_t seed;
  uint32_t *part; /* [n_clips] which fold, or 0: train, 1: test */
  double *sums;   /* [n_clips][n_classes] scores of all rows */
  float *scores;  /* [n_classes] */
  float *scratch; /* [n_hidden] */
  float *x;       /* [n_features] */
} refitting;

/* Of the rows whose clip's part is which (or, with inverse, is not) a head; the model's kind and size. */
static r2nn_status fit_head(const refitting *self, uint32_t which, bool inverse, r2nn_head *head, r2nn_error *error) {
  const r2nn_head *like = &self->model->head;
  uint32_t n = 0, n_features = like->n_features;
  r2nn_table table;
  r2nn_learner learner = {0};
  for (uint32_t r = 0; r < self->rows->n_rows; r++) n += (self->part[self->rows->clips[r]] == which) != inverse;
  if (!r2nn_table_init(&table, n, n_features)) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t r = 0, to = 0; r < self->rows->n_rows; r++) {
    uint32_t clip = self->rows->clips[r];
    if ((self->part[clip] == which) == inverse) continue;
    memcpy(table.x + (size_t)to * n_features, self->rows->features + (size_t)r * n_features, n_features * sizeof *table.x);
    table.label[to++] = self->dataset->clips[clip].label;
  }
  r2nn_status status = r2nn_learner_init(&learner, like->kind, n_features, like->n_hidden, like->n_classes, L2, self->seed)
                           ? r2nn_learner_fit(&learner, &table, EPOCHS, error)
                           : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = r2nn_learner_export(&learner, head, error);
  r2nn_learner_free(&learner);
  r2nn_table_free(&table);
  return status;
}

/* Clips of part which that a head decides right, by the sum of the scores of their rows. */
static uint32_t count_right(refitting *self, const r2nn_head *head, uint32_t which, uint32_t *n_judged) {
  uint32_t n_classes = head->n_classes, right = 0;
  memset(self->sums, 0, (size_t)self->dataset->n_clips * n_classes * sizeof *self->sums);
  for (uint32_t r = 0; r < self->rows->n_rows; r++) {
    for (uint32_t i = 0; i < head->n_features; i++) self->x[i] = (float)self->rows->features[(size_t)r * head->n_features + i];
    r2nn_head_scores(head, self->x, self->scores, self->scratch);
    for (uint32_t k = 0; k < n_classes; k++) self->sums[(size_t)self->rows->clips[r] * n_classes + k] += (double)self->scores[k];
  }
  for (uint32_t c = 0; c < self->dataset->n_clips; c++) {
    if (self->part[c] != which) continue;
    const double *sums = self->sums + (size_t)c * n_classes;
    uint32_t best = 0;
    for (uint32_t k = 1; k < n_classes; k++)
      if (sums[k] > sums[best]) best = k;
    right += best == self->dataset->clips[c].label && sums[best] > 0;
    (*n_judged)++;
  }
  return right;
}

static bool has_test(const r2nn_dataset *dataset) {
  for (uint32_t c = 0; c < dataset->n_clips; c++)
    if (dataset->clips[c].split == R2NN_SPLIT_TEST) return true;
  return false;
}

/* Parts of the clips, and how many of them are judged. */
static r2nn_status split(refitting *self, uint32_t *n_parts, r2nn_refit_report *report, r2nn_error *error) {
  report->by_test = !self->n_folds && has_test(self->dataset);
  if (report->by_test) {
    for (uint32_t c = 0; c < self->dataset->n_clips; c++) self->part[c] = self->dataset->clips[c].split == R2NN_SPLIT_TEST;
    *n_parts = 1;
    snprintf(report->split, sizeof report->split, "test");
    return R2NN_OK;
  }
  r2nn_choice all;
  *n_parts = self->n_folds ? self->n_folds : N_FOLDS;
  r2nn_status status = r2nn_choice_split(self->dataset, R2NN_SPLIT_NONE, &all, error);
  if (status == R2NN_OK) status = r2nn_data_folds(self->dataset, &all, *n_parts, self->seed, self->part, error);
  r2nn_choice_free(&all);
  snprintf(report->split, sizeof report->split, "%u folds over groups", *n_parts);
  return status;
}

/* Each part is judged by a head that has not heard it. */
static r2nn_status judge(refitting *self, uint32_t n_parts, r2nn_refit_report *report, r2nn_error *error) {
  uint32_t before = 0, after = 0, n = 0, again = 0;
  r2nn_status status = R2NN_OK;
  for (uint32_t p = 0; p < n_parts && status == R2NN_OK; p++) {
    uint32_t which = n_parts == 1 ? 1 : p;
    r2nn_head head = {0};
    before += count_right(self, &self->model->head, which, &n);
    status = fit_head(self, which, true, &head, error);
    if (status == R2NN_OK) after += count_right(self, &head, which, &again);
    r2nn_head_free(&head);
  }
  report->before = n ? (double)before / n : 0;
  report->after = n ? (double)after / n : 0;
  report->n_judged = n;
  return status;
}

static r2nn_status refit(refitting *self, r2nn_model *to, r2nn_refit_report *report, r2nn_error *error) {
  uint32_t n_parts;
  r2nn_status status = split(self, &n_parts, report, error);
  if (status == R2NN_OK) status = judge(self, n_parts, report, error);
  if (status != R2NN_OK || to->head.kind == R2NN_HEAD_ENERGY) return status;
  r2nn_head head = {0};
  /* a part that is no test, or all */
  status = n_parts == 1 ? fit_head(self, 0, false, &head, error) : fit_head(self, UINT32_MAX, true, &head, error);
  if (status != R2NN_OK) return status;
  r2nn_head_free(&to->head);
  to->head = head;
  r2nn_novelty_free(&to->novelty);
  return r2nn_model_check(to, error);
}

r2nn_status r2nn_train_refit(const r2nn_model *model, const r2nn_dataset *dataset, const r2nn_refit_rows *rows, uint32_t n_folds,
                             uint64_t seed, r2nn_model **refitted, r2nn_refit_report *report, r2nn_error *error) {
  refitting self = {.model = model, .dataset = dataset, .rows = rows, .n_folds = n_folds, .seed = seed};
  *report = (r2nn_refit_report){0};
  *refitted = r2nn_model_copy(model);
  self.part = calloc(dataset->n_clips, sizeof *self.part);
  self.sums = calloc((size_t)dataset->n_clips * model->n_classes, sizeof *self.sums);
  self.scores = calloc(model->n_classes, sizeof *self.scores);
  self.scratch = calloc(model->head.n_hidden + (size_t)1, sizeof *self.scratch);
  self.x = calloc(model->head.n_features, sizeof *self.x);
  r2nn_status status = *refitted && self.part && self.sums && self.scores && self.scratch && self.x
                           ? refit(&self, *refitted, report, error)
                           : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  free(self.part);
  free(self.sums);
  free(self.scores);
  free(self.scratch);
  free(self.x);
  if (status == R2NN_OK) return status;
  r2nn_model_free(*refitted);
  *refitted = NULL;
  return status;
}
