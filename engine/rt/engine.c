/* The stream: input coupling, the cascade of stages, the gate and the clock. */
#include "rt/multiversion.h"
#include "rt/state.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Denormal numbers are flushed to zero while the engine runs; the caller's mode comes back afterwards. */
#if defined(__SSE__)
#include <xmmintrin.h>
typedef unsigned int float_mode;
static float_mode flush_denormals(void) {
  float_mode mode = _mm_getcsr();
  _mm_setcsr(mode | 0x8040u);
  return mode;
}
static void restore_mode(float_mode mode) {
  _mm_setcsr(mode);
}
#elif defined(__aarch64__)
typedef uint64_t float_mode;
static float_mode flush_denormals(void) {
  float_mode mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  __asm__ volatile("msr fpcr, %0" ::"r"(mode | (1u << 24)));
  return mode;
}
static void restore_mode(float_mode mode) {
  __asm__ volatile("msr fpcr, %0" ::"r"(mode));
}
#else
typedef int float_mode;
static float_mode flush_denormals(void) {
  return 0;
}
static void restore_mode(float_mode mode) {
  (void)mode;
}
#endif

/* One input sample made safe: not finite counts as 0, beyond R2NN_INPUT_MAX is clipped; both raise the fault. */
R2NN_INLINE float safe_sample(r2nn_engine *engine, float x) {
  if (fabsf(x) <= R2NN_INPUT_MAX) return x;
  engine->faults |= R2NN_FAULT_INPUT;
  return x > 0 && x <= FLT_MAX ? R2NN_INPUT_MAX : x < 0 && x >= -FLT_MAX ? -R2NN_INPUT_MAX : 0;
}

/* One channel of n frames made safe, through the coupling, and what the gate hears of it, at most one high-pass; and its level,
 * which events add up for themselves: all side by side, as each of them waits for its frame before. */
R2NN_INLINE void couple_orders(r2nn_engine *engine, uint32_t channel, const float *in, uint32_t n, const uint32_t order,
                               const uint32_t ear_order) {
  r2nn_rt_readout *readout = &engine->readout;
  r2nn_drive_state driven = {0}, ear = {0};
  uint32_t width = r2nn_engine_width(engine);
  float *u = engine->u + channel * R2NN_TILE, *heard = engine->heard + channel * R2NN_TILE;
  double level = readout->level[channel];
  if (order) driven = engine->drive_state[channel];
  if (ear_order) ear = engine->ear_state[channel];
  for (uint32_t t = 0; t < n; t++) {
    double x = (double)safe_sample(engine, in[(size_t)t * width + channel]);
    float v = (float)r2nn_drive_step_order(&engine->drive, &driven, x, order), h = v;
    if (ear_order) h = heard[t] = (float)r2nn_drive_step_order(&engine->ear, &ear, x, ear_order);
    u[t] = v;
    level += (double)h * (double)h;
  }
  if (order) engine->drive_state[channel] = driven;
  if (ear_order) engine->ear_state[channel] = ear;
  if (readout->settings.mode != R2NN_MODE_EVENT) readout->level[channel] = level;
}

R2NN_MULTIVERSION static void couple_channel(r2nn_engine *engine, uint32_t channel, const float *in, uint32_t n) {
  switch (2 * engine->drive.order + engine->ear.order) {
  case 0:
    couple_orders(engine, channel, in, n, 0, 0);
    break;
  case 1:
    couple_orders(engine, channel, in, n, 0, 1);
    break;
  case 2:
    couple_orders(engine, channel, in, n, 1, 0);
    break;
  case 3:
    couple_orders(engine, channel, in, n, 1, 1);
    break;
  case 4:
    couple_orders(engine, channel, in, n, 2, 0);
    break;
  case 5:
    couple_orders(engine, channel, in, n, 2, 1);
    break;
  }
}

/* Interleaved in [n][width] to u [n_channels][R2NN_TILE], through the AC coupling, and to what the gate hears; and to the board. */
static void couple_input(r2nn_engine *engine, const float *in, uint32_t n) {
  uint32_t m = engine->n_channels, width = r2nn_engine_width(engine);
  for (uint32_t t = 0; engine->board && t < n; t++)
    for (uint32_t o = m; o < width; o++) engine->board[t * (width - m) + o - m] = safe_sample(engine, in[(size_t)t * width + o]);
  for (uint32_t c = 0; c < m; c++) couple_channel(engine, c, in, n);
}

