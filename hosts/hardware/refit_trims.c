/* The trimmers' part of r2nn hardware refit. */
#include "hardware/refit_trims.h"

#include "hardware/trims_file.h"
#include "interrupt.h"
#include "model_file.h"
#include "progress.h"
#include "r2nn/circuit.h"
#include "r2nn/jury.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

r2nn_status refit_trims_open(refit_trims *self, const r2nn_model *model, bool force, r2nn_error *error) {
  if (!r2nn_jury_fits(model)) /* told before anything is played */
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "--trims is for models of one linear stage; this one has %u, or a law behind it",
                     model->n_stages);
  r2nn_status status = trims_file_read(self->list, &model->stages[0], &self->trims, &self->n, error);
  if (status == R2NN_OK) self->from_ohm = malloc(self->n * sizeof *self->from_ohm);
  if (status == R2NN_OK && !self->from_ohm) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t i = 0; i < self->n && status == R2NN_OK; i++) self->from_ohm[i] = self->trims[i].set_ohm;
  if (status == R2NN_OK && self->turned) status = output_open(&self->out, self->turned, force, error);
  return status;
}

void refit_trims_close(refit_trims *self) {
  output_discard(&self->out);
  free(self->trims);
  free(self->from_ohm);
  self->trims = NULL;
  self->from_ohm = NULL;
}

/* The design with its trimmers where they stand. */
static r2nn_status turn_design(const refit_trims *self, const r2nn_model *model, r2nn_model **design, r2nn_error *error) {
  *design = r2nn_model_copy(model);
  r2nn_trim *middle = malloc(self->n * sizeof *middle);
  if (*design && middle) {
    for (uint32_t i = 0; i < self->n; i++) {
      middle[i] = self->trims[i];
      middle[i].set_ohm = middle[i].ohm;
    }
    r2nn_trims_turn(middle, self->n, self->from_ohm, &(*design)->stages[0]);
  }
  free(middle);
  return *design && middle ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
}

static r2nn_status identify(const refit_trims *self, const r2nn_model *model, const measurement *all, double rate_hz,
                            r2nn_model **board, r2nn_error *error) {
  r2nn_model *design;
  r2nn_identified found = {0};
  r2nn_identify_def def = r2nn_identify_def_default(self->tolerance, rate_hz);
  r2nn_status status = turn_design(self, model, &design, error);
  if (status == R2NN_OK) status = r2nn_identify(design, all->heard, &all->loopback, &def, &found, error);
  if (status == R2NN_OK) {
    *board = found.model;
    found.model = NULL;
    r2nn_identified_free(&found);
  }
  r2nn_model_free(design);
  return status;
}

/* A board that was identified before has the model's structure. */
static r2nn_status check_alike(const char *name, const r2nn_model *board, const r2nn_model *model, r2nn_error *error) {
  const r2nn_stage *a = &board->stages[0], *b = &model->stages[0];
  if (a->n_nodes == b->n_nodes && a->n_couplings == b->n_couplings && a->n_inputs == b->n_inputs &&
      board->head.n_features == model->head.n_features && board->n_classes == model->n_classes)
    return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_DATA, "%s: is no board of this model", name);
}

static bool on_progress(void *context, const char *what, double share) {
  (void)context;
  progress_show(what, share);
  return !interrupt_read().stop;
}

r2nn_status refit_trims_train(refit_trims *self, const r2nn_model *model, const r2nn_dataset *data, const measurement *all,
                              double rate_hz, uint64_t seed, const workers *pool, r2nn_model **trained, r2nn_error *error) {
  r2nn_model *board = NULL;
  r2nn_status status = R2NN_OK;
  if (self->identified) {
    status = model_file_read(self->identified, &board, error);
    if (status == R2NN_OK) status = check_alike(self->identified, board, model, error);
  } else {
    status = identify(self, model, all, rate_hz, &board, error);
  }
  if (status == R2NN_OK)
    status = r2nn_train_trims(board, data, seed, workers_hook(pool), on_progress, NULL, self->trims, self->n, trained,
                              &self->expected, error);
  progress_end();
  r2nn_model_free(board);
  return status;
}

r2nn_status refit_trims_write(refit_trims *self, r2nn_error *error) {
  if (!self->turned) return R2NN_OK;
  char *text = r2nn_trims_print(self->trims, self->n);
  if (!text) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  fputs(text, self->out.stream);
  free(text);
  return output_commit(&self->out, error);
}

void refit_trims_text(FILE *to, const refit_trims *self) {
  if (!isnan(self->expected))
    fprintf(to, "  trimmed, a new head    %6.2f %%, expected of the board as it was found\n", 100 * self->expected);
  fprintf(to, "\n%8s %12s %12s %9s  %s\n", "trimmer", "from ohm", "to ohm", "turn", "makes");
  for (uint32_t i = 0; i < self->n; i++) {
    const r2nn_trim *trim = &self->trims[i];
    char path[64];
    r2nn_trim_path(trim, path, sizeof path);
    fprintf(to, "  RT%-4u %12.5g %12.5g %+8.2f%%  %s\n", trim->number, self->from_ohm[i], trim->set_ohm,
            100 * (trim->set_ohm / self->from_ohm[i] - 1), path);
  }
}

void refit_trims_json(FILE *to, const refit_trims *self) {
  if (!isnan(self->expected)) fprintf(to, ", \"expected\": %.6f", self->expected);
  for (uint32_t i = 0; i < self->n; i++) {
    const r2nn_trim *trim = &self->trims[i];
    char path[64];
    r2nn_trim_path(trim, path, sizeof path);
    fprintf(to, "%s{\"part\": \"RT%u\", \"field\": \"%s\", \"from_ohm\": %.6g, \"to_ohm\": %.6g}", i ? ", " : ", \"trims\": [",
            trim->number, path, self->from_ohm[i], trim->set_ohm);
  }
  fprintf(to, "]");
}
