/* Stage after stage, and back. */
#include "train/cascade.h"

#include "core/stage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

r2nn_status r2nn_cascade_init(r2nn_cascade *cascade, r2nn_stage *stages, uint32_t n_stages, uint32_t n_channels, r2nn_energy energy,
                              uint32_t most, r2nn_error *error) {
  *cascade = (r2nn_cascade){.n_channels = n_channels, .energy = energy, .stages = stages};
  /* A pass is at most five times its clip and a little (r2nn_pass_room). */
  bool is_slow = false;
  r2nn_status status = r2nn_transforms_init(&cascade->transforms, 5.0 * most + 64, error);
  for (uint32_t s = 0; s < n_stages && status == R2NN_OK; s++) {
    uint32_t n_inputs = s ? stages[s - 1].n_outputs : n_channels;
    is_slow |= s && stages[s - 1].rate_hz > 0;
    cascade->in_time[s] = is_slow && r2nn_stepped_fits(&stages[s]);
    status = cascade->in_time[s] ? r2nn_stepped_init(&cascade->stepped[s], &stages[s], n_inputs, error)
                                 : r2nn_linear_init(&cascade->linear[s], &stages[s], n_inputs, error);
    if (status == R2NN_OK) cascade->n_stages++;
  }
  if (status != R2NN_OK) r2nn_cascade_free(cascade);
  return status;
}

void r2nn_cascade_free(r2nn_cascade *cascade) {
  for (uint32_t s = 0; s < cascade->n_stages; s++) {
    r2nn_linear_free(&cascade->linear[s]);
    r2nn_stepped_free(&cascade->stepped[s]);
  }
  r2nn_transforms_free(&cascade->transforms);
  *cascade = (r2nn_cascade){0};
}

void r2nn_cascade_load(r2nn_cascade *cascade, uint32_t first) {
  for (uint32_t s = first; s < cascade->n_stages; s++)
    if (cascade->in_time[s])
      r2nn_stepped_load(&cascade->stepped[s]);
    else
      r2nn_linear_load(&cascade->linear[s]);
}

void r2nn_journey_free(r2nn_journey *journey) {
  for (uint32_t s = 0; s < R2NN_MAX_STAGES; s++) {
    r2nn_pass_free(&journey->pass[s]);
    free(journey->frames[s]);
  }
  *journey = (r2nn_journey){0};
}

/* Room for n frames of n_outputs behind stage s. */
static bool frames_room(r2nn_journey *journey, uint32_t s, uint32_t n_outputs, uint32_t n) {
  size_t count = (2 * (size_t)n_outputs + 1) * n + 1;
  if (count > journey->space[s]) {
    free(journey->frames[s]);
    journey->frames[s] = malloc(count * sizeof **journey->frames);
    journey->space[s] = journey->frames[s] ? count : 0;
    if (!journey->frames[s]) return false;
  }
  journey->smooth[s] = journey->frames[s] + (size_t)n_outputs * n;
  return true;
}

bool r2nn_cascade_forward(const r2nn_cascade *cascade, uint32_t first, uint32_t last, const double *u, uint32_t n_frames,
                          double rate_hz, bool back, r2nn_journey *journey) {
  for (uint32_t s = first; s < last; s++) {
    const r2nn_stage *stage = &cascade->stages[s];
    r2nn_pass *pass = &journey->pass[s];
    uint32_t every = r2nn_stage_every(stage, rate_hz), n = n_frames / every;
    bool in_time = cascade->in_time[s];
    bool good = in_time ? r2nn_stepped_room(pass, &cascade->stepped[s], n_frames, rate_hz)
                        : r2nn_pass_room(pass, &cascade->linear[s], &cascade->transforms, n_frames, rate_hz, back);
    if (!good || !frames_room(journey, s, stage->n_outputs, n)) return false;
    if (in_time)
      r2nn_stepped_forward(&cascade->stepped[s], pass, u);
    else
      r2nn_linear_forward(&cascade->linear[s], &cascade->transforms, pass, u);
    journey->input[s] = u;
    r2nn_detect_forward(stage, pass, journey->frames[s], journey->smooth[s]);
    journey->n[s] = n;
    u = journey->frames[s];
    n_frames = n;
    rate_hz /= every;
  }
  return true;
}

