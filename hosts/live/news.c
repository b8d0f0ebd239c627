/* Tells the sinks what the audio thread says: decisions, events, levels, alerts, and what went wrong. */
#include "live/stream.h"
#include "say.h"

#include <math.h>
#include <string.h>
#include <time.h>

static double unix_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void live_tell(live *self, live_event_kind kind, double time_s, const live_event *more) {
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

static double seconds_of(const live *self, uint64_t frames) {
  return self->origin_s + (double)frames / self->view.program->run.rate_hz;
}

static void watch_alerts(live *self, const char *class_name, double start_s, double end_s) {
  for (uint32_t i = 0; i < self->settings->n_alerts; i++) {
    live_alert *alert = &self->alerts[i];
    bool turned = class_name ? live_alert_decide(alert, class_name, start_s, end_s) : live_alert_silence(alert, end_s);
    if (turned) live_tell(self, LIVE_EVENT_ALERT, end_s, &(live_event){.alert = alert});
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
  live_tell(self, LIVE_EVENT_DECISION, time_s,
            &(live_event){.decision = &shown, .class_index = made->class_index, .level_db = made->level_db});
  watch_alerts(self, shown.class_name, shown.start_s, shown.end_s);
}

void live_take(live *self, const live_record *record) {
  live_view *view = &self->view;
  if (record->kind == LIVE_SWAP) {
    live_take_swap(self, record);
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
  live_tell(self,
            record->kind == LIVE_ONSET ? LIVE_EVENT_ONSET
            : record->kind == LIVE_END ? LIVE_EVENT_END
                                       : LIVE_EVENT_LEVEL,
            time_s, NULL);
  if (!view->is_open && view->program->run.has_events) watch_alerts(self, NULL, time_s, time_s);
  if (self->settings->heartbeat_s > 0 && time_s >= self->beat_s) {
    self->beat_s = (floor(time_s / self->settings->heartbeat_s) + 1) * self->settings->heartbeat_s;
    live_tell(self, LIVE_EVENT_HEARTBEAT, time_s, NULL);
  }
}

void live_tell_troubles(live *self) {
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