/* A network over the n frames that stand in its u, with its noise and offsets. */
static void run_network(r2nn_rt_stage *stage, uint32_t n) {
  r2nn_network *network = &stage->network;
  if (stage->n_noise)
    r2nn_noise_run(stage->noise, stage->n_noise, network->u + (network->n_inputs - stage->n_noise) * R2NN_U_STRIDE + R2NN_TAPS_MAX,
                   n);
  r2nn_network_run(network, n, stage->y);
  for (uint32_t t = 0; stage->offset && t < n; t++)
    for (uint32_t o = 0; o < network->n_outputs; o++) stage->y[(size_t)t * network->n_outputs + o] += stage->offset[o];
}

/* Frames first .. first+n-1 of u through all stages and into the energies, or, between events (not add), through the first stage
 * alone: the others will be at rest when an event begins. nodes, if not NULL, gets the voltages of stage 0. */
static void advance(r2nn_engine *engine, uint32_t first, uint32_t n, bool add, float *nodes) {
  for (uint32_t c = 0; c < engine->n_channels; c++)
    memcpy(engine->stages[0].network.u + c * R2NN_U_STRIDE + R2NN_TAPS_MAX, engine->u + c * R2NN_TILE + first, n * sizeof(float));
  for (uint32_t s = 0; s < engine->n_stages && n; s++) {
    r2nn_rt_stage *stage = &engine->stages[s];
    uint32_t width = stage->network.n_outputs;
    if (s == 0 && engine->board)
      memcpy(stage->y, engine->board + (size_t)first * width, sizeof *stage->y * n * width);
    else
      run_network(stage, n);
    if (s == 0 && nodes) memcpy(nodes, stage->y, sizeof *nodes * n * width);
    n = r2nn_detector_run(&stage->detector, stage->y, n, stage->frames);
    if (!add) return;
    if (s + 1 == engine->n_stages) break;
    float *u = engine->stages[s + 1].network.u + R2NN_TAPS_MAX;
    for (uint32_t t = 0; t < n; t++)
      for (uint32_t o = 0; o < width; o++) u[o * R2NN_U_STRIDE + t] = stage->frames[(size_t)t * width + o];
  }
  r2nn_readout_add(&engine->readout, engine->stages[engine->n_stages - 1].frames, n);
}

/* An event begins: every stage after the first is at rest and the control rates start anew, so that what came before leaves no
 * trace but in the first stage. */
static void begin_event(r2nn_engine *engine) {
  r2nn_detector_begin(&engine->stages[0].detector);
  for (uint32_t s = 1; s < engine->n_stages; s++) {
    r2nn_network_reset(&engine->stages[s].network);
    r2nn_detector_reset(&engine->stages[s].detector);
  }
  r2nn_readout_begin(&engine->readout, engine->time);
}

/* Note when the gate turned: after the frame before time. */
static void note_turn(r2nn_engine *engine, bool was_open, uint64_t time) {
  if (engine->gate.is_open == was_open) return;
  *(was_open ? &engine->closed : &engine->opened) = time;
}

/* The n frames of u, cut where the gate turns, where the level falls and where an event is to be decided. */
static void run_events(r2nn_engine *engine, uint32_t n, float *nodes) {
  r2nn_rt_readout *readout = &engine->readout;
  r2nn_gate *gate = &engine->gate;
  uint32_t width = engine->stages[0].network.n_outputs;
  for (uint32_t done = 0; done < n;) {
    bool was_open = gate->is_open;
    uint32_t count, most = n - done;
    if (was_open && readout->ran < readout->decide && most > readout->decide - readout->ran)
      most = (uint32_t)(readout->decide - readout->ran);
    r2nn_gate_change change = r2nn_gate_run(gate, engine->heard + done, engine->n_channels, most, &count);
    if (count) advance(engine, done, count, was_open, nodes ? nodes + (size_t)done * width : NULL);
    if (was_open) {
      r2nn_readout_level(readout, engine->heard + done, count);
      readout->ran += count;
    }
    engine->time += count;
    done += count;
    note_turn(engine, was_open, engine->time);
    if (change == R2NN_GATE_FELL) r2nn_readout_keep(readout);
    if (change == R2NN_GATE_CLOSED || (was_open && count && readout->ran == readout->decide)) r2nn_engine_decide_event(engine);
    if (change == R2NN_GATE_OPENED) begin_event(engine);
  }
}

/* The n frames of u; the gate only follows them. */
static void run_tile(r2nn_engine *engine, uint32_t n, float *nodes) {
  r2nn_rt_readout *readout = &engine->readout;
  for (uint32_t done = 0, count; done < n; done += count) {
    bool was_open = engine->gate.is_open;
    r2nn_gate_run(&engine->gate, engine->heard + done, engine->n_channels, n - done, &count);
    note_turn(engine, was_open, engine->time + done + count);
  }
  advance(engine, 0, n, true, nodes);
  readout->ran += n;
  engine->time += n;
  readout->in_hop += n;
  if (readout->hop && readout->in_hop == readout->hop) r2nn_engine_hop(engine);
}

