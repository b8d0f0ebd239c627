/* The main thread's side of a live stream: makes it, hands its records to the sinks, changes its model. */
#include "live/live.h"

#include "live/loader.h"
#include "live/sinks.h"
#include "say.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seven seconds of levels and decisions; half a minute's worth when one in eight is a level. */
enum { N_RECORDS = 4096, MIN_CLASSES = 256 };

struct live {
  const live_settings *settings;
  const char *source;
  char *model_name; /* owned: of the newest program */
  live_loader loader;
  live_process *audio; /* owned */
  void *ring_memory, *exchange_memory;
  live_program *newest; /* of the offered or running programs: the last that was offered */
  double origin_s;
  live_view view;
  float *scores; /* [max_classes], the view's */
  live_alert alerts[LIVE_MAX_ALERTS];
  live_sinks_open sinks;
  double beat_s; /* s of stream: the next heartbeat */
  _Atomic uint32_t n_xruns, n_lost_frames;
  live_counters told; /* what of the counters has been said, */
  double told_s;      /* and when, by the clock */
  bool is_stopped;
  int code;
};

static double unix_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

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

/* Hand an event to all sinks. */
static void tell(live *self, live_event_kind kind, double time_s, const live_event *more) {
  live_event event = more ? *more : (live_event){0};
  event.kind = kind;
  event.time_s = time_s;
  event.unix_s = unix_now();
  event.view = &self->view;
  sink_event decision;
  if (event.decision) {
    decision = *event.decision;
    decision.live = &event;
    event.decision = &decision;
  }
  live_sinks_hear(&self->sinks, &event);
}

/* The classes change. */
static void show_program(live *self, const live_program *program) {
  self->view.program = program;
  memset(self->scores, 0, program->model->n_classes * sizeof *self->scores);
  memset(self->view.class_counts, 0, program->model->n_classes * sizeof *self->view.class_counts);
}

