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
#define QUIET   0.1 /* an output below this share of the loudest is hardly driven */

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

/* One output: what is off for the RMS of what it should be, and its gain. One that is hardly driven would be judged by its noise:
 * it is judged for QUIET of the loudest. */
typedef struct verdict {
  double error, gain;
  bool is_quiet;
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

/* What is played: every channel alone, one after the other. */
typedef struct vector {
  uint32_t n_channels, n_frames;
  float *sound;  /* [n_channels][n_frames] */
  bool is_alike; /* the same on all channels */
} vector;

/* The samples of a file at the interface's rate, and silence. */
static r2nn_status read_vector(const char *path, const r2nn_model *model, double rate_hz, vector *to, r2nn_error *error) {
  audio_file *file;
  audio_info info;
  r2nn_error reason = {""};
  r2nn_status status = audio_open(path, NULL, &file, &info, &reason);
  if (status != R2NN_OK) return r2nn_fail(error, status, "%s: %s", path, reason.text);
  uint32_t m = model->n_channels, n = 0, room = 0, after = (uint32_t)(AFTER_S * rate_hz);
  float *in = NULL; /* [n][m] */
  if (info.n_channels != m || info.rate_hz != rate_hz)
    status = r2nn_fail(error, R2NN_BAD_DATA, "%s: has %u channels at %g Hz; %u at %g Hz, the interface's rate, can be played", path,
                       info.n_channels, info.rate_hz, m, rate_hz);
  for (uint32_t got = 1; got && status == R2NN_OK; n += got) {
    if (room < n + AUDIO_BLOCK) {
      room = 2 * (n + AUDIO_BLOCK);
      float *grown = realloc(in, (size_t)room * m * sizeof *grown);
      if (grown)
        in = grown;
      else
        status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
    }
    got = status == R2NN_OK ? audio_read(file, in + (size_t)n * m, AUDIO_BLOCK) : 0;
  }
  audio_close(file);
  *to = (vector){m, n + after, calloc((size_t)m * (n + after), sizeof *to->sound), false};
  if (status == R2NN_OK && !to->sound) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t t = 0; t < n && status == R2NN_OK; t++)
    for (uint32_t c = 0; c < m; c++) to->sound[(size_t)c * to->n_frames + t] = in[(size_t)t * m + c];
  free(in);
  return status;
}

static r2nn_status make_sweep(const r2nn_model *model, const setup *wiring, double rate_hz, vector *to, r2nn_error *error) {
  r2nn_sweep sweep;
  r2nn_status status = r2nn_sweep_for(model, rate_hz, 1, pow(10, wiring->level_db / 20), &sweep, error);
  if (status != R2NN_OK) return status;
  uint32_t n = r2nn_sweep_frames(&sweep);
  *to = (vector){model->n_channels, n, malloc((size_t)model->n_channels * n * sizeof *to->sound), true};
  if (!to->sound) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t c = 0; c < model->n_channels; c++) r2nn_sweep_make(&sweep, to->sound + (size_t)c * n);
  return R2NN_OK;
}

/* What is compared with what, and what there was of it so far. */
typedef struct comparison {
  r2nn_engine *engine;
  uint32_t n_outputs, n_channels;
  float *row, *nodes;   /* [n_channels], [n_outputs] */
  double *xx, *xy, *yy; /* [n_outputs] V^2: the model's, both, the board's */
} comparison;

static r2nn_status begin(const r2nn_model *model, double rate_hz, comparison *self, r2nn_error *error) {
  uint32_t n = model->stages[0].n_outputs;
  r2nn_engine_def def = r2nn_engine_def_default(model, rate_hz);
  *self = (comparison){.n_outputs = n, .n_channels = model->n_channels};
  self->row = calloc(model->n_channels, sizeof *self->row);
  self->nodes = malloc(n * sizeof *self->nodes);
  self->xx = calloc(3 * (size_t)n, sizeof *self->xx);
  if (!self->row || !self->nodes || !self->xx) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self->xy = self->xx + n;
  self->yy = self->xy + n;
  return r2nn_engine_new(model, &def, &self->engine, error);
}

static void end(comparison *self) {
  r2nn_engine_free(self->engine);
  free(self->row);
  free(self->nodes);
  free(self->xx);
}

/* The model hears of a channel what the loopback heard, so that neither delay nor colour of the interface count; in is what the
 * board answered, [n_outputs][n]. */
