/* Energies over windows and events, and the decisions made from them (system.md §4). */
#include "rt/multiversion.h"
#include "rt/state.h"

#include <math.h>
#include <string.h>

void r2nn_readout_begin(r2nn_rt_readout *readout, uint64_t time) {
  memset(readout->energy, 0, readout->n * sizeof *readout->energy);
  memset(readout->level, 0, readout->n_channels * sizeof *readout->level);
  if (readout->settings.mode == R2NN_MODE_EVENT)
    memset(readout->fresh, 0, (readout->n + readout->n_channels) * sizeof *readout->fresh);
  readout->is_decided = false;
  readout->weight = 0;
  readout->start = time;
  readout->in_hop = 0;
  readout->ran = 0;
}

/* What n_frames frames add to count energies, kept where they need no memory in between. */
R2NN_INLINE void add_some(const r2nn_rt_readout *readout, const r2nn_energy kind, const float *frames, uint32_t n_frames,
                          const uint32_t count, double *energy) {
  double sum[8], keep = readout->settings.mode == R2NN_MODE_LEAKY ? readout->leak : 1, step_s = readout->step_s;
  for (uint32_t i = 0; i < count; i++) sum[i] = energy[i];
  for (uint32_t t = 0; t < n_frames; t++, frames += readout->n)
    for (uint32_t i = 0; i < count; i++) {
      double y = (double)frames[i];
      sum[i] = keep * sum[i] + step_s * (kind == R2NN_ENERGY_SQUARE ? y * y : kind == R2NN_ENERGY_RECTIFY ? fabs(y) : y);
    }
  for (uint32_t i = 0; i < count; i++) energy[i] = sum[i];
}

R2NN_INLINE void add_all(const r2nn_rt_readout *readout, const r2nn_energy kind, const float *frames, uint32_t n_frames,
                         double *energy) {
  uint32_t i = 0;
  for (; i + 8 <= readout->n; i += 8) add_some(readout, kind, frames + i, n_frames, 8, energy + i);
  for (; i + 2 <= readout->n; i += 2) add_some(readout, kind, frames + i, n_frames, 2, energy + i);
  if (i < readout->n) add_some(readout, kind, frames + i, n_frames, 1, energy + i);
}

R2NN_MULTIVERSION void r2nn_readout_add(r2nn_rt_readout *readout, const float *frames, uint32_t n_frames) {
  double *energy = readout->settings.mode == R2NN_MODE_EVENT ? readout->fresh : readout->energy;
  for (uint32_t t = 0; readout->settings.mode == R2NN_MODE_LEAKY && t < n_frames; t++)
    readout->weight = readout->weight * readout->leak + readout->step_s;
  switch (readout->settings.energy) {
  case R2NN_ENERGY_SQUARE:
    add_all(readout, R2NN_ENERGY_SQUARE, frames, n_frames, energy);
    break;
  case R2NN_ENERGY_RECTIFY:
    add_all(readout, R2NN_ENERGY_RECTIFY, frames, n_frames, energy);
    break;
  case R2NN_ENERGY_MEAN:
  case R2NN_N_ENERGIES:
    add_all(readout, R2NN_ENERGY_MEAN, frames, n_frames, energy);
    break;
  }
}

void r2nn_readout_level(r2nn_rt_readout *readout, const float *u, uint32_t n) {
  double *level = readout->fresh + readout->n;
  for (uint32_t c = 0; c < readout->n_channels; c++)
    for (uint32_t t = 0; t < n; t++) level[c] += (double)u[c * R2NN_TILE + t] * (double)u[c * R2NN_TILE + t];
}

void r2nn_readout_keep(r2nn_rt_readout *readout) {
  for (uint32_t i = 0; i < readout->n; i++) readout->energy[i] += readout->fresh[i];
  for (uint32_t c = 0; c < readout->n_channels; c++) readout->level[c] += readout->fresh[readout->n + c];
  memset(readout->fresh, 0, (readout->n + readout->n_channels) * sizeof *readout->fresh);
}

/* A power of a huge voltage stays a number. */
#define POWER_MAX 1e36

