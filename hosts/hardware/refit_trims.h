/* The trimmers' part of r2nn hardware refit: a board identified, its trimmers trained with a head, and told. */
#ifndef HOSTS_HARDWARE_REFIT_TRIMS_H
#define HOSTS_HARDWARE_REFIT_TRIMS_H

#include "hardware/measure.h"
#include "output.h"
#include "r2nn/train.h"
#include "workers.h"

typedef struct refit_trims {
  const char *list, *turned,
      *identified;  /* options: trims.csv; where to write it turned, NULL: nowhere; BOARD.json, NULL: find out */
  double tolerance; /* a share: by how much parts may be expected to be off */
  r2nn_trim *trims; /* [n] */
  double *from_ohm; /* [n] where they stood */
  uint32_t n;
  output out;
  double expected; /* share of the test that is right then, by the board as it was found; NaN: no test */
} refit_trims;

/* Read the list for a model, and open what is to be written. Close it in any case. */
r2nn_status refit_trims_open(refit_trims *self, const r2nn_model *model, bool force, r2nn_error *error);
void refit_trims_close(refit_trims *self);

/* Find out what the board is, and where to turn its trimmers; *trained is the board as it is then, with a head. */
r2nn_status refit_trims_train(refit_trims *self, const r2nn_model *model, const r2nn_dataset *data, const measurement *all,
                              double rate_hz, uint64_t seed, const workers *pool, r2nn_model **trained, r2nn_error *error);

/* Write the list with its new settings, if it is wanted. */
r2nn_status refit_trims_write(refit_trims *self, r2nn_error *error);

void refit_trims_text(FILE *to, const refit_trims *self);
void refit_trims_json(FILE *to, const refit_trims *self);

#endif
