/* r2nn hardware verify: does the board do what the model does? */
#include "audio/file.h"
#include "hardware/commands.h"
#include "hardware/measure.h"
#include "model_file.h"
#include "parse.h"
#include "r2nn/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AFTER_S 1.5 /* silence after a test vector */

enum { OPTION_VECTOR = SETUP_OWN, OPTION_WITHIN };
static const option_def own_options[] = {
    {"vector", '\0', OPTION_VECTOR, "FILE.wav", "play this, stimulus.wav of r2nn circuit for one (a sweep)"},
    {"within", '\0', OPTION_WITHIN, "PCT", "fail if an output is off by more"},
    SETTING_FORMAT("text or json (text)"),
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct job {
  setup wiring;
  const char *vector;
  double within; /* a share; infinite: not asked */
} job;

/* One output: what is off for the RMS of what it should be, and its gain. */
typedef struct verdict {
  double error, gain;
} verdict;

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  job *self = context;
  double percent;
  switch (code) {
  case OPTION_VECTOR:
    self->vector = argument;
    return true;
  case OPTION_WITHIN:
    if (!parse_number("--within", argument, 0.001, 1000, &percent, error)) return false;
    self->within = percent / 100;
    return true;
  default:
    return setup_set(&self->wiring, code, argument, error);
  }
}

