/* The sound of a track goes through a player, and a node's voltage may come out instead. */
#include "r2nn/track.h"

#include <math.h>
#include <string.h>

static const float glide_s = 0.01f; /* time constant of what is turned while it plays */
static const float fall_s = 0.4f;   /* an envelope falls by 60 dB */
static const float close = 1e-5f;   /* so near a gliding value is there */
static const float silent = 1e-15f; /* V: an envelope below is 0 */

/* Words of the player become notes. */
static void hear(void *context, const r2nn_news *news) {
  r2nn_track *track = context;
  const r2nn_decision *made = news->decision;
  bool has_events = track->player.program->has_events;
  uint64_t time = news->time + track->shift;
  if (made) r2nn_notes_decide(&track->notes, time, made->class_index, made->level_db, made->score, has_events);
  if ((news->kind == R2NN_NEWS_END && has_events) || news->kind == R2NN_NEWS_SWAP) r2nn_notes_silence(&track->notes, time);
  if (track->hear) track->hear(track->context, news);
}

/* One step of a gliding value. */
static inline float glide(float from, float to, float share) {
  float next = from + share * (to - from);
  return fabsf(to - next) <= close * fabsf(to) + close * close ? to : next;
}

/* What the network hears of n frames. */
static void fill_block(r2nn_track *track, const float *const *in, uint32_t n_in, uint32_t at, uint32_t n, float drive,
                       float share) {
  uint32_t m = track->player.program->n_channels;
  float *block = track->player.program->block, scale = 1 / (float)n_in;
  for (uint32_t t = 0; t < n; t++) {
    if (track->drive != drive) track->drive = glide(track->drive, drive, share);
    if (m == 1) {
      float sum = 0;
      for (uint32_t c = 0; c < n_in; c++) sum += in[c][at + t];
      block[t] = sum * scale * track->drive;
    } else {
      for (uint32_t c = 0; c < m; c++) block[(size_t)t * m + c] = c < n_in ? in[c][at + t] * track->drive : 0;
    }
  }
}

static void follow_envelopes(r2nn_track *track, uint32_t n) {
  const r2nn_program *program = track->player.program;
  uint32_t width = program->n_nodes, shown = width < R2NN_TRACK_NODES ? width : R2NN_TRACK_NODES;
  float keep = expf(-6.9078f * (float)n / (fall_s * (float)program->rate_hz));
  for (uint32_t i = 0; i < shown; i++) track->envelope[i] = track->envelope[i] > silent ? track->envelope[i] * keep : 0;
  for (uint32_t t = 0; t < n; t++) {
    const float *v = program->nodes + (size_t)t * width;
    for (uint32_t i = 0; i < shown; i++) track->envelope[i] = fmaxf(track->envelope[i], fabsf(v[i]));
  }
}

/* Fade n frames of the outputs to a node. A step from one node or model to another glides as well. */
static void listen(r2nn_track *track, const r2nn_controls *controls, float *const *out, uint32_t n_out, uint32_t at, uint32_t n,
                   float share) {
  const r2nn_program *program = track->player.program;
  uint32_t node = controls->node < program->n_nodes ? controls->node : program->n_nodes - 1;
  float target = fminf(fmaxf(controls->listen, 0), 1);
  if (track->listen == 0 && target == 0) {
    track->listened = 0;
    return;
  }
  for (uint32_t t = 0; t < n; t++) {
    float v = program->nodes[(size_t)t * program->n_nodes + node];
    if (t == 0 && track->listened && (track->listened != program->kin || track->node != node)) track->jump = track->last - v;
    if (track->jump != 0) track->jump = glide(track->jump, 0, share);
    if (track->listen != target) track->listen = glide(track->listen, target, share);
    track->last = v + track->jump;
    for (uint32_t c = 0; c < n_out; c++) out[c][at + t] += track->listen * (track->last - out[c][at + t]);
  }
  track->listened = program->kin;
  track->node = node;
}

static void copy_rows(const float *const *in, float *const *out, uint32_t n_out, uint32_t n_frames) {
  for (uint32_t c = 0; c < n_out; c++)
    if (in[c] != out[c]) memmove(out[c], in[c], n_frames * sizeof(float));
}

void r2nn_track_restart(r2nn_track *track) {
  r2nn_player *player = &track->player;
  player->hear = hear;
  player->context = track;
  track->shift = track->clock - player->time;
  r2nn_player_restart(player, player->origin_s + (double)player->time / player->program->rate_hz, false);
  r2nn_notes_silence(&track->notes, track->clock);
  memset(track->envelope, 0, sizeof track->envelope);
  track->listened = 0;
  track->jump = 0;
  track->is_running = false;
}

bool r2nn_track_note(r2nn_track *track, r2nn_note *note, uint32_t *frame) {
  if (!r2nn_notes_take(&track->notes, track->clock, note)) return false;
  *frame = note->time > track->begun ? (uint32_t)(note->time - track->begun) : 0;
  return true;
}

/* In bypass nothing is heard; afterwards all begins anew. */
static bool is_bypassed(r2nn_track *track, bool wanted, uint32_t n_frames) {
  if (wanted && !track->is_bypassed) r2nn_track_restart(track);
  track->is_bypassed = wanted;
  if (wanted) track->player.origin_s += (double)n_frames / track->player.program->rate_hz;
  return wanted;
}

void r2nn_track_run(r2nn_track *track, const r2nn_controls *controls, const float *const *in, uint32_t n_in, float *const *out,
                    uint32_t n_out, uint32_t n_frames) {
  r2nn_player *player = &track->player;
  float rate = (float)player->program->rate_hz, share = 1 - expf(-1 / (glide_s * rate));
  float drive = expf(0.11512925f * controls->drive_db);
  track->begun = track->clock;
  track->notes.settings = (r2nn_notes_settings){.hold = (uint32_t)(controls->hold_s * rate),
                                                .gap = (uint32_t)(controls->gap_s * rate),
                                                .first = controls->first_note,
                                                .channel = controls->channel,
                                                .by_score = true};
  player->hear = hear;
  player->context = track;
  if (!track->is_running) {
    track->drive = drive;
    track->listen = fminf(fmaxf(controls->listen, 0), 1);
    track->is_running = true;
  }
  copy_rows(in, out, n_out, n_frames);
  if (is_bypassed(track, controls->is_bypassed, n_frames)) {
    track->clock += n_frames;
    return;
  }
  track->shift = track->clock - player->time;
  for (uint32_t at = 0, n; at < n_frames; at += n) {
    n = r2nn_player_piece(player, n_frames - at, true, false);
    r2nn_engine_adjust(player->program->engine, controls->gate_db, controls->margin);
    fill_block(track, in, n_in, at, n, drive, share);
    r2nn_player_run(player, player->program->block, n);
    follow_envelopes(track, n);
    listen(track, controls, out, n_out, at, n, share);
    if (track->look) track->look(track->context, player->program->block, n);
  }
  track->clock += n_frames;
}