void r2nn_engine_run_nodes(r2nn_engine *engine, const float *in, float *out, uint32_t n_frames) {
  float_mode mode = flush_denormals();
  while (n_frames) {
    uint32_t n = n_frames < R2NN_TILE ? n_frames : R2NN_TILE;
    if (engine->readout.hop && n > engine->readout.hop - engine->readout.in_hop)
      n = (uint32_t)(engine->readout.hop - engine->readout.in_hop);
    couple_input(engine, in, n);
    (engine->readout.settings.mode == R2NN_MODE_EVENT ? run_events : run_tile)(engine, n, out);
    in += (size_t)n * r2nn_engine_width(engine);
    if (out) out += (size_t)n * engine->stages[0].network.n_outputs;
    n_frames -= n;
  }
  restore_mode(mode);
}

void r2nn_engine_run(r2nn_engine *engine, const float *in, uint32_t n_frames) {
  r2nn_engine_run_nodes(engine, in, NULL, n_frames);
}

/* nodes: what a board puts out meanwhile, NULL: nothing. */
static void drain(r2nn_engine *engine, const float *nodes, uint32_t n_frames) {
  float_mode mode = flush_denormals();
  uint32_t width = engine->stages[0].network.n_outputs;
  bool add = engine->readout.settings.mode != R2NN_MODE_EVENT || engine->gate.is_open;
  memset(engine->u, 0, sizeof *engine->u * engine->n_channels * R2NN_TILE);
  if (engine->board) memset(engine->board, 0, sizeof *engine->board * width * R2NN_TILE);
  while (n_frames) {
    uint32_t n = n_frames < R2NN_TILE ? n_frames : R2NN_TILE;
    for (uint32_t i = 0; nodes && engine->board && i < n * width; i++) engine->board[i] = safe_sample(engine, nodes[i]);
    if (nodes) nodes += (size_t)n * width;
    advance(engine, 0, n, add, NULL);
    engine->time += n;
    n_frames -= n;
  }
  restore_mode(mode);
}

void r2nn_engine_drain(r2nn_engine *engine, uint32_t n_frames) {
  drain(engine, NULL, n_frames);
}

void r2nn_engine_drain_board(r2nn_engine *engine, const float *nodes, uint32_t n_frames) {
  drain(engine, nodes, n_frames);
}

void r2nn_engine_reset(r2nn_engine *engine) {
  uint32_t n_streams = 0;
  for (uint32_t s = 0; s < engine->n_stages; s++) {
    r2nn_rt_stage *stage = &engine->stages[s];
    r2nn_network_reset(&stage->network);
    r2nn_detector_reset(&stage->detector);
    r2nn_noise_reset(stage->noise, stage->n_noise, engine->noise_seed, n_streams);
    n_streams += stage->n_noise;
  }
  memset(engine->drive_state, 0, engine->n_channels * sizeof *engine->drive_state);
  if (engine->ear.order) memset(engine->ear_state, 0, engine->n_channels * sizeof *engine->ear_state);
  r2nn_gate_reset(&engine->gate);
  engine->readout.segment = engine->readout.n_filled = 0;
  engine->time = engine->opened = engine->closed = 0;
  engine->faults = 0;
  engine->queue_head = engine->queue_count = 0;
  r2nn_readout_begin(&engine->readout, 0);
}

bool r2nn_engine_poll(r2nn_engine *engine, r2nn_decision *decision) {
  if (!engine->queue_count) return false;
  *decision = engine->queue[engine->queue_head];
  engine->queue_head = (engine->queue_head + 1) % R2NN_DECISION_QUEUE;
  engine->queue_count--;
  return true;
}

uint32_t r2nn_engine_faults(r2nn_engine *engine, bool clear) {
  uint32_t faults = engine->faults;
  if (clear) engine->faults = 0;
  return faults;
}

bool r2nn_engine_gate_open(const r2nn_engine *engine) {
  return engine->gate.is_open;
}

r2nn_gate_report r2nn_engine_gate_report(const r2nn_engine *engine) {
  const r2nn_gate *gate = &engine->gate;
  return (r2nn_gate_report){.opened = engine->opened,
                            .closed = engine->closed,
                            .level_db = 10 * log10f(gate->power + 1e-20f),
                            .opens_db = 10 * log10f(gate->floor * gate->open + 1e-20f),
                            .is_open = gate->is_open};
}

