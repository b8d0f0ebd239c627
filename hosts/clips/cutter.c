/* Cuts a stream into clips. */
#include "clips/cutter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 64 };

struct cutter {
  cutter_def def;
  r2nn_engine *engine; /* of a model that hears nothing: it has the gate; NULL with piece_s */
  cutter_take take;
  void *context;
  float *kept; /* [room][n_channels] the last frames, from frame first on */
  uint32_t n_kept, room;
  uint64_t first;
  bool is_done;
};

/* One node a stage needs; its decisions are the gate's events. */
static r2nn_model *gate_model(uint32_t n_channels, r2nn_error *error) {
  r2nn_model *model = r2nn_model_new(n_channels, 1, 1);
  if (!model) return NULL;
  r2nn_stage *stage = &model->stages[0];
  bool good = r2nn_stage_init(stage, 1, 0, n_channels, 1, error) == R2NN_OK &&
              r2nn_head_init(&model->head, R2NN_HEAD_ENERGY, 1, 0, 1, error) == R2NN_OK && (model->classes[0] = strdup("event"));
  if (good) {
    stage->nodes[0] = (r2nn_node){.c = 1e-9, .g = 1e-5};
    for (uint32_t c = 0; c < n_channels; c++) stage->inputs[c] = (r2nn_input){.channel = c, .g = 1e-5};
    good = r2nn_model_check(model, error) == R2NN_OK;
  }
  if (good) return model;
  r2nn_model_free(model);
  return NULL;
}

static r2nn_status make_engine(cutter *self, r2nn_error *error) {
  r2nn_model *model = gate_model(self->def.n_channels, error);
  if (!model) return R2NN_NO_MEMORY;
  r2nn_engine_def def = r2nn_engine_def_default(model, self->def.rate_hz);
  if (!isnan(self->def.gate_db)) def.readout.gate_db = self->def.gate_db;
  if (!isnan(self->def.above_db)) def.readout.above_db = self->def.above_db;
  def.readout.hang_s = fmax(def.readout.hang_s, self->def.after_s);
  r2nn_status status = r2nn_engine_new(model, &def, &self->engine, error);
  r2nn_model_free(model);
  return status;
}

r2nn_status cutter_new(const cutter_def *def, cutter_take take, void *context, cutter **made, r2nn_error *error) {
  cutter *self = *made = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self->def = *def;
  self->take = take;
  self->context = context;
  double longest_s = def->piece_s > 0 ? def->piece_s : def->longest_s + def->before_s + 2 * fmax(def->after_s, 1);
  double frames = ceil(longest_s * def->rate_hz) + 2 * PIECE;
  r2nn_status status = R2NN_OK;
  if (frames * def->n_channels > 2e8)
    status = r2nn_fail(error, R2NN_BAD_ARGUMENT, "clips of %g s at %g Hz are too long", longest_s, def->rate_hz);
  if (status == R2NN_OK) {
    self->room = (uint32_t)frames;
    self->kept = malloc((size_t)self->room * def->n_channels * sizeof *self->kept);
    status = !self->kept        ? r2nn_fail(error, R2NN_NO_MEMORY, "out of memory")
             : def->piece_s > 0 ? R2NN_OK
                                : make_engine(self, error);
  }
  if (status == R2NN_OK) return status;
  cutter_free(self);
  *made = NULL;
  return status;
}

void cutter_free(cutter *self) {
  if (!self) return;
  r2nn_engine_free(self->engine);
  free(self->kept);
  free(self);
}

/* Forget the oldest frames. */
static void drop(cutter *self, uint32_t n) {
  uint32_t m = self->def.n_channels;
  if (n > self->n_kept) n = self->n_kept;
  memmove(self->kept, self->kept + (size_t)n * m, (size_t)(self->n_kept - n) * m * sizeof *self->kept);
  self->n_kept -= n;
  self->first += n;
}

/* Hand on the frames from..to, as far as they are kept. */
static void cut(cutter *self, uint64_t from, uint64_t to, double level_db) {
  uint64_t end = self->first + self->n_kept;
  if (from < self->first) from = self->first;
  if (to > end) to = end;
  if (to <= from || self->is_done) return;
  const float *in = self->kept + (size_t)(from - self->first) * self->def.n_channels;
  self->is_done = !self->take(self->context, in, (uint32_t)(to - from), (double)from / self->def.rate_hz, level_db);
}

static void cut_events(cutter *self) {
  r2nn_decision made;
  while (r2nn_engine_poll(self->engine, &made)) {
    uint64_t before = (uint64_t)(self->def.before_s * self->def.rate_hz), after = (uint64_t)(self->def.after_s * self->def.rate_hz);
    cut(self, made.start > before ? made.start - before : 0, made.end + after, (double)made.level_db);
  }
}

/* RMS of the loudest channel without its mean, dB re 1 V. */
static double level_of(const float *in, uint32_t n_frames, uint32_t m) {
  double most = 1e-20;
  for (uint32_t c = 0; c < m; c++) {
    double sum = 0, squares = 0;
    for (uint32_t t = 0; t < n_frames; t++) sum += (double)in[(size_t)t * m + c];
    for (uint32_t t = 0; t < n_frames; t++) squares += pow((double)in[(size_t)t * m + c] - sum / n_frames, 2);
    most = fmax(most, squares / n_frames);
  }
  return 10 * log10(most);
}

static void cut_piece(cutter *self) {
  uint32_t n = (uint32_t)lround(self->def.piece_s * self->def.rate_hz);
  if (n == 0 || self->n_kept < n) return;
  cut(self, self->first, self->first + n, level_of(self->kept, n, self->def.n_channels));
  drop(self, n);
}

void cutter_hear(cutter *self, const float *in, uint32_t n_frames) {
  uint32_t m = self->def.n_channels;
  for (uint32_t done = 0, n; done < n_frames && !self->is_done; done += n) {
    n = n_frames - done < PIECE ? n_frames - done : PIECE;
    if (self->n_kept + n > self->room) drop(self, self->room / 4 + n);
    memcpy(self->kept + (size_t)self->n_kept * m, in + (size_t)done * m, (size_t)n * m * sizeof *in);
    self->n_kept += n;
    if (!self->engine) {
      cut_piece(self);
      continue;
    }
    r2nn_engine_run(self->engine, in + (size_t)done * m, n);
    cut_events(self);
    r2nn_gate_report gate = r2nn_engine_gate_report(self->engine);
    uint64_t now = self->first + self->n_kept;
    if (gate.is_open && (double)(now - gate.opened) > self->def.longest_s * self->def.rate_hz) cutter_end(self);
  }
}

void cutter_end(cutter *self) {
  if (self->engine) {
    r2nn_engine_finish(self->engine);
    cut_events(self);
    r2nn_engine_reset(self->engine);
  }
  self->n_kept = 0;
  self->first = 0;
}
