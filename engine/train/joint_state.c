/* Checkpoints of joint training: all that a run has reached, on a tape. */
#include "train/joint_session.h"

/* All that a fit has reached, written to or read from the tape. A fit that is done needs its optimisers no more. */
static void pass_state(r2nn_session *s, r2nn_tape *tape) {
  r2nn_learner *learner = &s->fitted->learner;
  uint32_t has_running = s->has_running;
  r2nn_tape_whole(tape, &s->epoch);
  r2nn_tape_whole(tape, &s->is_done);
  for (uint32_t k = 0; k < s->recipe->n_stages; k++) r2nn_tape_values(tape, s->params[k].theta, s->params[k].n);
  r2nn_tape_values(tape, learner->theta, learner->n_theta);
  r2nn_tape_values(tape, learner->center, s->n_features);
  r2nn_tape_values(tape, learner->spread, s->n_features);
  r2nn_tape_values(tape, learner->means, (size_t)learner->n_classes * s->n_features);
  r2nn_tape_values(tape, s->center, s->n_features);
  r2nn_tape_values(tape, s->spread, s->n_features);
  r2nn_tape_whole(tape, &has_running);
  r2nn_tape_values(tape, &s->fitted->floor, 1);
  r2nn_tape_values(tape, &s->best.accuracy, 1);
  r2nn_tape_values(tape, &s->best.entropy, 1);
  r2nn_tape_values(tape, &s->best.typical, 1);
  r2nn_tape_whole(tape, &s->best.n_epochs);
  r2nn_tape_values(tape, s->best.theta, r2nn_session_n_kept(s));
  s->has_running = has_running;
  for (uint32_t k = 0; k <= s->recipe->n_stages && !s->is_done; k++) {
    r2nn_adam *adam = k < s->recipe->n_stages ? &s->adam[k] : &s->head_adam;
    r2nn_tape_whole(tape, &adam->step);
    r2nn_tape_values(tape, adam->mean, adam->n);
    r2nn_tape_values(tape, adam->square, adam->n);
  }
}

void r2nn_session_keep_state(r2nn_session *s) {
  r2nn_tape tape = {0};
  if (!s->trainer->checkpoint) return;
  pass_state(s, &tape);
  tape.values = r2nn_checkpoint_keep(s->trainer->checkpoint, s->fit, tape.at);
  tape.at = 0;
  if (tape.values) pass_state(s, &tape);
  r2nn_checkpoint_offer(s->trainer->checkpoint, false);
}

r2nn_status r2nn_session_find_state(r2nn_session *s, r2nn_error *error) {
  r2nn_tape tape = {.back = true};
  double *values;
  size_t n;
  s->fit = r2nn_checkpoint_begin(s->trainer->checkpoint, &values, &n);
  if (!values) return R2NN_OK;
  s->is_done = n > 1 && values[1] != 0;
  pass_state(s, &tape);
  if (tape.at != n || !(values[0] <= s->recipe->n_epochs))
    return r2nn_fail(error, R2NN_BAD_DATA, "the checkpoint does not fit this training: remove it and train from the start");
  tape = (r2nn_tape){.values = values, .back = true};
  pass_state(s, &tape);
  for (uint32_t k = 0; k < s->recipe->n_stages; k++) r2nn_params_apply(&s->params[k], &s->fitted->stages[k]);
  r2nn_session_load(s, 0, NULL);
  /* The order of the clips comes from all epochs so far. */
  for (uint32_t n_epochs = s->epoch, e = s->epoch = 0; e < n_epochs; s->epoch = ++e) r2nn_session_shuffle(s);
  return R2NN_OK;
}
