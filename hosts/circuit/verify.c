/* Compares the netlist, run by ngspice, with the engine. */
#include "circuit/verify.h"

#include "circuit/scratch.h"
#include "circuit/spice.h"
#include "circuit/upsample.h"
#include "progress.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STIMULUS "stimulus.txt"
#define RESULT   "result.txt"
#define RESPONSE "response.txt"
#define NETLIST  "net.cir"

r2nn_status verify_prepare(const r2nn_circuit *circuit, const float *in, uint32_t n_frames, double rate_hz, double steps,
                           verify_sound *sound, r2nn_error *error) {
  uint32_t n_channels = circuit->n_channels;
  double highest_hz = fmin(circuit->highest_hz, rate_hz / 2);
  uint32_t times = (uint32_t)fmax(ceil(steps * highest_hz / rate_hz), 2);
  uint32_t skip = (uint32_t)fmax(ceil(times * rate_hz / R2NN_RATE_MAX), 1);
  times = (times + skip - 1) / skip * skip; /* the engine hears the first of every skip frames */
  *sound = (verify_sound){.n_frames = n_frames * times, .rate_hz = rate_hz * times, .band_hz = rate_hz, .skip = skip};
  float *shifted = malloc((size_t)n_frames * n_channels * sizeof *shifted);
  if (!shifted) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (size_t t = 0; t < (size_t)n_frames * n_channels;
       t++) /* AC coupling: what the engine takes away, a capacitor starts without */
    shifted[t] = circuit->built->remove_mean ? in[t] - in[t % n_channels] : in[t];
  r2nn_status status = upsample(shifted, n_frames, n_channels, times, &sound->in, error);
  free(shifted);
  return status;
}

uint32_t verify_n_frames(const verify_sound *sound) {
  return (sound->n_frames + sound->skip - 1) / sound->skip;
}

void verify_release(verify_sound *sound) {
  free(sound->in);
  *sound = (verify_sound){0};
}

