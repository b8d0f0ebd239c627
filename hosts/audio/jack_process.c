/* What the JACK client does in the audio thread. */
#include "audio/jack_client.h"

#include <jack/midiport.h>
#include <string.h>
#include <time.h>

void jack_host_hear(void *context, const live_record *record) {
  jack_host *self = context;
  const r2nn_decision *made = &record->decision;
  bool has_events = self->audio->player.program->has_events;
  if (record->kind == LIVE_DECISION)
    r2nn_notes_decide(&self->notes, record->time, made->class_index, made->level_db, made->score, has_events);
  if (record->kind == LIVE_END && has_events) r2nn_notes_silence(&self->notes, record->time);
}

/* Frames that the server skipped since the last cycle. */
static void note_gap(jack_host *self, jack_nframes_t n_frames) {
  jack_nframes_t now = jack_last_frame_time(self->client), lost = now - self->next_frame;
  if (self->is_running && lost > 0 && lost < 1u << 30) live_note_lost(self->live, lost);
  self->is_running = true;
  self->next_frame = now + n_frames;
}

/* Freewheeling, nobody waits for this cycle, so it may wait for the main thread: no decision is lost. */
static void wait_for_room(const jack_host *self) {
  static const struct timespec pause = {0, 500000};
  for (int i = 0; i < 4000 && !live_process_has_room(self->audio); i++) nanosleep(&pause, NULL);
}

static void play_notes(jack_host *self, uint64_t begin, jack_nframes_t n_frames) {
  void *buffer = jack_port_get_buffer(self->events, n_frames);
  r2nn_note note;
  jack_midi_clear_buffer(buffer);
  bool is_ending = atomic_load_explicit(&self->is_ending, memory_order_relaxed);
  if (is_ending) r2nn_notes_silence(&self->notes, begin);
  while (r2nn_notes_take(&self->notes, begin + n_frames, &note)) {
    jack_nframes_t offset = note.time > begin ? (jack_nframes_t)(note.time - begin) : 0;
    if (jack_midi_event_write(buffer, offset, note.bytes, sizeof note.bytes) != 0) self->notes.n_dropped++;
  }
  if (is_ending && !self->notes.n_waiting) atomic_store_explicit(&self->is_silent, true, memory_order_relaxed);
}

int jack_host_process(jack_nframes_t n_frames, void *context) {
  jack_host *self = context;
  bool is_freewheeling = atomic_load_explicit(&self->is_freewheeling, memory_order_relaxed);
  for (uint32_t c = 0; c < self->n_channels; c++) {
    self->samples[c] = jack_port_get_buffer(self->in[c], n_frames);
    memcpy(jack_port_get_buffer(self->out[c], n_frames), self->samples[c], n_frames * sizeof(float));
  }
  if (is_freewheeling) {
    self->is_running = false;
    wait_for_room(self);
  } else
    note_gap(self, n_frames);
  uint64_t begin = self->audio->player.time;
  live_process_planar(self->audio, self->samples, n_frames);
  if (self->audio->player.program->rate_hz != self->notes_rate_hz) { /* the count of frames began anew */
    self->notes_rate_hz = self->audio->player.program->rate_hz;
    self->notes.settings = r2nn_notes_usual(self->notes_rate_hz);
    r2nn_notes_begin(&self->notes);
    begin = self->audio->player.time;
  }
  play_notes(self, begin, n_frames);
  return 0;
}