uint32_t r2nn_engine_hop_left(const r2nn_engine *engine) {
  uint64_t left = engine->readout.hop - engine->readout.in_hop;
  return left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
}

void r2nn_engine_adjust(r2nn_engine *engine, float gate_db, float margin) {
  r2nn_gate_adjust(&engine->gate, gate_db);
  engine->margin_threshold = fminf(fmaxf(engine->margin_own + margin, 0), 1);
}

/* Would two high-passes do the same? */
static bool same_drive(const r2nn_drive *a, const r2nn_drive *b) {
  return a->order == b->order && a->keep == b->keep && a->now == b->now;
}

/* Do two gates of one rate differ in nothing but what they have heard? */
static bool same_gate(const r2nn_gate *a, const r2nn_gate *b) {
  return a->rate == b->rate && a->floor_own == b->floor_own && a->open == b->open && a->close == b->close && a->hang == b->hang &&
         a->every == b->every && a->settle == b->settle;
}

/* All goes on, in a network of other damping. */
static void go_on(r2nn_engine *engine, const r2nn_engine *before) {
  memcpy(engine->drive_state, before->drive_state, engine->n_channels * sizeof *engine->drive_state);
  if (engine->ear.order) memcpy(engine->ear_state, before->ear_state, engine->n_channels * sizeof *engine->ear_state);
  engine->gate = before->gate;
  r2nn_readout_copy(&engine->readout, &before->readout);
  for (uint32_t s = 0; s < engine->n_stages; s++) {
    (s ? r2nn_network_copy : r2nn_network_carry)(&engine->stages[s].network, &before->stages[s].network);
    r2nn_detector_copy(&engine->stages[s].detector, &before->stages[s].detector);
  }
}

void r2nn_engine_take_over(r2nn_engine *engine, const r2nn_engine *before) {
  if (engine->rate_hz != before->rate_hz) return;
  engine->time = before->time;
  engine->opened = before->opened;
  engine->closed = before->closed;
  if (engine->kin && engine->kin == before->kin) {
    go_on(engine, before);
    return;
  }
  r2nn_readout_begin(&engine->readout, engine->time);
  if (engine->n_channels != before->n_channels) return;
  if (same_drive(&engine->drive, &before->drive))
    memcpy(engine->drive_state, before->drive_state, engine->n_channels * sizeof *engine->drive_state);
  if (!same_gate(&engine->gate, &before->gate) || !same_drive(&engine->ear, &before->ear)) return;
  if (engine->ear.order) memcpy(engine->ear_state, before->ear_state, engine->n_channels * sizeof *engine->ear_state);
  engine->gate = before->gate;
  if (engine->readout.settings.mode != R2NN_MODE_EVENT || !engine->gate.is_open) return;
  engine->gate.is_open = engine->gate.is_loud = false;
  engine->gate.low = 0;
  engine->closed = engine->time;
}

double r2nn_engine_response_error_db(const r2nn_engine *engine, uint32_t stage) {
  return engine->stages[stage].response_error_db;
}

uint32_t r2nn_engine_deaf(const r2nn_engine *engine, uint32_t *n_all) {
  if (n_all) *n_all = engine->n_resonances;
  return engine->n_deaf;
}

uint32_t r2nn_engine_width(const r2nn_engine *engine) {
  return engine->n_channels + (engine->board ? engine->stages[0].network.n_outputs : 0);
}

uint32_t r2nn_engine_latency(const r2nn_engine *engine) {
  double seconds = 0;
  for (uint32_t s = engine->board ? 1 : 0; s < engine->n_stages; s++)
    seconds += engine->stages[s].network.latency / engine->stages[s].rate_hz;
  return (uint32_t)(seconds * engine->rate_hz + 0.5);
}

uint32_t r2nn_engine_tail(const r2nn_engine *engine, double max_s) {
  double most = max_s * engine->rate_hz;
  return engine->tail_60db < most ? engine->tail_60db : (uint32_t)most;
}

uint32_t r2nn_engine_max_frames(const r2nn_engine *engine) {
  uint64_t apart = engine->readout.hop ? engine->readout.hop : engine->gate.hang > 0 ? engine->gate.hang : 1;
  /* events last as long as the hang-over, but one may be decided at its end and the next soon after its onset */
  uint32_t most = R2NN_DECISION_QUEUE - (engine->readout.decide > 0);
  return apart < UINT32_MAX / most ? (uint32_t)apart * most : UINT32_MAX;
}