/* The samples of a file of one channel at the interface's rate, and silence. */
static r2nn_status read_vector(const char *path, double rate_hz, float **play, uint32_t *n_frames, r2nn_error *error) {
  audio_file *file;
  audio_info info;
  r2nn_error reason = {""};
  r2nn_status status = audio_open(path, NULL, &file, &info, &reason);
  if (status != R2NN_OK) return r2nn_fail(error, status, "%s: %s", path, reason.text);
  if (info.n_channels != 1 || info.rate_hz != rate_hz)
    status = r2nn_fail(error, R2NN_BAD_DATA, "%s: has %u channels at %g Hz; one at %g Hz, the interface's rate, can be played",
                       path, info.n_channels, info.rate_hz, rate_hz);
  uint32_t n = 0, after = (uint32_t)(AFTER_S * rate_hz);
  for (uint32_t got = 1; got && status == R2NN_OK; n += got) {
    float *grown = realloc(*play, (n + AUDIO_BLOCK + (size_t)after) * sizeof *grown);
    if (grown) *play = grown;
    got = grown ? audio_read(file, *play + n, AUDIO_BLOCK) : 0;
    if (!grown) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  audio_close(file);
  if (status == R2NN_OK) memset(*play + n, 0, after * sizeof **play);
  *n_frames = n + after;
  return status;
}

static r2nn_status make_sweep(const r2nn_model *model, const setup *wiring, double rate_hz, float **play, uint32_t *n_frames,
                              r2nn_error *error) {
  r2nn_sweep sweep;
  r2nn_status status = r2nn_sweep_for(model, rate_hz, 1, pow(10, wiring->level_db / 20), &sweep, error);
  if (status != R2NN_OK) return status;
  *n_frames = r2nn_sweep_frames(&sweep);
  *play = malloc(*n_frames * sizeof **play);
  if (!*play) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  r2nn_sweep_make(&sweep, *play);
  return R2NN_OK;
}

/* The model hears what the loopback heard, so that neither delay nor colour of the interface count. in is [n_in][n]. */
static r2nn_status compare(const r2nn_model *model, double rate_hz, const float *in, uint32_t n, verdict *outputs,
                           r2nn_error *error) {
  uint32_t n_outputs = model->stages[0].n_outputs;
  r2nn_engine_def def = r2nn_engine_def_default(model, rate_hz);
  r2nn_engine *engine;
  r2nn_status status = r2nn_engine_new(model, &def, &engine, error);
  if (status != R2NN_OK) return status;
  float *nodes = malloc(n_outputs * sizeof *nodes);
  double *sums = calloc(3 * (size_t)n_outputs, sizeof *sums), *xx = sums, *xy = sums + n_outputs,
         *yy = sums + 2 * (size_t)n_outputs;
  if (!nodes || !sums) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  uint32_t late = r2nn_engine_latency(engine);
  for (uint32_t t = 0; t < n && status == R2NN_OK; t++) {
    r2nn_engine_run_nodes(engine, in + (size_t)n_outputs * n + t, nodes, 1);
    for (uint32_t o = 0; o < n_outputs && t >= late; o++) {
      double x = (double)nodes[o], y = (double)in[(size_t)o * n + t - late];
      xx[o] += x * x;
      xy[o] += x * y;
      yy[o] += y * y;
    }
  }
  for (uint32_t o = 0; o < n_outputs && status == R2NN_OK; o++)
    outputs[o] =
        (verdict){.error = sqrt(fmax(xx[o] - 2 * xy[o] + yy[o], 0) / fmax(xx[o], 1e-30)), .gain = xy[o] / fmax(xx[o], 1e-30)};
  free(nodes);
  free(sums);
  r2nn_engine_free(engine);
  return status;
}

static r2nn_status show(const job *self, const verdict *outputs, uint32_t n, double worst, r2nn_error *error) {
  output out = {0};
  r2nn_status status = output_open(&out, NULL, false, error);
  if (status != R2NN_OK) return status;
  bool json = setup_wants_json(&self->wiring);
  fprintf(out.stream, json ? "{\"outputs\": [" : "%8s %8s %10s %8s\n", "output", "input", "off", "gain");
  for (uint32_t o = 0; o < n; o++)
    if (json)
      fprintf(out.stream, "%s{\"input\": %u, \"error\": %.6g, \"gain\": %.6g}", o ? ", " : "", setup_channel(&self->wiring, o),
              outputs[o].error, outputs[o].gain);
    else
      fprintf(out.stream, "%8u %8u %8.3f %% %8.4f\n", o + 1, setup_channel(&self->wiring, o), 100 * outputs[o].error,
              outputs[o].gain);
  fprintf(out.stream, json ? "], \"error\": %.6g}\n" : "the worst is off by %.3f %% of what it should be\n",
          json ? worst : 100 * worst);
  return output_commit(&out, error);
}

static r2nn_status play_and_compare(job *self, exchange *line, const r2nn_model *model, verdict *outputs, r2nn_error *error) {
  float *play = NULL, *in = NULL;
  uint32_t n = 0;
  r2nn_status status = self->vector ? read_vector(self->vector, line->rate_hz, &play, &n, error)
                                    : make_sweep(model, &self->wiring, line->rate_hz, &play, &n, error);
  if (status == R2NN_OK) {
    in = malloc((size_t)line->n_in * n * sizeof *in);
    status = in ? exchange_run(line, "test vector", play, in, n, error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  if (status == R2NN_OK) status = compare(model, line->rate_hz, in, n, outputs, error);
  free(play);
  free(in);
  return status;
}

static r2nn_status verify(void *context, const char *name, r2nn_error *error) {
  job *self = context;
  r2nn_model *model;
  exchange line = {0};
  measurement all;
  double worst = 0;
  r2nn_status status = model_file_read(name, &model, error);
  if (status != R2NN_OK) return status;
  uint32_t n = model->stages[0].n_outputs;
  verdict *outputs = calloc(n, sizeof *outputs);
  if (!outputs) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK && model->n_channels != 1)
    status = r2nn_fail(error, R2NN_BAD_ARGUMENT,
                       "%s: has %u channels; one that is driven by one channel can be verified, others identified", name,
                       model->n_channels);
  if (status == R2NN_OK) status = exchange_open(&line, &self->wiring, 1, n, error);
  if (status == R2NN_OK) status = measure_board(&line, &self->wiring, model, &all, error);
  if (status == R2NN_OK) {
    measurement_free(&all);
    status = play_and_compare(self, &line, model, outputs, error);
  }
  exchange_close(&line);
  for (uint32_t o = 0; o < n && outputs; o++) worst = fmax(worst, outputs[o].error);
  if (status == R2NN_OK) status = show(self, outputs, n, worst, error);
  if (status == R2NN_OK && worst > self->within)
    status = r2nn_fail(error, R2NN_BAD_DATA, "an output is off by %.3f %%, --within says %g %%", 100 * worst, 100 * self->within);
  free(outputs);
  r2nn_model_free(model);
  return status;
}

static int run_command(const command *of, int argc, char **argv) {
  job self = {.wiring = setup_usual(), .within = INFINITY};
  static const setup_task task = {.set = set, .work = verify, .operand = "MODEL"};
  return setup_run(&self.wiring, &task, &self, of, argc, argv);
}

const command hardware_verify = {
    "hardware verify",
    "MODEL --loopback N",
    "does the board do what the model does?",
    "A sweep, or the test vector that r2nn circuit wrote, is played to the board; the model hears what the loopback heard, and "
    "each\n"
    "output is compared with it.\n\n"
    "Examples:\n"
    "  r2nn hardware verify vowels --out 1 --in 3-34 --loopback 2 --within 20\n"
    "  r2nn hardware verify board.json --device board --loopback 33",
    own_options,
    run_command,
};
