/* The main thread's side of a live stream: makes it, ends it. */
#include "live/lock.h"
#include "live/stream.h"
#include "say.h"

#include <stdlib.h>
#include <string.h>

/* Seven seconds of levels and decisions; half a minute's worth when one in eight is a level. */
enum { N_RECORDS = 4096, MIN_CLASSES = 256 };

static r2nn_status make_audio(live *self, live_program *program, r2nn_error *error) {
  uint32_t n_classes = program->model->n_classes;
  uint32_t most = n_classes > MIN_CLASSES ? n_classes : MIN_CLASSES;
  size_t slot = sizeof(live_record) + most * sizeof(float);
  self->audio = calloc(1, sizeof *self->audio);
  self->ring_memory = malloc(r2nn_ring_size(N_RECORDS, slot));
  self->exchange_memory = calloc(1, r2nn_exchange_size());
  self->scores = calloc(most, sizeof *self->scores);
  self->view.class_counts = calloc(most, sizeof *self->view.class_counts);
  if (!self->audio || !self->ring_memory || !self->exchange_memory || !self->scores || !self->view.class_counts) {
    live_program_free(program);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  memset(self->ring_memory, 0xff, r2nn_ring_size(N_RECORDS, slot)); /* so that the audio thread meets no page for the first time */
  live_process_begin(self->audio, program, r2nn_exchange_init(self->exchange_memory));
  self->audio->ring = r2nn_ring_init(self->ring_memory, N_RECORDS, slot);
  self->audio->max_classes = most;
  return R2NN_OK;
}

r2nn_status live_new(const live_settings *settings, const char *source, double rate_hz, live **made, r2nn_error *error) {
  live *self = *made = calloc(1, sizeof *self);
  live_program *program = NULL;
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self->settings = self->loader.settings = settings;
  self->source = self->view.source = source;
  memcpy(self->alerts, settings->alerts, sizeof self->alerts);
  self->model_name = strdup(settings->common.model);
  self->beat_s = settings->heartbeat_s;
  r2nn_status status = self->model_name ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK && settings->lock_memory) status = live_lock_memory(error);
  if (status == R2NN_OK) status = live_program_load(settings, self->model_name, rate_hz, &program, error);
  if (status == R2NN_OK) status = make_audio(self, program, error);
  if (status == R2NN_OK) {
    self->newest = program;
    self->view.scores = self->scores;
    self->view.level_db = self->view.opens_db = -200;
    live_show_program(self, program);
    status = live_sinks_begin(&self->sinks, self, settings, error);
  }
  if (status == R2NN_OK)
    live_tell(self, LIVE_EVENT_MODEL, 0, NULL);
  else {
    live_free(self);
    *made = NULL;
  }
  return status;
}

/* Those that run, wait or come back; a pointer to their first part is one to the whole. */
static void free_programs(r2nn_player *player) {
  if (!player->programs) return;
  void *programs[] = {r2nn_exchange_offer(player->programs, NULL), r2nn_exchange_collect(player->programs), player->next,
                      player->program};
  for (uint32_t i = 0; i < sizeof programs / sizeof *programs; i++) live_program_free(programs[i]);
}

void live_free(live *self) {
  if (!self) return;
  live_sinks_end(&self->sinks);
  live_loader_end(&self->loader);
  if (self->audio) free_programs(&self->audio->player);
  free(self->audio);
  free(self->ring_memory);
  free(self->exchange_memory);
  free(self->scores);
  free(self->view.class_counts);
  free(self->model_name);
  free(self);
}

const live_view *live_look(const live *self) {
  return &self->view;
}

live_process *live_audio(live *self) {
  return self->audio;
}

bool live_may_overwrite(const live *self) {
  return self->settings->common.force;
}

void live_note_xrun(live *self) {
  atomic_fetch_add_explicit(&self->n_xruns, 1, memory_order_relaxed);
}

void live_note_lost(live *self, uint32_t n_frames) {
  atomic_fetch_add_explicit(&self->n_lost_frames, n_frames, memory_order_relaxed);
}

void live_stop(live *self, int code) {
  if (!self->is_stopped) self->code = code;
  self->is_stopped = true;
}

bool live_is_stopped(const live *self) {
  return self->is_stopped;
}

int live_end(live *self) {
  r2nn_error error = {""};
  live_process_finish(self->audio);
  live_pump(self);
  if (live_sinks_close(&self->sinks, &error) != R2NN_OK) {
    say_error("%s", error.text);
    return EXIT_FAILED;
  }
  return self->code;
}

void live_pump(live *self) {
  r2nn_error error = {""};
  for (const live_record *record; (record = r2nn_ring_peek(self->audio->ring));) {
    live_take(self, record);
    r2nn_ring_release(self->audio->ring);
  }
  live_take_loaded(self);
  live_tell_troubles(self);
  if (!live_sinks_tick(&self->sinks, &self->view, &error)) {
    if (!self->is_stopped) say_error("%s", error.text);
    live_stop(self, EXIT_FAILED);
  }
}

uint32_t live_watch(const live *self, struct pollfd *fds) {
  return live_sinks_watch(&self->sinks, fds);
}