/* Alerts for classes that the model does not know will never come. */
static void check_alerts(const live *self, const r2nn_model *model) {
  for (uint32_t i = 0; i < self->settings->n_alerts; i++) {
    uint32_t k = 0;
    while (k < model->n_classes && strcmp(model->classes[k], self->alerts[i].class_name)) k++;
    if (k == model->n_classes && strcmp(self->alerts[i].class_name, "unknown") != 0)
      say_warning("--alert %s: the model has no such class", self->alerts[i].class_name);
  }
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
  r2nn_status status = self->model_name ? live_program_load(settings, self->model_name, rate_hz, &program, error)
                                        : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = make_audio(self, program, error);
  if (status == R2NN_OK) {
    self->newest = program;
    self->view.scores = self->scores;
    self->view.level_db = self->view.opens_db = -200;
    show_program(self, program);
    check_alerts(self, program->model);
    status = live_sinks_begin(&self->sinks, self, settings, error);
  }
  if (status == R2NN_OK)
    tell(self, LIVE_EVENT_MODEL, 0, NULL);
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

/* Offer a program, which is taken, to the audio thread, if it fits the stream. */
static bool offer(live *self, live_program *next, const char *name) {
  const r2nn_model *model = next->model;
  if (model->n_channels == self->newest->run.n_channels && model->n_classes <= self->audio->max_classes) {
    self->newest = next;
    live_program_free(r2nn_exchange_offer(self->audio->player.programs, next));
    return true;
  }
  if (model->n_channels != self->newest->run.n_channels)
    say_error("%s: takes %u channels, this stream has %u; going on with the old model", name, model->n_channels,
              self->newest->run.n_channels);
  else
    say_error("%s: has %u classes, a running stream can change to %u at most; going on with the old model", name, model->n_classes,
              self->audio->max_classes);
  live_program_free(next);
  return false;
}

bool live_load(live *self, const char *name) {
  if (live_loader_begin(&self->loader, name ? name : self->model_name, self->newest->run.rate_hz)) return true;
  say_error("%s: cannot be read now: out of memory", name ? name : self->model_name);
  return false;
}

/* A model that was read since, and the next one that was wished for. */
static void take_loaded(live *self) {
  live_loader *loader = &self->loader;
  live_program *program;
  if (!live_loader_take(loader, &program)) return;
  if (program && program->run.rate_hz != self->newest->run.rate_hz && !loader->next) { /* the rate has changed meanwhile */
    live_program_free(program);
    live_load(self, loader->name);
    return;
  }
  char *name = program ? strdup(loader->name) : NULL;
  if (!program) {
    say_error("%s; going on with the old model", loader->error.text);
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
  if (next) live_load(self, next);
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
  if (!offer(self, next, self->model_name)) return false;
  atomic_store_explicit(&self->audio->is_urgent, true, memory_order_relaxed);
  return true;
}

static double seconds_of(const live *self, uint64_t frames) {
  return self->origin_s + (double)frames / self->view.program->run.rate_hz;
}

static void watch_alerts(live *self, const char *class_name, double start_s, double end_s) {
  for (uint32_t i = 0; i < self->settings->n_alerts; i++) {
    live_alert *alert = &self->alerts[i];
    bool turned = class_name ? live_alert_decide(alert, class_name, start_s, end_s) : live_alert_silence(alert, end_s);
    if (turned) tell(self, LIVE_EVENT_ALERT, end_s, &(live_event){.alert = alert});
  }
}

static void take_decision(live *self, const live_record *record, double time_s) {
  const r2nn_decision *made = &record->decision;
  const r2nn_model *model = self->view.program->model;
  sink_event shown = {.file = self->source,
                      .start_s = seconds_of(self, made->start),
                      .end_s = seconds_of(self, made->end),
                      .class_name = made->class_index < 0 ? "unknown" : model->classes[made->class_index],
                      .score = (double)made->score,
                      .margin = (double)made->margin,
                      .scores = record->scores};
  self->view.counters.n_decisions++;
  if (made->class_index < 0)
    self->view.counters.n_unknown++;
  else
    self->view.class_counts[made->class_index]++;
  tell(self, LIVE_EVENT_DECISION, time_s,
       &(live_event){.decision = &shown, .class_index = made->class_index, .level_db = made->level_db});
  watch_alerts(self, shown.class_name, shown.start_s, shown.end_s);
}

static void take_swap(live *self, const live_record *record) {
  live_program *old = r2nn_exchange_collect(self->audio->player.programs);
  self->origin_s = record->swap.origin_s;
  self->view.counters.n_swaps++;
  show_program(self, record->swap.program);
  self->view.time_s = seconds_of(self, record->time);
  check_alerts(self, record->swap.program->model);
  tell(self, LIVE_EVENT_MODEL, self->view.time_s, NULL);
  live_program_free(old);
}

static void take(live *self, const live_record *record) {
  live_view *view = &self->view;
  if (record->kind == LIVE_SWAP) {
    take_swap(self, record);
    return;
  }
  if (record->kind == LIVE_BREAK) self->origin_s = record->swap.origin_s;
  double time_s = view->time_s = seconds_of(self, record->time);
  if (record->kind == LIVE_BREAK) return;
  if (record->n_classes) memcpy(self->scores, record->scores, record->n_classes * sizeof *self->scores);
  if (record->kind == LIVE_DECISION) {
    take_decision(self, record, time_s);
    return;
  }
  view->level_db = record->gate.level_db;
  view->opens_db = record->gate.opens_db;
  view->is_open = record->kind == LIVE_LEVEL ? record->gate.is_open : record->kind == LIVE_ONSET;
  if (record->kind == LIVE_ONSET) view->counters.n_events++;
  tell(self,
       record->kind == LIVE_ONSET ? LIVE_EVENT_ONSET
       : record->kind == LIVE_END ? LIVE_EVENT_END
                                  : LIVE_EVENT_LEVEL,
       time_s, NULL);
  if (!view->is_open && view->program->run.has_events) watch_alerts(self, NULL, time_s, time_s);
  if (self->settings->heartbeat_s > 0 && time_s >= self->beat_s) {
    self->beat_s = (floor(time_s / self->settings->heartbeat_s) + 1) * self->settings->heartbeat_s;
    tell(self, LIVE_EVENT_HEARTBEAT, time_s, NULL);
  }
}

/* Say what went wrong since, at most once a second. */
static void tell_troubles(live *self) {
  live_counters *now = &self->view.counters, *told = &self->told;
  now->n_xruns = atomic_load_explicit(&self->n_xruns, memory_order_relaxed);
  now->n_lost_frames = atomic_load_explicit(&self->n_lost_frames, memory_order_relaxed);
  now->n_lost_records = r2nn_ring_lost(self->audio->ring);
  double clock_s = unix_now();
  if (fabs(clock_s - self->told_s) < 1 && !self->is_stopped) return;
  uint32_t faults = atomic_exchange_explicit(&self->audio->faults, 0, memory_order_relaxed);
  if (now->n_xruns > told->n_xruns || now->n_lost_frames > told->n_lost_frames)
    say_warning("%s: xrun: %llu so far, %llu frames of the signal lost", self->source, (unsigned long long)now->n_xruns,
                (unsigned long long)now->n_lost_frames);
  if (now->n_lost_records > told->n_lost_records)
    say_warning("%s: too much at once: %llu decisions and other news lost so far", self->source,
                (unsigned long long)now->n_lost_records);
  if (faults & R2NN_FAULT_INPUT) say_warning("%s: the signal holds values that are no numbers or beyond 1e6 V", self->source);
  if (faults & R2NN_FAULT_OVERFLOW) say_warning("%s: decisions were lost in the engine", self->source);
  self->told = *now;
  self->told_s = clock_s;
}

void live_pump(live *self) {
  r2nn_error error = {""};
  for (const live_record *record; (record = r2nn_ring_peek(self->audio->ring));) {
    take(self, record);
    r2nn_ring_release(self->audio->ring);
  }
  take_loaded(self);
  tell_troubles(self);
  if (!live_sinks_tick(&self->sinks, &self->view, &error)) {
    if (!self->is_stopped) say_error("%s", error.text);
    live_stop(self, EXIT_FAILED);
  }
}

uint32_t live_watch(const live *self, struct pollfd *fds) {
  return live_sinks_watch(&self->sinks, fds);
}
