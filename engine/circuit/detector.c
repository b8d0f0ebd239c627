/* What follows a network: the node law, its low-pass, and the removal of what all outputs share. */
#include "circuit/after.h"
#include "circuit/units.h"

#include <math.h>

/* V for one neper: logarithms of small voltages must fit under the rails. */
#define LOG_V 0.25
/* Resistor into a log stage, ohm, and the current that counts as 1 V. */
#define LOG_OHM 10e3
/* The peak's capacitor, F. */
#define HOLD_FARAD 1e-6

/* K*(V_BE of sum - V_BE of the reference): unit V for one neper. */
static uint32_t log_ratio(r2nn_maker *maker, uint32_t of, uint32_t reference, double unit) {
  return r2nn_unit_difference(maker, reference, of, R2NN_NET_GROUND, unit / R2NN_THERMAL_V);
}

uint32_t r2nn_log_reference(r2nn_maker *maker) {
  uint32_t sum, five = r2nn_unit_reference(maker, 5, "reference"), out = r2nn_unit_log(maker, &sum);
  r2nn_make_resistor(maker, five, sum, 5 * LOG_OHM, "log of 1 V");
  return out;
}

uint32_t r2nn_log_of(r2nn_maker *maker, uint32_t in, uint32_t reference, double floor_v, double unit) {
  uint32_t sum, out = r2nn_unit_log(maker, &sum);
  r2nn_make_resistor(maker, in, sum, LOG_OHM, "log");
  if (floor_v * R2NN_MOST_OHM >= 5 * LOG_OHM)
    r2nn_make_resistor(maker, r2nn_unit_reference(maker, 5, "reference"), sum, 5 * LOG_OHM / floor_v, "floor");
  return log_ratio(maker, out, reference, unit);
}

/* P of agc: the largest mean since the switch last emptied the capacitor, leaking. */
static uint32_t peak_of(r2nn_maker *maker, const uint32_t *outputs, uint32_t n) {
  uint32_t mean = r2nn_unit_mean(maker, outputs, n), hold = r2nn_make_net(maker, "hold%u", maker->circuit->n_nets);
  uint32_t drive = r2nn_make_net(maker, "d%u", maker->circuit->n_nets);
  r2nn_make_active(maker, R2NN_OPAMP, mean, hold, drive, "peak");
  r2nn_make_active(maker, R2NN_DIODE, drive, hold, 0, "peak");
  r2nn_make_exact(maker, R2NN_CAPACITOR, hold, R2NN_NET_GROUND, HOLD_FARAD, HOLD_FARAD, 0, "peak");
  r2nn_make_resistor(maker, hold, R2NN_NET_GROUND, R2NN_AGC_HOLD_S / HOLD_FARAD, "peak leak");
  r2nn_make_active(maker, R2NN_SWITCH, hold, R2NN_NET_GROUND, r2nn_unit_reference(maker, 0, "onset: 5 V when an event begins"),
                   "peak");
  return r2nn_unit_buffer(maker, hold);
}

/* ln(1 + e/(sP)) = ln((e + sP)/(sP)). */
static void build_agc(r2nn_maker *maker, const r2nn_stage *stage, uint32_t index, uint32_t *outputs) {
  uint32_t sum;
  r2nn_make_block(maker, R2NN_BLOCK_COMMON, index, 0, 0);
  uint32_t peak = peak_of(maker, outputs, stage->n_outputs), reference = r2nn_unit_log(maker, &sum);
  r2nn_make_resistor(maker, peak, sum, LOG_OHM / stage->law_scale_v, "agc");
  for (uint32_t k = 0; k < stage->n_outputs; k++) {
    r2nn_make_block(maker, R2NN_BLOCK_DETECTOR, index, k, 0);
    uint32_t log = r2nn_unit_log(maker, &sum);
    r2nn_make_resistor(maker, outputs[k], sum, LOG_OHM, "log");
    r2nn_make_resistor(maker, peak, sum, LOG_OHM / stage->law_scale_v, "agc");
    outputs[k] = log_ratio(maker, log, reference, 1);
  }
}

