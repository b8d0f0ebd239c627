/* A head while it is trained: parameters in double, softmax cross-entropy and its gradient, also towards the features. */
#ifndef R2NN_TRAIN_LEARNER_H
#define R2NN_TRAIN_LEARNER_H

#include "r2nn/train.h"
#include "rt/random.h"

/* Features of many clips or windows. */
typedef struct r2nn_table {
  uint32_t n_rows, n_features;
  double *x;       /* [n_rows][n_features] */
  uint32_t *label; /* [n_rows]; n_classes: none of them, whose scores are to be even */
} r2nn_table;

bool r2nn_table_init(r2nn_table *table, uint32_t n_rows, uint32_t n_features);
void r2nn_table_free(r2nn_table *table);
/* Put the rows of part into table, which has room for them and as many features, from row first on. */
void r2nn_table_put(r2nn_table *table, uint32_t first, const r2nn_table *part);

typedef struct r2nn_learner {
  r2nn_head_kind kind;
  uint32_t n_features, n_hidden, n_classes, n_theta;
  double l2;                /* weight decay on the weights, not the biases */
  double smoothing;         /* 0..1: share of a label that is spread evenly over the classes, so that no score is pushed to 1 */
  double jitter;            /* spreads: noise on the standardised features while a loss is taken, new each time */
  double sharpness;         /* energy, centroid, npml and spml */
  double *center, *spread;  /* [n_features] what standardises the features */
  double *means;            /* [n_classes][n_features] centroid: of the standardised features */
  double *theta, *gradient; /* [n_theta]: w1, b1, w2, b2 as in r2nn_head, on standardised features; npml, spml: physical.h's */
  r2nn_random random;       /* of the jitter */
  uint32_t n_space;         /* rows that the buffers hold */
  double *x, *hidden, *z;   /* [n_space][n_features], [n_hidden], [n_classes]: standardised (npml, spml: and clipped) rows and what
                               follows them */
  double *slope;            /* [n_space][n_hidden] npml, spml: of the hidden nodes' law */
  double *dhidden;          /* [n_space][n_hidden] gradient */
} r2nn_learner;

/* Small random weights from seed. false if memory is short. n_hidden counts for mlp, npml and spml only. */
bool r2nn_learner_init(r2nn_learner *learner, r2nn_head_kind kind, uint32_t n_features, uint32_t n_hidden, uint32_t n_classes,
                       double l2, uint64_t seed);
void r2nn_learner_free(r2nn_learner *learner);

/* Room for tables of n_rows, so that nothing below lacks memory for one. R2NN_NO_MEMORY. */
r2nn_status r2nn_learner_room(r2nn_learner *learner, uint32_t n_rows, r2nn_error *error);

/* Take centre and spread (and a centroid's means) from the table. */
void r2nn_learner_standardise(r2nn_learner *learner, const r2nn_table *table);
void r2nn_learner_means(r2nn_learner *learner, const r2nn_table *table);

/* Mean cross-entropy over the rows (against smoothed labels) plus l2/2 |w|^2 (npml, spml: physical.h's penalty); fills gradient
 * and, unless NULL, dx [n_rows][n_features] with centre and spread held. NaN if memory is short. */
double r2nn_learner_loss(r2nn_learner *learner, const r2nn_table *table, double *dx);
/* dx once more, with centre and spread following the rows (as r2nn_learner_standardise was called on this table). */
void r2nn_learner_follow(const r2nn_learner *learner, const r2nn_table *table, double *dx);

/* Train on a table: standardise, then n_epochs of full-batch Adam. Without rows the learner stays as it is. */
r2nn_status r2nn_learner_fit(r2nn_learner *learner, const r2nn_table *table, uint32_t n_epochs, r2nn_error *error);

/* Share of rows decided right; 0 without rows or room for them. */
double r2nn_learner_accuracy(r2nn_learner *learner, const r2nn_table *table);
/* Mean cross-entropy of the rows, without the weight decay; infinite without rows or room. */
double r2nn_learner_entropy(r2nn_learner *learner, const r2nn_table *table);

/* The head it has become, with the standardisation folded into its weights, or as its input stage (npml, spml). */
r2nn_status r2nn_learner_export(const r2nn_learner *learner, r2nn_head *head, r2nn_error *error);

#endif