void r2nn_readout_features(const r2nn_readout *settings, const double *energy, uint32_t n, double duration_s, float *x) {
  double mean = 0;
  for (uint32_t i = 0; i < n; i++) {
    double power = energy[i] / duration_s;
    power = settings->scale == R2NN_SCALE_LOG ? log(fmax(power, 0) + settings->floor) : fmin(fmax(power, -POWER_MAX), POWER_MAX);
    x[i] = (float)power;
    mean += power / n;
  }
  if (settings->suppress_common)
    for (uint32_t i = 0; i < n; i++) x[i] -= (float)mean;
}

void r2nn_engine_decide(r2nn_engine *engine, const double *energy, const double *level, double duration_s, uint64_t start,
                        uint64_t end) {
  if (engine->queue_count == R2NN_DECISION_QUEUE) {
    engine->faults |= R2NN_FAULT_OVERFLOW;
    return;
  }
  uint32_t slot = (engine->queue_head + engine->queue_count++) % R2NN_DECISION_QUEUE, n = engine->n_features;
  float *scores = engine->queue_scores + (size_t)slot * engine->n_classes;
  float *features = engine->queue_features + (size_t)slot * n;
  double *energies = engine->queue_energies + (size_t)slot * n;
  memcpy(energies, energy, n * sizeof *energies);
  r2nn_readout_features(&engine->readout.settings, energy, n, duration_s, features);
  r2nn_head_scores(&engine->head, features, scores, engine->scratch);

  uint32_t best = 0;
  for (uint32_t k = 1; k < engine->n_classes; k++)
    if (scores[k] > scores[best]) best = k;
  float second = 0;
  for (uint32_t k = 0; k < engine->n_classes; k++)
    if (k != best) second = fmaxf(second, scores[k]);
  float margin = scores[best] - second;
  double loudest = 0;
  for (uint32_t c = 0; c < engine->n_channels; c++) loudest = fmax(loudest, level[c]);
  double mean_square = loudest / (duration_s * engine->rate_hz);
  float distance = engine->novelty.limit > 0 ? r2nn_novelty_distance(&engine->novelty, features) : 0;
  r2nn_unknown unknown = R2NN_UNKNOWN_NOT;
  if (!(margin >= engine->margin_threshold)) unknown = R2NN_UNKNOWN_MARGIN;
  bool known = engine->readout.settings.mode == R2NN_MODE_FILE; /* that it is one of the classes: the host chose the file */
  if ((double)distance > engine->novelty.limit && !known) unknown = R2NN_UNKNOWN_NOVELTY;
  if (engine->readout.max && end - start > engine->readout.max) unknown = R2NN_UNKNOWN_LENGTH;
  engine->queue[slot] = (r2nn_decision){
      .start = start,
      .end = end,
      .made = engine->time,
      .class_index = unknown == R2NN_UNKNOWN_NOT ? (int32_t)best : -1,
      .best_index = (int32_t)best,
      .unknown = unknown,
      .score = scores[best],
      .margin = margin,
      .distance = distance,
      .level_db = (float)(10 * log10(mean_square + 1e-20)),
      .scores = scores,
      .features = features,
      .energies = energies,
  };
}

/* The window that the filled segments make up: sums into energy[n], then the levels [n_channels]; returns its frames. */
static uint64_t sum_segments(const r2nn_rt_readout *readout, double *energy) {
  uint32_t width = readout->n + readout->n_channels;
  memset(energy, 0, width * sizeof *energy);
  for (uint32_t k = 0; k < readout->n_filled; k++) {
    uint32_t slot = (readout->segment + readout->n_segments - readout->n_filled + k) % readout->n_segments;
    for (uint32_t i = 0; i < width; i++) energy[i] += readout->segments[(size_t)slot * width + i];
  }
  return readout->n_filled * readout->hop;
}

/* Put the present hop into the ring of segments. */
static void store_segment(r2nn_rt_readout *readout) {
  double *segment = readout->segments + (size_t)readout->segment * (readout->n + readout->n_channels);
  memcpy(segment, readout->energy, readout->n * sizeof *segment);
  memcpy(segment + readout->n, readout->level, readout->n_channels * sizeof *segment);
  readout->segment = (readout->segment + 1) % readout->n_segments;
  if (readout->n_filled < readout->n_segments) readout->n_filled++;
}