/* Seconds that a frame behind the last stage stands for. */
static double step_of(const r2nn_cascade *cascade, const r2nn_journey *journey) {
  const r2nn_pass *pass = &journey->pass[cascade->n_stages - 1];
  return r2nn_stage_every(&cascade->stages[cascade->n_stages - 1], pass->rate_hz) / pass->rate_hz;
}

void r2nn_cascade_energies(const r2nn_cascade *cascade, const r2nn_journey *journey, double *energies) {
  uint32_t s = cascade->n_stages - 1, n = journey->n[s];
  double step = step_of(cascade, journey);
  for (uint32_t o = 0; o < cascade->stages[s].n_outputs; o++) {
    const double *y = journey->frames[s] + (size_t)o * n;
    double sum = 0;
    switch (cascade->energy) {
    case R2NN_ENERGY_SQUARE:
      for (uint32_t t = 0; t < n; t++) sum += y[t] * y[t];
      break;
    case R2NN_ENERGY_RECTIFY:
      for (uint32_t t = 0; t < n; t++) sum += fabs(y[t]);
      break;
    case R2NN_ENERGY_MEAN:
    case R2NN_N_ENERGIES:
      for (uint32_t t = 0; t < n; t++) sum += y[t];
      break;
    }
    energies[o] = sum * step;
  }
}

/* dL/denergies into dL/dframes, in place of the frames. */
static void energies_back(const r2nn_cascade *cascade, r2nn_journey *journey, const double *denergies) {
  uint32_t s = cascade->n_stages - 1, n = journey->n[s];
  double step = step_of(cascade, journey);
  for (uint32_t o = 0; o < cascade->stages[s].n_outputs; o++) {
    double *y = journey->frames[s] + (size_t)o * n, d = denergies[o] * step;
    switch (cascade->energy) {
    case R2NN_ENERGY_SQUARE:
      for (uint32_t t = 0; t < n; t++) y[t] *= 2 * d;
      break;
    case R2NN_ENERGY_RECTIFY:
      for (uint32_t t = 0; t < n; t++) y[t] = y[t] < 0 ? -d : d;
      break;
    case R2NN_ENERGY_MEAN:
    case R2NN_N_ENERGIES:
      for (uint32_t t = 0; t < n; t++) y[t] = d;
      break;
    }
  }
}

void r2nn_cascade_backward(const r2nn_cascade *cascade, uint32_t first, r2nn_journey *journey, const double *denergies,
                           r2nn_stage_gradient *gradient) {
  energies_back(cascade, journey, denergies);
  for (uint32_t s = cascade->n_stages; s-- > first;) {
    r2nn_detect_backward(&cascade->stages[s], &journey->pass[s], journey->frames[s], journey->smooth[s]);
    double *du = s > first ? journey->frames[s - 1] : NULL;
    if (cascade->in_time[s])
      r2nn_stepped_backward(&cascade->stepped[s], &journey->pass[s], journey->input[s], du, &gradient[s]);
    else
      r2nn_linear_backward(&cascade->linear[s], &cascade->transforms, &journey->pass[s], du, &gradient[s]);
  }
}

size_t r2nn_stage_gradient_size(const r2nn_stage *stage) {
  return 3 * (size_t)stage->n_nodes + stage->n_couplings + stage->n_inputs;
}

bool r2nn_stage_gradient_init(r2nn_stage_gradient *gradient, const r2nn_stage *stage) {
  double *memory = calloc(r2nn_stage_gradient_size(stage) + 1, sizeof *memory);
  *gradient = (r2nn_stage_gradient){.d = memory};
  if (!memory) return false;
  gradient->c = gradient->d + stage->n_nodes;
  gradient->g = gradient->c + stage->n_nodes;
  gradient->couplings = gradient->g + stage->n_nodes;
  gradient->inputs = gradient->couplings + stage->n_couplings;
  return true;
}

void r2nn_stage_gradient_free(r2nn_stage_gradient *gradient) {
  free(gradient->d);
  *gradient = (r2nn_stage_gradient){0};
}