static void suppress(r2nn_maker *maker, const r2nn_stage *stage, uint32_t index, uint32_t *outputs) {
  r2nn_make_block(maker, R2NN_BLOCK_COMMON, index, 1, 0);
  uint32_t mean = r2nn_unit_mean(maker, outputs, stage->n_outputs);
  for (uint32_t k = 0; k < stage->n_outputs; k++) {
    r2nn_make_block(maker, R2NN_BLOCK_DETECTOR, index, k, 0);
    outputs[k] = r2nn_unit_difference(maker, outputs[k], mean, R2NN_NET_GROUND, 1);
  }
}

static uint32_t build_law(r2nn_maker *maker, const r2nn_stage *stage, uint32_t in, uint32_t reference, double volt) {
  uint32_t held = r2nn_unit_buffer(maker, in);
  switch (stage->law) {
  case R2NN_LAW_RECTIFY:
  case R2NN_LAW_AGC:
    return r2nn_unit_rectifier(maker, held, 1, stage->smooth_s);
  case R2NN_LAW_LOG:
    held = r2nn_unit_rectifier(maker, held, 1, stage->smooth_s);
    return r2nn_log_of(maker, held, reference, stage->law_scale_v * volt, LOG_V);
  case R2NN_LAW_SQUARE: {
    uint32_t square = r2nn_make_net(maker, "x%u", maker->circuit->n_nets);
    r2nn_make_active(maker, R2NN_MULTIPLIER, held, held, square, "square");
    return r2nn_unit_lowpass(maker, square, stage->smooth_s, fmin(10 / (stage->law_scale_v * volt * volt), 1000));
  }
  default:
    return stage->smooth_s > 0 ? r2nn_unit_lowpass(maker, held, stage->smooth_s, 1) : held;
  }
}

void r2nn_after_stage(r2nn_maker *maker, const r2nn_model *model, uint32_t index, uint32_t *outputs, double *volt) {
  const r2nn_stage *stage = &model->stages[index];
  r2nn_law law = stage->law;
  uint32_t reference = 0;
  if (law == R2NN_LAW_SATURATE || law == R2NN_LAW_BANDPASS)
    r2nn_make_missing(maker, "stages[%u].law: %s is not built; the outputs go on as they are", index, r2nn_law_name(law));
  if (law == R2NN_LAW_LOG && stage->law_scale_v * *volt * R2NN_MOST_OHM < 5 * LOG_OHM)
    r2nn_make_missing(maker, "stages[%u].law_scale_v: a floor of %.3g V is less than an op-amp's offset; left out", index,
                      stage->law_scale_v);
  if (law == R2NN_LAW_SQUARE && 10 / (stage->law_scale_v * *volt * *volt) > 1000)
    r2nn_make_missing(maker, "stages[%u].law_scale_v: the gain of %.3g behind the multiplier is built as 1000", index,
                      10 / (stage->law_scale_v * *volt * *volt));
  if (law == R2NN_LAW_LOG) {
    r2nn_make_block(maker, R2NN_BLOCK_COMMON, index, 0, 0);
    reference = r2nn_log_reference(maker);
  }
  for (uint32_t k = 0; k < stage->n_outputs; k++) {
    r2nn_make_block(maker, R2NN_BLOCK_DETECTOR, index, k, 0);
    outputs[k] = build_law(maker, stage, outputs[k], reference, *volt);
  }
  if (law == R2NN_LAW_AGC) build_agc(maker, stage, index, outputs);
  if (stage->suppress_common) suppress(maker, stage, index, outputs);
  *volt = law == R2NN_LAW_LOG ? LOG_V : law == R2NN_LAW_AGC || law == R2NN_LAW_SQUARE ? 1 : *volt;
  if (index > 0) r2nn_make_missing(maker, "stages[%u]: the switches that keep it at rest between events are the builder's", index);
}
