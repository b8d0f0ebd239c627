/* The level gate: a threshold that stands over the noise, hysteresis and hang-over (system.md §4). */
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

r2nn_gate_change r2nn_gate_run(r2nn_gate *gate, const float *u, uint32_t n_channels, uint32_t n, uint32_t *count) {
  for (uint32_t t = 0; t < n; t++) {
    float loudest = 0;
    for (uint32_t c = 0; c < n_channels; c++) loudest = fmaxf(loudest, u[c * R2NN_TILE + t] * u[c * R2NN_TILE + t]);
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
    if (++gate->tick >= gate->every) follow_floor(gate);
    if (gate->is_open != was_open) {
      *count = t + 1;
      return was_open ? R2NN_GATE_CLOSED : R2NN_GATE_OPENED;
    }
  }
  *count = n;
  return R2NN_GATE_STAYED;
}

void r2nn_gate_reset(r2nn_gate *gate) {
  gate->power = gate->quick = 0;
  gate->floor = gate->floor_min;
  gate->tick = 0;
  gate->n_first = gate->first;
  gate->low = 0;
  gate->is_open = gate->is_loud = false;
}
