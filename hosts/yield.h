/* How many boards of a series decide well, and which of their parts matter. */
#ifndef HOSTS_YIELD_H
#define HOSTS_YIELD_H

#include "building.h"
#include "evaluate.h"

typedef struct yield_def {
  const evaluate_def *judged; /* the model, the recordings, how they are decided */
  const building *built;      /* from what; its board's seed is not used: boards are 1..n_boards */
  uint32_t n_boards;
  double wanted; /* 0..1: the accuracy that a board should have; below 0: a point less than the model's */
} yield_def;

/* A part, by how much it matters. */
typedef struct yield_part {
  char name[16]; /* "R12" */
  char path[64]; /* the value of the model that it makes */
  char role[40];
  double loss;  /* nepers: what the mean loss grows by, expected over its tolerance alone (half the Fisher information) */
  double slope; /* nepers: what it changes by to first order where the part is at its upper limit */
} yield_part;

typedef struct yield_result {
  bool by_spectra;        /* else every board's engine heard every recording */
  double designed, stock; /* accuracy of the model, and of the board of stock values; < 0: that oscillates */
  uint32_t n_boards, n_unstable;
  double *accuracy;                        /* [n_boards] of board 1, 2..., ascending in sorted; < 0: it oscillates */
  double *sorted;                          /* [n_boards] oscillating ones count as 0 */
  double mean, deviation, quantile, least; /* quantile: 5 % of the boards are below */
  uint32_t worst;                          /* board with the least */
  double wanted, share;                    /* share of the boards that reach it */
  uint32_t n_parts;                        /* most important first; none if not by spectra */
  yield_part *parts;                       /* [n_parts] */
} yield_result;

/* Judge n_boards boards; designed: the model's own accuracy, by engine. Linear models of one stage that decide once a recording are
 * judged on spectra (r2nn/jury.h), others run. The result does not depend on the number of threads. Main thread. */
r2nn_status yield_find(const yield_def *def, double designed, yield_result *result, r2nn_error *error);
void yield_free(yield_result *result);

#endif