static void compare(comparison *self, uint32_t channel, const float *loop, const float *in, uint32_t n) {
  uint32_t late = r2nn_engine_latency(self->engine);
  r2nn_engine_reset(self->engine);
  for (uint32_t t = 0; t < n; t++) {
    self->row[channel] = loop[t];
    r2nn_engine_run_nodes(self->engine, self->row, self->nodes, 1);
    for (uint32_t o = 0; o < self->n_outputs && t >= late; o++) {
      double x = (double)self->nodes[o], y = (double)in[(size_t)o * n + t - late];
      self->xx[o] += x * x;
      self->xy[o] += x * y;
      self->yy[o] += y * y;
    }
  }
  self->row[channel] = 0;
}

/* Play the sound of a channel alone on the output of another; play[n_out][n] is silent before and after. */
static r2nn_status play_on(exchange *line, const vector *of, uint32_t channel, uint32_t output, float *play, float *in,
                           r2nn_error *error) {
  float *to = play + (size_t)output * of->n_frames;
  memcpy(to, of->sound + (size_t)channel * of->n_frames, of->n_frames * sizeof *to);
  r2nn_status status = exchange_run(line, "test vector", play, in, of->n_frames, error);
  memset(to, 0, of->n_frames * sizeof *to);
  return status;
}

/* The loopback hears the first output; what it makes of another channel's sound it makes of that when it is played there. */
static r2nn_status play_all(exchange *line, const vector *of, comparison *with, r2nn_error *error) {
  uint32_t n = of->n_frames;
  float *play = calloc((size_t)line->n_out * n, sizeof *play), *in = malloc((size_t)line->n_in * n * sizeof *in);
  float *loop = malloc(n * sizeof *loop);
  r2nn_status status = play && in && loop ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t c = 0; c < of->n_channels && status == R2NN_OK; c++) {
    if (c == 0 || !of->is_alike) {
      status = play_on(line, of, c, 0, play, in, error);
      if (status == R2NN_OK) memcpy(loop, in + (size_t)line->loopback * n, n * sizeof *loop);
    }
    if (c > 0 && status == R2NN_OK) status = play_on(line, of, c, c, play, in, error);
    if (status == R2NN_OK) compare(with, c, loop, in, n);
  }
  free(play);
  free(in);
  free(loop);
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
      fprintf(out.stream, "%s{\"input\": %u, \"error\": %.6g, \"gain\": %.6g, \"hardly_driven\": %s}", o ? ", " : "",
              setup_channel(&self->wiring, o), outputs[o].error, outputs[o].gain, outputs[o].is_quiet ? "true" : "false");
    else
      fprintf(out.stream, "%8u %8u %8.3f %% %8.4f%s\n", o + 1, setup_channel(&self->wiring, o), 100 * outputs[o].error,
              outputs[o].gain, outputs[o].is_quiet ? "  hardly driven: off for a tenth of the loudest" : "");
  fprintf(out.stream, json ? "], \"error\": %.6g}\n" : "the worst is off by %.3f %% of what it should be\n",
          json ? worst : 100 * worst);
  return output_commit(&out, error);
}

static void judge(const comparison *sums, verdict *outputs) {
  double loudest = 1e-30;
  for (uint32_t o = 0; o < sums->n_outputs; o++) loudest = fmax(loudest, sums->xx[o]);
  for (uint32_t o = 0; o < sums->n_outputs; o++) {
    double xx = sums->xx[o], yy = sums->yy[o], xy = sums->xy[o], least = QUIET * QUIET * loudest;
    outputs[o] =
        (verdict){.error = sqrt(fmax(xx - 2 * xy + yy, 0) / fmax(xx, least)), .gain = xy / fmax(xx, 1e-30), .is_quiet = xx < least};
  }
}

static r2nn_status play_and_compare(job *self, exchange *line, const r2nn_model *model, verdict *outputs, r2nn_error *error) {
  vector vector = {0};
  comparison sums = {0};
  r2nn_status status = self->vector ? read_vector(self->vector, model, line->rate_hz, &vector, error)
                                    : make_sweep(model, &self->wiring, line->rate_hz, &vector, error);
  if (status == R2NN_OK) status = begin(model, line->rate_hz, &sums, error);
  if (status == R2NN_OK) status = play_all(line, &vector, &sums, error);
  if (status == R2NN_OK) judge(&sums, outputs);
  end(&sums);
  free(vector.sound);
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
  if (status == R2NN_OK) status = exchange_open(&line, &self->wiring, model->n_channels, n, error);
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
    "A sweep, or the test vector that r2nn circuit wrote, is played to the board, every channel alone; the model hears what the "
    "loopback\n"
    "heard, and each output is compared with it: what differs for the RMS of what it should be, or for a tenth of the loudest\n"
    "output's where that is more.\n\n"
    "Examples:\n"
    "  r2nn hardware verify vowels --out 1 --in 3-34 --loopback 2 --within 20\n"
    "  r2nn hardware verify board.json --device board --loopback 33",
    own_options,
    run_command,
};
