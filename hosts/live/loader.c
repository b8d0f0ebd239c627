/* Makes the program that a live stream goes on with. */
#include "live/loader.h"

#include "model_file.h"
#include "say.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

bool live_model_channels(const char *name, uint32_t *n_channels) {
  r2nn_model *model;
  r2nn_error error = {""};
  if (model_file_read(name, &model, &error) != R2NN_OK) {
    say_error("%s", error.text);
    return false;
  }
  *n_channels = model->n_channels;
  r2nn_model_free(model);
  return true;
}

r2nn_status live_program_load(const live_settings *settings, const char *name, double rate_hz, live_program **program,
                              r2nn_error *error) {
  r2nn_model *model;
  r2nn_status status = model_file_read(name, &model, error);
  if (status != R2NN_OK) return status;
  if (!deciding_fits(&settings->when, &settings->common, model, error)) {
    r2nn_model_free(model);
    return R2NN_BAD_ARGUMENT;
  }
  r2nn_readout readout = deciding_readout(&settings->when, &settings->common, model);
  if (settings->when.margin >= 0) model->margin_threshold = settings->when.margin;
  r2nn_error reason = {""};
  status = live_program_new(model, &readout, rate_hz, settings->has_board, program, &reason);
  return status == R2NN_OK ? status : r2nn_fail(error, status, "%s: at %g Hz: %s", name, rate_hz, reason.text);
}

static void *load(void *argument) {
  live_loader *self = argument;
  if (live_program_load(self->settings, self->name, self->rate_hz, &self->program, &self->error) != R2NN_OK) self->program = NULL;
  atomic_store(&self->is_done, true);
  return NULL;
}

bool live_loader_begin(live_loader *self, const char *name, double rate_hz, uint64_t wish) {
  char *copy = strdup(name);
  sigset_t all, before;
  if (!copy) return false;
  if (self->is_busy) {
    free(self->next);
    self->next = copy;
    self->next_wish = wish;
    return true;
  }
  free(self->name);
  self->name = copy;
  self->wish = wish;
  self->rate_hz = rate_hz;
  self->program = NULL;
  self->error.text[0] = '\0';
  atomic_store(&self->is_done, false);
  sigfillset(&all); /* signals are for the main thread */
  pthread_sigmask(SIG_BLOCK, &all, &before);
  self->is_busy = pthread_create(&self->thread, NULL, load, self) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return self->is_busy;
}

bool live_loader_take(live_loader *self, live_program **program) {
  if (!self->is_busy || !atomic_load(&self->is_done)) return false;
  pthread_join(self->thread, NULL);
  self->is_busy = false;
  *program = self->program;
  if (self->program) self->program->wish = self->wish;
  self->program = NULL;
  return true;
}

void live_loader_end(live_loader *self) {
  if (self->is_busy) pthread_join(self->thread, NULL);
  live_program_free(self->program);
  free(self->name);
  free(self->next);
  *self = (live_loader){.settings = self->settings};
}
