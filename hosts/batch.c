/* Many files at once, told in their order. */
#include "batch.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_AHEAD = 4 }; /* files begun, a thread, before the first that is not done */

/* A decision that waits for its turn, with its scores. */
typedef struct kept {
  r2nn_decision decision;
  double rate_hz;
} kept;

typedef struct file_state {
  kept *decisions; /* [n_kept] */
  float *scores;   /* [n_kept][n_classes] */
  uint32_t n_kept, n_room;
  bool is_done;
  r2nn_status status;
  stream_result result;
  r2nn_error error;
} file_state;

typedef struct batch {
  const batch_def *def;
  stream *streams;   /* [n_streams] */
  file_state *files; /* [n_files] */
  pthread_mutex_t lock;
  pthread_cond_t turned;
  /* Under the lock: */
  uint32_t *free_streams; /* [n_free] */
  uint32_t n_free, n_streams;
  uint32_t turn; /* the first file that is not told whole */
  bool out_of_memory;
} batch;

typedef struct running {
  batch *batch;
  uint32_t index;
} running;

static void tell_kept(batch *self, uint32_t index) {
  file_state *file = &self->files[index];
  uint32_t n_classes = self->streams->model->n_classes;
  for (uint32_t i = 0; i < file->n_kept; i++) {
    file->decisions[i].decision.scores = file->scores + (size_t)i * n_classes;
    self->def->on_decision(self->def->context, index, file->decisions[i].rate_hz, &file->decisions[i].decision);
  }
  free(file->decisions);
  free(file->scores);
  file->decisions = NULL;
  file->scores = NULL;
  file->n_kept = file->n_room = 0;
}

static bool keep(batch *self, uint32_t index, double rate_hz, const r2nn_decision *decision) {
  file_state *file = &self->files[index];
  size_t n_classes = self->streams->model->n_classes;
  if (file->n_kept == file->n_room) {
    uint32_t n_room = file->n_room ? 2 * file->n_room : 4;
    kept *decisions = realloc(file->decisions, n_room * sizeof *decisions);
    if (decisions) file->decisions = decisions;
    float *scores = realloc(file->scores, n_room * n_classes * sizeof *scores);
    if (scores) file->scores = scores;
    if (!decisions || !scores) return false;
    file->n_room = n_room;
  }
  file->decisions[file->n_kept] = (kept){*decision, rate_hz};
  file->decisions[file->n_kept].decision.features = NULL;
  file->decisions[file->n_kept].decision.energies = NULL;
  memcpy(file->scores + file->n_kept++ * n_classes, decision->scores, n_classes * sizeof *file->scores);
  return true;
}

static void on_decision(void *context, double rate_hz, const r2nn_decision *decision) {
  const running *from = context;
  batch *self = from->batch;
  pthread_mutex_lock(&self->lock);
  if (from->index == self->turn) {
    tell_kept(self, from->index);
    r2nn_decision told = *decision;
    told.features = NULL;
    told.energies = NULL;
    self->def->on_decision(self->def->context, from->index, rate_hz, &told);
  } else if (!keep(self, from->index, rate_hz, decision))
    self->out_of_memory = true;
  pthread_mutex_unlock(&self->lock);
}

static void on_progress(void *context, double share) {
  const running *from = context;
  batch *self = from->batch;
  pthread_mutex_lock(&self->lock);
  if (from->index == self->turn) self->def->on_progress(self->def->context, from->index, share);
  pthread_mutex_unlock(&self->lock);
}

/* Called with the lock held. */
static bool is_over(const batch *self) {
  return self->out_of_memory || self->def->is_over(self->def->context);
}

/* The file is done: tell it and those after it that are, as far as all before them have been. Called with the lock held. */
static void end_file(batch *self, uint32_t index) {
  self->files[index].is_done = true;
  while (self->turn < self->def->n_files && self->files[self->turn].is_done) {
    file_state *file = &self->files[self->turn];
    if (!is_over(self)) {
      tell_kept(self, self->turn);
      self->def->on_end(self->def->context, self->turn, file->status, &file->result, &file->error);
    }
    self->turn++;
  }
  pthread_cond_broadcast(&self->turned);
}

static void run_file(void *argument, uint32_t index) {
  batch *self = argument;
  running from = {self, index};
  file_state *file = &self->files[index];
  pthread_mutex_lock(&self->lock);
  /* Tasks are begun in their order, so that the file whose turn it is runs. */
  while (index - self->turn >= MOST_AHEAD * self->n_streams && !is_over(self)) pthread_cond_wait(&self->turned, &self->lock);
  if (!is_over(self)) {
    uint32_t with = self->free_streams[--self->n_free];
    pthread_mutex_unlock(&self->lock);
    file->status =
        stream_file(&self->streams[with], self->def->files[index], on_decision, on_progress, &from, &file->result, &file->error);
    pthread_mutex_lock(&self->lock);
    self->free_streams[self->n_free++] = with;
  }
  end_file(self, index);
  pthread_mutex_unlock(&self->lock);
}

r2nn_status batch_run(const batch_def *def, stream *streams, uint32_t n_streams, const r2nn_workers *workers, r2nn_error *error) {
  batch self = {.def = def,
                .streams = streams,
                .files = calloc(def->n_files, sizeof *self.files),
                .free_streams = calloc(n_streams, sizeof *self.free_streams),
                .n_free = n_streams,
                .n_streams = n_streams};
  if (self.files && self.free_streams) {
    for (uint32_t i = 0; i < n_streams; i++) self.free_streams[i] = i;
    pthread_mutex_init(&self.lock, NULL);
    pthread_cond_init(&self.turned, NULL);
    r2nn_workers_run(workers, def->n_files, run_file, &self);
    pthread_cond_destroy(&self.turned);
    pthread_mutex_destroy(&self.lock);
    for (uint32_t i = 0; i < def->n_files; i++) {
      free(self.files[i].decisions);
      free(self.files[i].scores);
    }
  } else
    self.out_of_memory = true;
  free(self.files);
  free(self.free_streams);
  return self.out_of_memory ? r2nn_fail(error, R2NN_NO_MEMORY, "out of memory") : R2NN_OK;
}
