/* The level gate: a threshold that stands over the noise, hysteresis and hang-over (system.md §4). */
#include "rt/multiversion.h"
#include "rt/state.h"

#include <math.h>

/* Towards the power: down with a time constant, up no faster than so many dB a second. */
static void follow_floor(r2nn_gate *gate) {
  float rise = gate->is_open ? gate->rise_open : gate->n_first ? gate->rise_first : gate->rise;
  float step = gate->follow * (gate->power - gate->floor), most = gate->floor * rise;
  if (!gate->is_open && gate->n_first) gate->n_first--;
  gate->floor = fmaxf(gate->floor + fminf(step, most), gate->floor_min);
  gate->tick = 0;
}

/* Begin the mean anew: the level rose too soon or fell, so that there was a sound. */
static void restart(r2nn_gate *gate) {
  gate->has_fallen = true;
  gate->n_ground = 0;
}

/* A gate that is open from the start does not know whether it hears noise. What stands before a rise, or stays, is: true once that
 * is so, with the floor there. */
static bool learn_ground(r2nn_gate *gate) {
  if (gate->n_settle) {
    gate->n_settle--;
    return false;
  }
  bool rose = gate->power >= gate->ground * gate->open, fell = gate->power * gate->open < gate->ground, known = false;
  if (gate->n_ground && rose) known = gate->n_ground >= gate->rises;
  if (gate->n_ground && !known && (rose || fell)) restart(gate);
  if (!known) {
    gate->n_ground++;
    gate->ground = gate->n_ground == 1 ? gate->power : gate->ground + (gate->power - gate->ground) / (float)gate->n_ground;
    known = gate->n_ground >= (!gate->is_open ? gate->rises : gate->has_fallen ? gate->stays_fallen : gate->stays);
  }
  if (known) gate->floor = fmaxf(gate->ground, gate->floor_min);
  return known;
}

/* The gate turns by itself. */
static void end_learning(r2nn_gate *gate) {
  if (gate->is_learning && gate->is_open && gate->n_ground >= gate->settle) gate->floor = fmaxf(gate->floor, gate->ground);
  gate->is_learning = false;
}

/* V^2: the loudest channel's. */
R2NN_INLINE float loudest_power(const float *u, const uint32_t n_channels) {
  float loudest = u[0] * u[0];
  for (uint32_t c = 1; c < n_channels; c++) loudest = fmaxf(loudest, u[c * R2NN_TILE] * u[c * R2NN_TILE]);
  return loudest;
}

/* How many frames go by before something turns, a tick is due or all n are done: most of the time of a gate that is closed, or open
 * and loud. */
R2NN_INLINE uint32_t stay_some(r2nn_gate *gate, const float *u, const uint32_t n_channels, uint32_t n) {
  float quick = gate->quick, power = gate->power, opens = gate->floor * gate->open, closes = gate->floor * gate->close;
  uint32_t t = 0, most = gate->every - 1 - gate->tick < n ? gate->every - 1 - gate->tick : n;
  for (; t < most; t++) {
    float loudest = loudest_power(u + t, n_channels);
    float next_quick = quick + gate->quick_rate * (loudest - quick), next_power = power + gate->rate * (loudest - power);
    if (gate->is_open ? !(next_quick >= closes) : next_power >= opens) break;
    quick = next_quick;
    power = next_power;
  }
  gate->quick = quick;
  gate->power = power;
  gate->tick += t;
  if (t) gate->low = 0;
  return t;
}

R2NN_MULTIVERSION static uint32_t stay(r2nn_gate *gate, const float *u, uint32_t n_channels, uint32_t n) {
  if (gate->is_open && !gate->is_loud) return 0;
  return n_channels == 1 ? stay_some(gate, u, 1, n) : stay_some(gate, u, n_channels, n);
}

r2nn_gate_change r2nn_gate_run(r2nn_gate *gate, const float *u, uint32_t n_channels, uint32_t n, uint32_t *count) {
  for (uint32_t t = 0; t < n; t++) {
    t += stay(gate, u + t, n_channels, n - t);
    if (t == n) break;
    float loudest = loudest_power(u + t, n_channels);
    float quick = gate->quick + gate->quick_rate * (loudest - gate->quick);
    bool loud = quick >= gate->floor * gate->close;
    if (gate->is_loud && !loud) { /* the frame is left for the next call */
      gate->is_loud = false;
      *count = t;
      return R2NN_GATE_FELL;
    }
    gate->quick = quick;
    gate->power += gate->rate * (loudest - gate->power);
    bool was_open = gate->is_open;
    if (!was_open) {
      gate->is_open = gate->is_loud = gate->power >= gate->floor * gate->open;
      gate->low = 0;
    } else {
      gate->is_loud = loud;
      gate->low = loud ? 0 : gate->low + 1;
      gate->is_open = gate->low < gate->hang;
    }
    if (++gate->tick >= gate->every) {
      follow_floor(gate);
      if (gate->is_learning && learn_ground(gate)) {
        gate->is_learning = gate->is_open = gate->is_loud = false;
        *count = t + 1;
        return was_open && gate->has_fallen ? R2NN_GATE_CLOSED : R2NN_GATE_STAYED; /* noise from the start on was no event */
      }
    }
    if (was_open != gate->is_open && !gate->n_settle) end_learning(gate);
    if (gate->is_open != was_open) {
      *count = t + 1;
      return was_open ? R2NN_GATE_CLOSED : R2NN_GATE_OPENED;
    }
  }
  *count = n;
  return R2NN_GATE_STAYED;
}

void r2nn_gate_adjust(r2nn_gate *gate, float db) {
  if (db == gate->own_db) return;
  float before = gate->floor_min;
  gate->own_db = db;
  gate->floor_min = fminf(fmaxf(gate->floor_own * expf(0.23025851f * db), 1e-20f), 1e30f);
  if (gate->floor <= before) gate->floor = fminf(gate->floor, gate->follow > 0 ? gate->power : gate->floor_min);
  gate->floor = fmaxf(gate->floor, gate->floor_min);
}

void r2nn_gate_reset(r2nn_gate *gate) {
  gate->power = gate->quick = 0;
  gate->floor = gate->floor_min;
  gate->tick = 0;
  gate->n_first = gate->first;
  gate->low = 0;
  gate->is_open = gate->is_loud = gate->has_fallen = false;
  gate->n_settle = gate->settle;
  gate->n_ground = 0;
  gate->ground = 0;
  gate->is_learning = gate->settle > 0;
}
