/* The impedance landscape of a stage. */
#include "landscape.h"

#include "sort.h"

#include <math.h>
#include <stdlib.h>

/* Extra points lie at these distances from a mode, in its half widths: 0.2 catches a peak within 0.2 dB. */
static const double around_mode[] = {-4, -2, -1, -0.5, -0.2, 0, 0.2, 0.5, 1, 2, 4};
enum { N_AROUND = sizeof around_mode / sizeof *around_mode, MAX_REFINED = 400 /* modes */ };

static const double lowest_db = -300; /* of an output that hears nothing at all */

/* What the stage's input can hold: half of its rate, or 0 if that is not known. */
static double highest_input_hz(const r2nn_model *model, uint32_t stage) {
  double rate_hz = model->trained_rate_hz;
  for (uint32_t i = 0; i < stage; i++)
    if (model->stages[i].rate_hz > 0) rate_hz = model->stages[i].rate_hz;
  return rate_hz / 2;
}

/* The range to show: what is asked for, else an octave around all modes and corners, but nothing above most_hz if that is known. */
static r2nn_status choose_range(const double *re, const double *im, uint32_t n, double most_hz, double *from_hz, double *to_hz,
                                r2nn_error *error) {
  double lo = 0, hi = 0;
  for (uint32_t i = 0; i < n; i++) {
    double hz = hypot(re[i], im[i]) / (2 * M_PI);
    if (lo <= 0 || hz < lo) lo = hz;
    if (hz > hi) hi = hz;
  }
  if (*from_hz <= 0) *from_hz = lo > 0 ? lo / 2 : 1;
  hi *= 2;
  if (most_hz > *from_hz && hi > most_hz) hi = most_hz;
  if (*to_hz <= 0) *to_hz = hi > *from_hz ? hi : *from_hz * 1000;
  if (*from_hz < *to_hz) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_ARGUMENT, "nothing lies between %g and %g Hz", *from_hz, *to_hz);
}

/* The frequencies to compute, sorted. */
static r2nn_status place_points(landscape *self, const landscape_def *def, double most_hz, const double *re, const double *im,
                                uint32_t n_poles, r2nn_error *error) {
  double from_hz = def->from_hz, to_hz = def->to_hz;
  r2nn_status status = choose_range(re, im, n_poles, most_hz, &from_hz, &to_hz, error);
  if (status != R2NN_OK) return status;
  self->freq_hz = malloc((def->n_points + (size_t)n_poles * N_AROUND) * sizeof *self->freq_hz);
  self->mode_hz = malloc((n_poles + 1) * sizeof *self->mode_hz);
  if (!self->freq_hz || !self->mode_hz) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t i = 0; i < def->n_points; i++)
    self->freq_hz[self->n_points++] = from_hz * pow(to_hz / from_hz, i / (def->n_points - 1.0));
  for (uint32_t i = 0; i < n_poles; i++) {
    if (im[i] <= 0) continue;
    double mode_hz = im[i] / (2 * M_PI), half_width_hz = -re[i] / (2 * M_PI);
    if (mode_hz >= from_hz && mode_hz <= to_hz) self->mode_hz[self->n_modes++] = mode_hz;
    for (int k = 0; k < N_AROUND && def->refine && n_poles <= MAX_REFINED; k++) {
      double hz = mode_hz + around_mode[k] * half_width_hz;
      if (hz > from_hz && hz < to_hz) self->freq_hz[self->n_points++] = hz;
    }
  }
  sort_values(self->freq_hz, self->n_points);
  sort_values(self->mode_hz, self->n_modes);
  return R2NN_OK;
}

/* Which outputs are shown, and where they stand in the stage. */
static r2nn_status place_outputs(landscape *self, const landscape_def *def, const r2nn_stage *stage, r2nn_error *error) {
  self->n_outputs = def->outputs ? def->n_outputs : stage->n_outputs;
  self->nodes = malloc((self->n_outputs + 1) * sizeof *self->nodes);
  self->places = malloc((self->n_outputs + 1) * sizeof *self->places);
  if (!self->nodes || !self->places) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t i = 0; i < self->n_outputs; i++) {
    uint32_t place = def->outputs ? 0 : i;
    while (def->outputs && place < stage->n_outputs && stage->outputs[place] != def->outputs[i]) place++;
    if (place == stage->n_outputs)
      return r2nn_fail(error, R2NN_BAD_ARGUMENT, "node %u is not an output of stage %u", def->outputs[i], def->stage);
    self->places[i] = place;
    self->nodes[i] = stage->outputs[place];
  }
  return R2NN_OK;
}

