/* What a network adds over a readout that has none: the same heads behind no network, an untrained one, and the model's own. */
#include "train/contribution.h"

#include "train/play.h"

enum { N_HIDDEN = 24 }; /* where the recipe's head has none: as choose.c has it where nothing is compared */

const r2nn_head_kind r2nn_contribution_heads[R2NN_CONTRIBUTION_HEADS] = {R2NN_HEAD_CENTROID, R2NN_HEAD_PERCEPTRON, R2NN_HEAD_NPML,
                                                                         R2NN_HEAD_MLP};

typedef struct finder {
  const r2nn_dataset *dataset;
  const r2nn_recipe *recipe;
  const r2nn_choice *train, *test;
  r2nn_trainer *trainer;
} finder;

/* Every head on the features of one network. */
static r2nn_status judge(const finder *f, const r2nn_table *x, const r2nn_table *y, double *accuracy, r2nn_error *error) {
  for (uint32_t k = 0; k < R2NN_CONTRIBUTION_HEADS; k++) {
    r2nn_learner learner;
    uint32_t n_hidden = f->recipe->n_hidden ? f->recipe->n_hidden : N_HIDDEN;
    if (!r2nn_learner_init(&learner, r2nn_contribution_heads[k], x->n_features, n_hidden, f->dataset->n_classes, f->recipe->head_l2,
                           f->recipe->seed))
      return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a head");
    learner.jitter = f->recipe->head_jitter;
    r2nn_status status = r2nn_learner_fit(&learner, x, R2NN_REFIT_EPOCHS, error);
    if (status == R2NN_OK) status = r2nn_learner_room(&learner, y->n_rows, error);
    accuracy[k] = status == R2NN_OK ? r2nn_learner_accuracy(&learner, y) : 0;
    r2nn_learner_free(&learner);
    if (status != R2NN_OK) return status;
  }
  return R2NN_OK;
}

/* Features of both parts behind a model. */
static r2nn_status model_tables(const finder *f, const r2nn_model *model, r2nn_table *x, r2nn_table *y, r2nn_error *error) {
  const r2nn_workers *workers = f->trainer->workers;
  r2nn_engine_def learn = r2nn_play_def(model, f->recipe->window_s, f->recipe->train_hop_s);
  r2nn_engine_def judged = r2nn_play_def(model, f->recipe->window_s, f->recipe->hop_s);
  r2nn_status status = r2nn_play_table(model, &learn, f->train, workers, x, error);
  return status == R2NN_OK ? r2nn_play_table(model, &judged, f->test, workers, y, error) : status;
}

static r2nn_status tables(const finder *f, r2nn_contributor network, const r2nn_model *model, r2nn_table *x, r2nn_table *y,
                          r2nn_error *error) {
  if (network == R2NN_TRAINED) return model_tables(f, model, x, y, error);
  if (network == R2NN_UNTRAINED) {
    r2nn_recipe recipe = r2nn_build_untrained(f->recipe);
    r2nn_model *random = NULL;
    r2nn_status status = r2nn_build(f->dataset, &recipe, f->train, f->trainer, &random, error);
    if (status == R2NN_OK) status = model_tables(f, random, x, y, error);
    r2nn_model_free(random);
    return status;
  }
  double floor = 0;
  uint32_t n = r2nn_model_n_features(model);
  const r2nn_workers *workers = f->trainer->workers;
  r2nn_status status = r2nn_build_bands(f->dataset, f->recipe, n, f->train, f->recipe->train_hop_s, workers, &floor, x, error);
  if (status != R2NN_OK) return status;
  return r2nn_build_bands(f->dataset, f->recipe, n, f->test, f->recipe->hop_s, workers, &floor, y, error);
}

r2nn_status r2nn_contribution_find(const r2nn_dataset *dataset, const r2nn_model *model, const r2nn_recipe *recipe,
                                   const r2nn_choice *train, const r2nn_choice *test, r2nn_trainer *trainer,
                                   r2nn_contribution *contribution, r2nn_error *error) {
  finder f = {dataset, recipe, train, test, trainer};
  r2nn_status status = R2NN_OK;
  for (int network = 0; network < R2NN_N_CONTRIBUTORS && status == R2NN_OK; network++) {
    r2nn_table x = {0}, y = {0};
    status = tables(&f, (r2nn_contributor)network, model, &x, &y, error);
    contribution->n_features[network] = x.n_features;
    contribution->n_test_rows = y.n_rows;
    if (status == R2NN_OK) status = judge(&f, &x, &y, contribution->accuracy[network], error);
    r2nn_table_free(&x);
    r2nn_table_free(&y);
  }
  return status;
}