void r2nn_engine_hop(r2nn_engine *engine) {
  r2nn_rt_readout *readout = &engine->readout;
  if (readout->settings.mode == R2NN_MODE_LEAKY) {
    uint64_t reach = (uint64_t)(readout->settings.window_s * engine->rate_hz);
    double duration_s = fmax(readout->weight, readout->step_s);
    for (uint32_t c = 0; c < engine->n_channels; c++) readout->level[c] *= duration_s * engine->rate_hz / (double)readout->hop;
    r2nn_engine_decide(engine, readout->energy, readout->level, duration_s, engine->time > reach ? engine->time - reach : 0,
                       engine->time);
    memset(readout->level, 0, engine->n_channels * sizeof *readout->level);
    readout->in_hop = 0;
    return;
  }
  store_segment(readout);
  if (readout->n_filled == readout->n_segments) {
    double *sum = readout->segments + (size_t)readout->n_segments * (readout->n + readout->n_channels);
    uint64_t frames = sum_segments(readout, sum);
    r2nn_engine_decide(engine, sum, sum + readout->n, (double)frames / engine->rate_hz, engine->time - frames, engine->time);
  }
  r2nn_readout_begin(readout, engine->time);
}

void r2nn_engine_decide_event(r2nn_engine *engine) {
  r2nn_rt_readout *readout = &engine->readout;
  if (readout->is_decided || readout->ran <= engine->gate.low) return;
  if (engine->gate.is_loud) r2nn_readout_keep(readout);
  uint64_t frames = readout->ran - engine->gate.low; /* the hang-over is not part of it, nor is what rang in it */
  if (frames < readout->min) return;
  readout->is_decided = true;
  r2nn_engine_decide(engine, readout->energy, readout->level, (double)frames / engine->rate_hz, readout->start,
                     readout->start + frames);
}

void r2nn_engine_finish(r2nn_engine *engine) {
  r2nn_rt_readout *readout = &engine->readout;
  uint64_t frames = readout->ran, end = readout->start + frames;
  switch (readout->settings.mode) {
  case R2NN_MODE_FILE:
    if (frames) r2nn_engine_decide(engine, readout->energy, readout->level, (double)frames / engine->rate_hz, readout->start, end);
    break;
  case R2NN_MODE_EVENT:
    if (engine->gate.is_open) r2nn_engine_decide_event(engine);
    engine->gate.is_open = engine->gate.is_loud = false;
    engine->gate.low = 0;
    break;
  case R2NN_MODE_WINDOW: {
    /* Only the rest of a row of windows, or a stream shorter than one. */
    uint64_t window = readout->hop * readout->n_segments, filled = readout->n_filled * readout->hop;
    if (readout->n_segments > 1 && readout->n_filled == readout->n_segments) break;
    if (readout->n_segments == 1) filled = 0;
    if (filled + frames == 0 || 2 * (filled + frames) < window) break;
    if (readout->n_segments == 1) {
      r2nn_engine_decide(engine, readout->energy, readout->level, (double)frames / engine->rate_hz, readout->start, end);
    } else {
      double *sum = readout->segments + (size_t)readout->n_segments * (readout->n + readout->n_channels);
      if (frames) store_segment(readout);
      sum_segments(readout, sum);
      r2nn_engine_decide(engine, sum, sum + readout->n, (double)(filled + frames) / engine->rate_hz, end - filled - frames, end);
    }
    break;
  }
  case R2NN_MODE_LEAKY:
  case R2NN_N_MODES:
    break;
  }
  r2nn_readout_begin(readout, engine->time);
  readout->n_filled = 0;
}

void r2nn_engine_finish_with(r2nn_engine *engine, const double *energies, const double *squares, uint64_t n_frames) {
  r2nn_rt_readout *readout = &engine->readout;
  memcpy(readout->energy, energies, readout->n * sizeof *energies);
  memcpy(readout->level, squares, readout->n_channels * sizeof *squares);
  readout->ran += n_frames;
  engine->time += n_frames;
  r2nn_engine_finish(engine);
}

bool r2nn_engine_peek(r2nn_engine *engine, r2nn_decision *decision) {
  const r2nn_rt_readout *readout = &engine->readout;
  bool plain = readout->settings.mode == R2NN_MODE_FILE || readout->settings.mode == R2NN_MODE_WINDOW;
  if (!plain || !readout->ran || engine->queue_count == R2NN_DECISION_QUEUE) return false;
  r2nn_engine_decide(engine, readout->energy, readout->level, (double)readout->ran / engine->rate_hz, readout->start,
                     readout->start + readout->ran);
  *decision = engine->queue[(engine->queue_head + --engine->queue_count) % R2NN_DECISION_QUEUE];
  return true;
}