/* One frequency: re, im are [n_outputs of the stage][n_channels], driving [n_inputs], all scratch. */
static r2nn_status fill_point(landscape *self, const r2nn_stage *stage, uint32_t n_channels, uint32_t channel, uint32_t point,
                              double *re, double *im, double *driving, r2nn_error *error) {
  r2nn_status status = r2nn_stage_response(stage, n_channels, self->freq_hz[point], re, im, driving, error);
  if (status != R2NN_OK) return status;
  for (uint32_t i = 0; i < self->n_outputs; i++) {
    size_t at = (size_t)self->places[i] * n_channels + channel, to = (size_t)i * self->n_points + point;
    double size = hypot(re[at], im[at]);
    self->db[to] = fmax(20 * log10(size), lowest_db);
    self->phase_deg[to] = atan2(im[at], re[at]) * 180 / M_PI;
  }
  for (uint32_t i = 0; i < stage->n_inputs; i++)
    if (stage->inputs[i].channel == channel) self->conductance[point] += driving[i];
  return R2NN_OK;
}

static r2nn_status fill(landscape *self, const r2nn_stage *stage, uint32_t n_channels, uint32_t channel,
                        void (*progress)(double share), r2nn_error *error) {
  size_t n_values = (size_t)stage->n_outputs * n_channels + 1;
  double *re = malloc(n_values * sizeof *re), *im = malloc(n_values * sizeof *im);
  double *driving = malloc((stage->n_inputs + 1) * sizeof *driving);
  self->db = malloc(((size_t)self->n_outputs * self->n_points + 1) * sizeof *self->db);
  self->phase_deg = malloc(((size_t)self->n_outputs * self->n_points + 1) * sizeof *self->phase_deg);
  self->conductance = calloc(self->n_points, sizeof *self->conductance);
  r2nn_status status = R2NN_OK;
  if (!re || !im || !driving || !self->db || !self->phase_deg || !self->conductance)
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t i = 0; i < self->n_points && status == R2NN_OK; i++) {
    status = fill_point(self, stage, n_channels, channel, i, re, im, driving, error);
    if (progress) progress((double)i / self->n_points);
  }
  free(re);
  free(im);
  free(driving);
  return status;
}

r2nn_status landscape_of(const r2nn_model *model, const landscape_def *def, void (*progress)(double share), landscape *result,
                         r2nn_error *error) {
  *result = (landscape){0};
  if (def->stage >= model->n_stages)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "there is no stage %u; the model has %u, from 0", def->stage, model->n_stages);
  uint32_t n_channels = r2nn_model_stage_channels(model, def->stage), n_poles;
  if (def->channel >= n_channels)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "there is no channel %u; stage %u takes %u", def->channel + 1, def->stage,
                     n_channels);
  const r2nn_stage *stage = &model->stages[def->stage];
  double *re = NULL, *im = NULL;
  r2nn_status status = r2nn_stage_poles(stage, &n_poles, &re, &im, error);
  if (status == R2NN_OK) status = place_points(result, def, highest_input_hz(model, def->stage), re, im, n_poles, error);
  if (status == R2NN_OK) status = place_outputs(result, def, stage, error);
  if (status == R2NN_OK) status = fill(result, stage, n_channels, def->channel, progress, error);
  free(re);
  free(im);
  return status;
}

void landscape_free(landscape *self) {
  free(self->freq_hz);
  free(self->db);
  free(self->phase_deg);
  free(self->conductance);
  free(self->mode_hz);
  free(self->nodes);
  free(self->places);
  *self = (landscape){0};
}

void landscape_csv(FILE *to, const landscape *self) {
  fputs("freq_hz", to);
  for (uint32_t i = 0; i < self->n_outputs; i++) fprintf(to, ",out_%u_db,out_%u_phase_deg", self->nodes[i], self->nodes[i]);
  fputs(",conductance_s\n", to);
  for (uint32_t k = 0; k < self->n_points; k++) {
    fprintf(to, "%.8g", self->freq_hz[k]);
    for (uint32_t i = 0; i < self->n_outputs; i++) {
      size_t at = (size_t)i * self->n_points + k;
      fprintf(to, ",%.5f,%.4f", self->db[at], self->phase_deg[at]);
    }
    fprintf(to, ",%.8g\n", self->conductance[k]);
  }
}
