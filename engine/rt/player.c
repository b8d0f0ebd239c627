/* Runs a program on a live signal, piece by piece, and changes to another one between two decisions. */
#include "r2nn/player.h"

/* An event that a waiting program has waited for so long is decided where it stands. */
static const float patience_s = 5;

static void tell(r2nn_player *player, r2nn_news_kind kind, uint64_t time, const r2nn_gate_report *gate) {
  player->hear(player->context, &(r2nn_news){.kind = kind, .time = time, .gate = *gate});
}

static void tell_decisions(r2nn_player *player, const r2nn_gate_report *gate) {
  r2nn_decision decision;
  while (r2nn_engine_poll(player->program->engine, &decision)) {
    player->decided = true;
    player->hear(player->context,
                 &(r2nn_news){.kind = R2NN_NEWS_DECISION, .time = decision.made, .decision = &decision, .gate = *gate});
  }
}

/* What has come about since the last look, in order: the piece was short enough for at most one turn each way. */
static void tell_all(r2nn_player *player) {
  r2nn_gate_report gate = r2nn_engine_gate_report(player->program->engine);
  bool opened = gate.opened != player->opened, closed = gate.closed != player->closed;
  if (opened && !(closed && gate.opened >= gate.closed)) tell(player, R2NN_NEWS_ONSET, gate.opened, &gate);
  tell_decisions(player, &gate);
  if (closed) tell(player, R2NN_NEWS_END, gate.closed, &gate);
  if (opened && closed && gate.opened >= gate.closed) tell(player, R2NN_NEWS_ONSET, gate.opened, &gate);
  player->opened = gate.opened;
  player->closed = gate.closed;
}

/* Would another program cost a decision now? An event that does not end is given up after a while. */
static bool is_free_to_swap(r2nn_player *player) {
  if (!player->program->has_events) return player->decided;
  if (!r2nn_engine_gate_open(player->program->engine)) return true;
  if (!player->is_asked) player->wants_since = player->time;
  player->is_asked = true;
  return (float)(player->time - player->wants_since) > patience_s * (float)player->program->rate_hz;
}

/* Are they one but for the damping? */
static bool are_kin(const r2nn_program *a, const r2nn_program *b) {
  return a->kin && a->kin == b->kin && a->rate_hz == b->rate_hz;
}

/* Go on with the next program. Another rate begins a new count of frames. */
static void swap(r2nn_player *player) {
  r2nn_program *old = player->program, *next = player->next;
  bool is_kin = are_kin(old, next);
  r2nn_gate_report gate = r2nn_engine_gate_report(old->engine);
  bool was_open = gate.is_open;
  if (!is_kin && old->has_events && was_open) {
    r2nn_engine_finish(old->engine);
    tell_decisions(player, &gate);
  }
  player->program = next;
  player->next = NULL;
  r2nn_engine_take_over(next->engine, old->engine);
  gate = r2nn_engine_gate_report(next->engine);
  if (was_open && !gate.is_open) tell(player, R2NN_NEWS_END, player->time, &gate);
  if (next->rate_hz != old->rate_hz) {
    player->origin_s += (double)player->time / old->rate_hz;
    player->time = 0;
  }
  r2nn_exchange_leave(player->programs, old);
  player->opened = gate.opened;
  player->closed = gate.closed;
  player->is_asked = false;
  if (!is_kin) tell(player, R2NN_NEWS_SWAP, player->time, &gate);
}

uint32_t r2nn_player_piece(r2nn_player *player, uint32_t n, bool may_swap, bool is_urgent) {
  if (!player->next) player->next = r2nn_exchange_take(player->programs);
  if (player->next) {
    bool is_free = is_urgent || are_kin(player->program, player->next) || is_free_to_swap(player);
    if (is_free && may_swap) swap(player);
    uint32_t left = r2nn_engine_hop_left(player->program->engine);
    if (left && n > left) n = left;
  }
  return n < player->program->piece ? n : player->program->piece;
}

void r2nn_player_run(r2nn_player *player, const float *in, uint32_t n) {
  player->decided = false;
  r2nn_engine_run_nodes(player->program->engine, in, player->program->nodes, n);
  player->time += n;
  tell_all(player);
}

void r2nn_player_finish(r2nn_player *player) {
  r2nn_engine_finish(player->program->engine);
  tell_all(player);
}

void r2nn_player_restart(r2nn_player *player, double at_s, bool decides) {
  bool was_open = r2nn_engine_gate_open(player->program->engine);
  uint64_t closed = player->closed;
  if (decides) r2nn_player_finish(player);
  r2nn_gate_report gate = r2nn_engine_gate_report(player->program->engine);
  if (was_open && player->closed == closed) tell(player, R2NN_NEWS_END, player->time, &gate);
  r2nn_engine_reset(player->program->engine);
  player->opened = player->closed = player->time = 0;
  player->origin_s = at_s;
}
