/* The model of a live stream: read, offered to the audio thread, refused. */
#include "live/stream.h"
#include "say.h"

#include <stdlib.h>
#include <string.h>

/* Alerts for classes that the model does not know will never come. */
static void check_alerts(const live *self, const r2nn_model *model) {
  for (uint32_t i = 0; i < self->settings->n_alerts; i++) {
    uint32_t k = 0;
    while (k < model->n_classes && strcmp(model->classes[k], self->alerts[i].class_name)) k++;
    if (k == model->n_classes && strcmp(self->alerts[i].class_name, "unknown") != 0)
      say_warning("--alert %s: the model has no such class", self->alerts[i].class_name);
  }
}

void live_show_program(live *self, const live_program *program) {
  self->view.program = program;
  memset(self->scores, 0, program->model->n_classes * sizeof *self->scores);
  memset(self->view.class_counts, 0, program->model->n_classes * sizeof *self->view.class_counts);
  check_alerts(self, program->model);
}

void live_take_swap(live *self, const live_record *record) {
  live_program *old = r2nn_exchange_collect(self->audio->player.programs);
  self->origin_s = record->swap.origin_s;
  self->view.counters.n_swaps++;
  live_show_program(self, record->swap.program);
  self->view.time_s = self->origin_s + (double)record->time / record->swap.program->run.rate_hz;
  live_tell(self, LIVE_EVENT_MODEL, self->view.time_s, &(live_event){.wish = record->swap.program->wish});
  live_program_free(old);
}

/* The old model stays; say why. */
static void refuse(live *self, uint64_t wish, const char *reason) {
  say_error("%s; going on with the old model", reason);
  live_tell(self, LIVE_EVENT_REFUSED, self->view.time_s,
            &(live_event){.wish = wish, .offered = self->newest->wish, .refusal = reason});
}

/* Offer a program, which is taken, to the audio thread, if it fits the stream. */
static bool offer(live *self, live_program *next, const char *name) {
  r2nn_error error;
  const r2nn_model *model = next->model;
  if (next->run.n_channels == self->newest->run.n_channels && model->n_classes <= self->audio->max_classes) {
    self->newest = next;
    live_program_free(r2nn_exchange_offer(self->audio->player.programs, next));
    return true;
  }
  if (next->run.n_channels != self->newest->run.n_channels)
    r2nn_fail(&error, R2NN_BAD_ARGUMENT, "%s: takes %u channels, this stream has %u", name, next->run.n_channels,
              self->newest->run.n_channels);
  else
    r2nn_fail(&error, R2NN_BAD_ARGUMENT, "%s: has %u classes, a running stream can change to %u at most", name, model->n_classes,
              self->audio->max_classes);
  refuse(self, next->wish, error.text);
  live_program_free(next);
  return false;
}

static bool load(live *self, const char *name, uint64_t wish) {
  if (live_loader_begin(&self->loader, name, self->newest->run.rate_hz, wish)) return true;
  say_error("%s: cannot be read now: out of memory", name);
  return false;
}

uint64_t live_load(live *self, const char *name) {
  return load(self, name ? name : self->model_name, self->n_wishes + 1) ? ++self->n_wishes : 0;
}

void live_take_loaded(live *self) {
  live_loader *loader = &self->loader;
  live_program *program;
  if (!live_loader_take(loader, &program)) return;
  if (program && program->run.rate_hz != self->newest->run.rate_hz && !loader->next) { /* the rate has changed meanwhile */
    live_program_free(program);
    load(self, loader->name, loader->wish);
    return;
  }
  char *name = program ? strdup(loader->name) : NULL;
  if (!program) {
    refuse(self, loader->wish, loader->error.text);
  } else if (program->run.rate_hz != self->newest->run.rate_hz) {
    live_program_free(program);
  } else if (offer(self, program, loader->name) && name) {
    say_note("%s: was read", name);
    free(self->model_name);
    self->model_name = name;
    name = NULL;
  }
  free(name);
  char *next = loader->next;
  loader->next = NULL;
  if (next) load(self, next, loader->next_wish);
  free(next);
}

bool live_set_rate(live *self, double rate_hz) {
  live_program *next;
  r2nn_error error = {""};
  if (self->newest->run.rate_hz == rate_hz) return true;
  if (live_program_load(self->settings, self->model_name, rate_hz, &next, &error) != R2NN_OK) {
    say_error("%s", error.text);
    return false;
  }
  next->wish = self->newest->wish;
  if (!offer(self, next, self->model_name)) return false;
  atomic_store_explicit(&self->audio->is_urgent, true, memory_order_relaxed);
  return true;
}