r2nn_status verify_engine(const r2nn_circuit *circuit, const r2nn_model *model, const verify_sound *sound, float **out,
                          int32_t *decision, r2nn_error *error) {
  uint32_t n = model->stages[0].n_outputs, n_frames = verify_n_frames(sound), n_channels = circuit->n_channels;
  r2nn_engine_def def = r2nn_engine_def_default(model, sound->rate_hz / sound->skip);
  r2nn_engine *engine = NULL;
  float *in = NULL;
  def.readout.mode = R2NN_MODE_FILE;
  def.margin_threshold = 0;
  *out = NULL;
  r2nn_status status = r2nn_engine_new(model, &def, &engine, error);
  uint32_t late = status == R2NN_OK ? r2nn_engine_latency(engine) : 0, n_run = n_frames + late;
  if (status == R2NN_OK) {
    in = calloc((size_t)n_run * n_channels, sizeof *in);
    *out = malloc((size_t)n_run * n * sizeof **out);
    if (!in || !*out) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  if (status == R2NN_OK) {
    r2nn_decision made;
    for (uint32_t t = 0; t < n_frames; t++)
      memcpy(in + (size_t)t * n_channels, sound->in + (size_t)t * sound->skip * n_channels, n_channels * sizeof *in);
    r2nn_engine_run_nodes(engine, in, *out, n_run);
    r2nn_engine_finish(engine);
    if (decision) *decision = r2nn_engine_poll(engine, &made) ? made.class_index : -1;
    memmove(*out, *out + (size_t)late * n, (size_t)n_frames * n * sizeof **out);
    for (size_t k = 0; k < (size_t)n_frames * n; k++) (*out)[k] *= (float)circuit->probes[k % n].volt;
  }
  r2nn_engine_free(engine);
  free(in);
  if (status == R2NN_OK) return status;
  free(*out);
  *out = NULL;
  return status;
}

r2nn_status verify_write_stimulus(const verify_sound *sound, uint32_t n_channels, const char *path, r2nn_error *error) {
  FILE *file = fopen(path, "we");
  if (!file) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: %s", path, strerror(errno));
  for (uint32_t t = 0; t < sound->n_frames; t++) {
    fprintf(file, "%.9g", t / sound->rate_hz);
    for (uint32_t c = 0; c < n_channels; c++) fprintf(file, " %.7g", (double)sound->in[(size_t)t * n_channels + c]);
    fputc('\n', file);
  }
  bool failed = ferror(file);
  if (fclose(file) != 0 || failed) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: cannot be written: the disk may be full", path);
  return R2NN_OK;
}

/* Largest difference of column i, relative to the engine's peak. */
static double column_error(const spice_table *table, const float *engine, uint32_t n, const verify_sound *sound, uint32_t i) {
  double worst = 0, peak = 0;
  for (uint32_t row = 0; row < table->n_rows; row++) {
    const double *at = table->values + (size_t)row * table->n_columns;
    size_t t = (size_t)llround(at[0] * sound->rate_hz / sound->skip);
    if (t >= verify_n_frames(sound)) break;
    double value = (double)engine[t * n + i];
    worst = fmax(worst, fabs(at[1 + i] - value));
    peak = fmax(peak, fabs(value));
  }
  return peak > 0 ? worst / peak : 0;
}

/* What a model with one stage decides from the voltages in a table. */
static int32_t decide(const r2nn_circuit *circuit, const r2nn_model *model, const spice_table *table, r2nn_error *error) {
  uint32_t n = model->head.n_features, best = 0;
  double *energy = calloc(n, sizeof *energy);
  float *features = calloc(n, sizeof *features), *scores = calloc(model->n_classes, sizeof *scores);
  float *scratch = calloc(model->head.n_hidden + 1, sizeof *scratch);
  if (energy && features && scores && scratch) {
    double begin = table->values[0], end = table->values[(size_t)(table->n_rows - 1) * table->n_columns];
    double step = table->n_rows > 1 ? (end - begin) / (table->n_rows - 1) : 1;
    for (uint32_t row = 0; row < table->n_rows; row++)
      for (uint32_t i = 0; i < n; i++) {
        double v = table->values[(size_t)row * table->n_columns + 1 + i] / circuit->probes[i].volt;
        energy[i] += step * (model->readout.energy == R2NN_ENERGY_SQUARE    ? v * v
                             : model->readout.energy == R2NN_ENERGY_RECTIFY ? fabs(v)
                                                                            : v);
      }
    r2nn_readout_features(&model->readout, energy, n, step * table->n_rows, features);
    r2nn_head_scores(&model->head, features, scores, scratch);
    for (uint32_t k = 1; k < model->n_classes; k++)
      if (scores[k] > scores[best]) best = k;
  } else {
    r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  free(energy);
  free(features);
  free(scores);
  free(scratch);
  return (int32_t)best;
}

/* |H of ngspice - H of the values| over the frequencies of the table, relative to the peak of |H|; the worst output. */
static r2nn_status compare_response(const r2nn_circuit *circuit, const r2nn_model *model, const spice_table *table, double *worst,
                                    r2nn_error *error) {
  uint32_t n = model->stages[0].n_outputs, n_channels = model->n_channels;
  double *re = calloc((size_t)n * n_channels, sizeof *re), *im = calloc((size_t)n * n_channels, sizeof *im);
  double *off = calloc(n, sizeof *off), *peak = calloc(n, sizeof *peak);
  r2nn_status status = re && im && off && peak ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t row = 0; row < table->n_rows && status == R2NN_OK; row++) {
    const double *at = table->values + (size_t)row * table->n_columns;
    status = r2nn_stage_response(&model->stages[0], n_channels, at[0], re, im, NULL, error);
    double x = model->remove_mean ? at[0] / model->highpass_hz : INFINITY; /* high-pass: jx/(1 + jx), order times */
    for (uint32_t i = 0; i < n && status == R2NN_OK; i++) {
      double hr = re[(size_t)i * n_channels], hi = im[(size_t)i * n_channels];
      for (uint32_t k = 0; model->remove_mean && k < model->highpass_order; k++) {
        double pr = x * x / (1 + x * x), pi = x / (1 + x * x), r = hr * pr - hi * pi;
        hi = hr * pi + hi * pr;
        hr = r;
      }
      double volt = circuit->probes[i].volt;
      off[i] = fmax(off[i], hypot(at[1 + 2 * i] - volt * hr, at[2 + 2 * i] - volt * hi));
      peak[i] = fmax(peak[i], fabs(volt) * hypot(hr, hi));
    }
  }
  *worst = 0;
  for (uint32_t i = 0; i < n && status == R2NN_OK; i++)
    if (peak[i] > 0) *worst = fmax(*worst, off[i] / peak[i]);
  free(re);
  free(im);
  free(off);
  free(peak);
  return status;
}

/* Rows are written for so many of the engine's frames each: often enough to integrate squares, and the tables stay small. At least
 * two steps each: ngspice 39 does not interpolate between rows that are as close as its steps. */
static uint32_t print_every(const verify_sound *sound) {
  uint32_t least = sound->skip > 1 ? 1 : 2;
  return (uint32_t)fmax(floor(sound->rate_hz / sound->skip / (4 * sound->band_hz)), least);
}

/* The netlist's voltages, and its response. */
static r2nn_status run_netlist(const verify_job *job, const verify_sound *sound, const char *folder, bool with_response,
                               spice_table *table, verify_result *result, r2nn_error *error) {
  const r2nn_circuit *circuit = job->circuit;
  r2nn_netlist_def def = {.stimulus = STIMULUS,
                          .result = RESULT,
                          .response = with_response ? RESPONSE : NULL,
                          .duration_s = (sound->n_frames - 1) / sound->rate_hz,
                          .step_s = 1 / sound->rate_hz,
                          .print_s = print_every(sound) * sound->skip / sound->rate_hz};
  char path[4200], *text = r2nn_circuit_netlist(circuit, &def);
  if (!text) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  snprintf(path, sizeof path, "%s/" STIMULUS, folder);
  r2nn_status status = scratch_write(folder, NETLIST, text, error);
  free(text);
  if (status == R2NN_OK) status = verify_write_stimulus(sound, circuit->n_channels, path, error);
  double begun_s = progress_clock();
  if (status == R2NN_OK) status = spice_run(folder, NETLIST, error);
  result->ngspice_s += progress_clock() - begun_s;
  if (status == R2NN_OK) status = spice_read(folder, RESULT, 1 + circuit->n_probes, table, error);
  if (status == R2NN_OK && with_response) {
    spice_table response;
    status = spice_read(folder, RESPONSE, 1 + 2 * circuit->n_probes, &response, error);
    if (status == R2NN_OK) status = compare_response(circuit, job->board, &response, &result->response_error, error);
    spice_free(&response);
  }
  return status;
}

/* How long the engine takes for the sound as it is, at its own rate; making the engine not counted. */
static r2nn_status time_engine(const r2nn_model *model, const float *in, uint32_t n_frames, double rate_hz, double *seconds,
                               r2nn_error *error) {
  r2nn_engine_def def = r2nn_engine_def_default(model, rate_hz);
  r2nn_engine *engine = NULL;
  def.readout.mode = R2NN_MODE_FILE;
  r2nn_status status = r2nn_engine_new(model, &def, &engine, error);
  if (status != R2NN_OK) return status;
  double begun_s = progress_clock();
  r2nn_engine_run(engine, in, n_frames);
  r2nn_engine_finish(engine);
  *seconds = progress_clock() - begun_s;
  r2nn_engine_free(engine);
  return R2NN_OK;
}

r2nn_status verify_sound_on(const verify_job *job, const float *in, uint32_t n_frames, double rate_hz, double steps,
                            bool with_response, verify_result *result, r2nn_error *error) {
  const r2nn_circuit *circuit = job->circuit;
  const r2nn_stage *stage = &job->model->stages[0];
  char folder[SCRATCH_SIZE];
  verify_sound sound;
  spice_table table = {0};
  float *built = NULL, *plain = NULL;
  int32_t by_engine = -1, unrounded = -1;
  *result = (verify_result){.response_error = -1};
  r2nn_status status = scratch_make(folder, error);
  if (status != R2NN_OK) return status;
  status = verify_prepare(circuit, in, n_frames, rate_hz, steps, &sound, error);
  if (status == R2NN_OK) status = verify_engine(circuit, job->board, &sound, &built, &by_engine, error);
  if (status == R2NN_OK) status = time_engine(job->board, in, n_frames, rate_hz, &result->engine_s, error);
  if (status == R2NN_OK) status = verify_engine(circuit, job->model, &sound, &plain, &unrounded, error);
  if (status == R2NN_OK) status = run_netlist(job, &sound, folder, with_response, &table, result, error);
  if (status == R2NN_OK) {
    for (uint32_t i = 0; i < circuit->n_probes; i++)
      result->waveform_error = fmax(result->waveform_error, column_error(&table, built, circuit->n_probes, &sound, i));
    if (job->model->n_stages == 1 && stage->law == R2NN_LAW_IDENTITY && stage->smooth_s == 0) {
      result->decisions_compared = 1;
      result->decisions_equal = decide(circuit, job->board, &table, error) == by_engine;
      result->rounding_equal = by_engine == unrounded;
    }
  }
  free(built);
  free(plain);
  spice_free(&table);
  verify_release(&sound);
  scratch_remove(folder);
  return status;
}

void verify_add(verify_result *to, const verify_result *from) {
  to->waveform_error = fmax(to->waveform_error, from->waveform_error);
  to->response_error = fmax(to->response_error, from->response_error);
  to->decisions_compared += from->decisions_compared;
  to->decisions_equal += from->decisions_equal;
  to->rounding_equal += from->rounding_equal;
  to->ngspice_s += from->ngspice_s;
  to->engine_s += from->engine_s;
}
