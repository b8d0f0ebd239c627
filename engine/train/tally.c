/* Counting decisions: windows vote for a clip, clips fill a confusion table. */
#include "r2nn/train.h"

#include <stdlib.h>
#include <string.h>

r2nn_status r2nn_tally_init(r2nn_tally *tally, uint32_t n_classes, r2nn_error *error) {
  *tally = (r2nn_tally){.n_classes = n_classes};
  tally->confusion = calloc((size_t)n_classes * (n_classes + 1), sizeof *tally->confusion);
  return tally->confusion ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a table of %u classes", n_classes);
}

void r2nn_tally_free(r2nn_tally *tally) {
  free(tally->confusion);
  *tally = (r2nn_tally){0};
}

void r2nn_tally_clip(r2nn_tally *tally, uint32_t label, int32_t decided, uint64_t n_windows, uint64_t n_windows_right) {
  uint32_t column = decided < 0 ? tally->n_classes : (uint32_t)decided;
  tally->confusion[(size_t)label * (tally->n_classes + 1) + column]++;
  tally->n_clips++;
  tally->n_clips_right += column == label;
  tally->n_windows += n_windows;
  tally->n_windows_right += n_windows_right;
}

void r2nn_tally_add(r2nn_tally *to, const r2nn_tally *from) {
  to->n_clips += from->n_clips;
  to->n_clips_right += from->n_clips_right;
  to->n_windows += from->n_windows;
  to->n_windows_right += from->n_windows_right;
  for (size_t i = 0; i < (size_t)to->n_classes * (to->n_classes + 1); i++) to->confusion[i] += from->confusion[i];
}

double r2nn_tally_accuracy(const r2nn_tally *tally) {
  return tally->n_clips ? (double)tally->n_clips_right / (double)tally->n_clips : 0;
}

double r2nn_tally_window_accuracy(const r2nn_tally *tally) {
  return tally->n_windows ? (double)tally->n_windows_right / (double)tally->n_windows : 0;
}

void r2nn_vote_begin(r2nn_vote *vote, uint32_t n_classes) {
  vote->n_classes = n_classes;
  vote->n_windows = vote->n_windows_right = 0;
  vote->n_unknown = 0;
  memset(vote->scores, 0, n_classes * sizeof *vote->scores);
}

void r2nn_vote_add(r2nn_vote *vote, const r2nn_decision *decision, int32_t label) {
  vote->n_windows++;
  if (decision->class_index < 0) {
    vote->n_unknown++;
    return;
  }
  vote->n_windows_right += decision->class_index == label;
  for (uint32_t k = 0; k < vote->n_classes; k++) vote->scores[k] += (double)decision->scores[k];
}

int32_t r2nn_vote_winner(const r2nn_vote *vote) {
  if (vote->n_unknown == vote->n_windows) return -1;
  uint32_t best = 0;
  for (uint32_t k = 1; k < vote->n_classes; k++)
    if (vote->scores[k] > vote->scores[best]) best = k;
  return (int32_t)best;
}
