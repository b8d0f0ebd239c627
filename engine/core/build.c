/* Makes an engine from a model at one rate: every stage discretised, and all memory laid out in one block. */
#include "core/drive.h"
#include "core/head.h"
#include "core/lay.h"
#include "core/plan.h"
#include "core/stage.h"
#include "rt/state.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

/* Frames of a time, as far as a counter goes. */
static uint64_t frames_of(double seconds, double rate_hz, double least) {
  return (uint64_t)fmin(fmax(least, round(seconds * rate_hz)), 1e18);
}

static float *copy_floats(r2nn_arena *a, const float *from, size_t count) {
  float *to = r2nn_arena_take(a, count, sizeof *to);
  if (a->base && count) memcpy(to, from, count * sizeof *to);
  return to;
}

static void lay_head(r2nn_arena *a, r2nn_engine *engine, const r2nn_head *head) {
  r2nn_head_sizes n = r2nn_head_sizes_of(head->kind, head->n_features, head->n_hidden, head->n_classes);
  engine->head = *head;
  engine->head.w1 = copy_floats(a, head->w1, n.w1);
  engine->head.b1 = copy_floats(a, head->b1, n.b1);
  engine->head.w2 = copy_floats(a, head->w2, n.w2);
  engine->head.b2 = copy_floats(a, head->b2, n.b2);
  engine->head.offset = copy_floats(a, head->offset, n.inputs);
  engine->head.gain = copy_floats(a, head->gain, n.inputs);
  engine->head.ground1 = copy_floats(a, head->ground1, n.ground1);
  engine->head.ground2 = copy_floats(a, head->ground2, n.ground2);
  engine->scratch = r2nn_arena_take(a, (size_t)head->n_hidden + 1, sizeof *engine->scratch);
}

static void lay_novelty(r2nn_arena *a, r2nn_engine *engine, const r2nn_novelty *novelty) {
  bool on = novelty->limit > 0;
  engine->novelty = *novelty;
  engine->novelty.means = copy_floats(a, novelty->means, on ? (size_t)novelty->n_classes * novelty->n_features : 0);
  engine->novelty.spread = copy_floats(a, novelty->spread, on ? novelty->n_features : 0);
}

/* A number of dB as a ratio of powers. */
static double power_of(double db) {
  return pow(10, db / 10);
}

/* The gate's time constants; the figures are from an hour of pink noise at 1 kHz, where it has most false alarms.
 * Opening: a mean over 10 ms. Of 5 ms it had five times the false alarms; an onset 20 dB over the threshold is found in 0.1 ms.
 * Staying open: over 2 ms, so that a sound 40 dB over the threshold is seen to end within 18 ms (10 ms took 92).
 * Floor: the mean over 1 s, which the spread of noise does not bias as it does a minimum (0.5 s: 0.9 false alarms a minute, 1 s:
 * 0.35). Closed it rises by 3 dB/s at most: it follows noise that grows by 1 dB/s with ease, and a soft beginning of 0.15 s moves
 * it by less than half a dB; in the first second by 10 dB/s, its whole way from where it starts to the gate. Open by 1 dB/s: a
 * sound that stays L dB over the closing threshold is taken for noise after L seconds, 16 for one 20 dB above the floor. At low
 * rates each mean is over 4 frames at least, the floor's over 32. */
#define OPEN_S    0.01
#define QUICK_S   0.002
#define FLOOR_S   1.0
#define RISE_DB   3.0
#define FIRST_DB  10.0
#define STEADY_DB 1.0
#define TICK_S    0.001 /* the floor is moved so often: it is slow */

/* A stream that begins above the gate may begin with a sound or with noise. In multiples of the mean of 10 ms: the mean has settled
 * after 3; what stood for 20 before a rise by above_db was noise, and so is what stays for 100 from the start (a sound that stays
 * so long is lost) or for 30 after a fall by above_db. A hundred rows of ten spoken digits in noise far above the gate, 0.5 s of it
 * before the first: 79 % errors without this, 0.7 % with it. */
#define SETTLE_TAUS 3
#define RISES_TAUS  20
#define STAYS_TAUS  100
#define FALLEN_TAUS 30

/* Multiples of the floor, which begins at what makes the opening threshold gate_db. Powers are kept where a float holds them. */
static void set_gate(r2nn_engine *engine, const r2nn_readout *readout) {
  double rate = engine->rate_hz, tau = fmax(OPEN_S * rate, 4), quick = fmax(QUICK_S * rate, 4);
  double floor_tau = fmax(FLOOR_S * rate, 8 * tau), every = fmax(1, round(TICK_S * rate));
  bool adapts = readout->above_db > 0;
  double gate = fmin(fmax(power_of(readout->gate_db), adapts ? 1e-20 : 0), 1e30), above = power_of(readout->above_db);
  double hysteresis = power_of(-readout->hysteresis_db);
  engine->gate = (r2nn_gate){
      .rate = (float)(1 - exp(-1 / tau)),
      .quick_rate = (float)(1 - exp(-1 / quick)),
      .floor_min = (float)(gate / above),
      .floor_own = (float)(gate / above),
      .open = (float)above,
      .close = (float)(adapts ? fmax(above * hysteresis, 1) : hysteresis),
      .follow = adapts ? (float)(1 - exp(-every / floor_tau)) : 0,
      .rise = (float)(power_of(RISE_DB * every / rate) - 1),
      .rise_first = (float)(power_of(FIRST_DB * every / rate) - 1),
      .first = (uint32_t)(rate / every),
      .rise_open = (float)(power_of(STEADY_DB * every / rate) - 1),
      .every = (uint32_t)every,
      .hang = frames_of(readout->hang_s, rate, 1),
      .settle = adapts ? (uint32_t)(SETTLE_TAUS * tau / every) : 0,
      .rises = (uint32_t)(RISES_TAUS * tau / every),
      .stays = (uint32_t)(STAYS_TAUS * tau / every),
      .stays_fallen = (uint32_t)(FALLEN_TAUS * tau / every),
  };
}

static void lay_readout(r2nn_arena *a, r2nn_engine *engine, const r2nn_readout *settings, double step_s) {
  r2nn_rt_readout *readout = &engine->readout;
  double rate = engine->rate_hz, hop_s = settings->hop_s > 0 ? settings->hop_s : settings->window_s;
  bool hops = settings->mode == R2NN_MODE_WINDOW || settings->mode == R2NN_MODE_LEAKY;
  bool events = settings->mode == R2NN_MODE_EVENT;
  uint64_t hop = hops ? frames_of(hop_s, rate, 1) : 0;
  uint32_t n_segments = settings->mode == R2NN_MODE_WINDOW ? (uint32_t)fmax(1, round(settings->window_s * rate / (double)hop)) : 1;
  *readout = (r2nn_rt_readout){
      .settings = *settings,
      .n = engine->n_features,
      .step_s = step_s,
      .leak = settings->mode == R2NN_MODE_LEAKY ? exp(-step_s / settings->window_s) : 1,
      .energy = r2nn_arena_take(a, engine->n_features, sizeof *readout->energy),
      .n_channels = engine->n_channels,
      .segments =
          r2nn_arena_take(a, (size_t)(n_segments + 1) * (engine->n_features + engine->n_channels), sizeof *readout->segments),
      .n_segments = n_segments,
      .level = r2nn_arena_take(a, engine->n_channels, sizeof *readout->level),
      .hop = hop,
      .min = frames_of(settings->min_s, rate, 0),
      .max = events && settings->max_s > 0 ? frames_of(settings->max_s, rate, 1) : 0,
      .decide = events && settings->decide_s > 0 ? frames_of(fmax(settings->decide_s, settings->min_s), rate, 1) : 0,
      .fresh = r2nn_arena_take(a, events ? engine->n_features + engine->n_channels : 0, sizeof *readout->fresh),
  };
  readout->settings.floor = fmax(settings->floor, DBL_MIN);
}

/* All of an engine but the stages' own arrays, which the caller lays. */
static void lay_engine(r2nn_arena *a, r2nn_engine *engine, const r2nn_model *model, const r2nn_engine_def *def, double step_s) {
  *engine = (r2nn_engine){
      .rate_hz = def->rate_hz,
      .kin = def->kin,
      .n_channels = model->n_channels,
      .n_classes = model->n_classes,
      .n_features = r2nn_model_n_features(model),
      .n_stages = model->n_stages,
      .drive = r2nn_drive_design(model->highpass_hz, model->remove_mean ? model->highpass_order : 0, def->rate_hz),
      .ear = r2nn_drive_design(def->readout.gate_highpass_hz, def->readout.gate_highpass_hz > 0 ? 1 : 0, def->rate_hz),
      .margin_threshold = (float)def->margin_threshold,
      .margin_own = (float)def->margin_threshold,
  };
  engine->stages = r2nn_arena_take(a, model->n_stages, sizeof *engine->stages);
  engine->drive_state = r2nn_arena_take(a, model->n_channels, sizeof *engine->drive_state);
  engine->u = r2nn_arena_take(a, (size_t)model->n_channels * R2NN_TILE, sizeof *engine->u);
  if (def->has_board) engine->board = r2nn_arena_take(a, (size_t)model->stages[0].n_outputs * R2NN_TILE, sizeof *engine->board);
  engine->heard = engine->u;
  if (engine->ear.order) {
    engine->ear_state = r2nn_arena_take(a, model->n_channels, sizeof *engine->ear_state);
    engine->heard = r2nn_arena_take(a, (size_t)model->n_channels * R2NN_TILE, sizeof *engine->heard);
  }
  engine->queue_scores = r2nn_arena_take(a, (size_t)R2NN_DECISION_QUEUE * model->n_classes, sizeof *engine->queue_scores);
  engine->queue_features = r2nn_arena_take(a, (size_t)R2NN_DECISION_QUEUE * engine->n_features, sizeof *engine->queue_features);
  engine->queue_energies = r2nn_arena_take(a, (size_t)R2NN_DECISION_QUEUE * engine->n_features, sizeof *engine->queue_energies);
  lay_head(a, engine, &model->head);
  lay_novelty(a, engine, &model->novelty);
  lay_readout(a, engine, &def->readout, step_s);
  set_gate(engine, &def->readout);
  if (def->flaws) engine->noise_seed = def->flaws->seed;
}

/* A dense part's are not known one by one: it counts as one that is heard. */
static void count_resonances(r2nn_engine *engine, const r2nn_discrete *discrete) {
  const r2nn_modes *modes = discrete->modes;
  engine->n_resonances = engine->n_deaf = 0;
  for (uint32_t p = 0; p < modes->n_parts; p++) engine->n_resonances += modes->parts[p].kind == R2NN_PART_DENSE;
  for (uint32_t k = 0; k < modes->n_modes; k++) {
    engine->n_resonances += cimag(modes->pole[k]) > 0;
    engine->n_deaf += cimag(modes->pole[k]) > PI * discrete->rate_hz;
  }
}

/* Everything into the arena; with base NULL it is only counted. */
static void lay_all(r2nn_arena *a, r2nn_engine *engine, const r2nn_model *model, const r2nn_engine_def *def,
                    r2nn_discrete *const *discrete, uint32_t *lane) {
  double step_s = 1 / def->rate_hz, tail_s = 0;
  r2nn_rt_stage counted;
  for (uint32_t s = 0; s < model->n_stages; s++) step_s *= r2nn_stage_every(&model->stages[s], discrete[s]->rate_hz);
  lay_engine(a, engine, model, def, step_s);
  for (uint32_t s = 0; s < model->n_stages; s++) {
    r2nn_rt_stage *stage = a->base ? &engine->stages[s] : &counted;
    r2nn_lay_stage(a, stage, &model->stages[s], discrete[s], lane);
    if (s == 0) count_resonances(engine, discrete[s]);
    r2nn_flaws flaws = r2nn_stage_flaws(model, def->flaws, s);
    if ((s == 0 && def->kin) || flaws.slope_v_s) r2nn_lay_carry(a, &stage->network, discrete[s], lane);
    r2nn_lay_flaws(a, stage, &model->stages[s], discrete[s], &flaws);
    /* Stages ring one after the other, and so do their low-passes. */
    double slowest_s = 0;
    for (uint32_t p = 0; p < discrete[s]->modes->n_parts; p++)
      slowest_s = fmax(slowest_s, 1 / -discrete[s]->modes->parts[p].slowest);
    tail_s += log(1000) * (slowest_s + model->stages[s].smooth_s);
  }
  /* Behind a detector what rings out is not a part of the event but a decay that every node has in its own time. */
  bool linear = model->n_stages == 1 && model->stages[0].law == R2NN_LAW_IDENTITY;
  engine->tail_60db = linear ? (uint32_t)fmin(tail_s * def->rate_hz, 4e9) : 0;
}

r2nn_engine_def r2nn_engine_def_default(const r2nn_model *model, double rate_hz) {
  return (r2nn_engine_def){
      .rate_hz = rate_hz, .readout = model->readout, .margin_threshold = model->margin_threshold, .damping = 1};
}

r2nn_status r2nn_engine_new(const r2nn_model *model, const r2nn_engine_def *def, r2nn_engine **engine, r2nn_error *error) {
  *engine = NULL;
  r2nn_plan plan;
  r2nn_status status = r2nn_plan_init(&plan, model, def, error);
  uint32_t most = 1;
  for (uint32_t s = 0; s < model->n_stages && status == R2NN_OK; s++)
    if (plan.modes[s]->n_modes > most) most = plan.modes[s]->n_modes;
  uint32_t *lane = malloc(most * sizeof *lane);
  if (status == R2NN_OK) {
    r2nn_arena count = {0};
    r2nn_engine *built = calloc(1, sizeof *built);
    if (built && lane) lay_all(&count, built, model, def, plan.discrete, lane);
    void *memory = built && lane ? aligned_alloc(R2NN_ALIGN, count.used + R2NN_ALIGN) : NULL;
    if (memory) {
      r2nn_arena fill = {.base = memory};
      memset(memory, 0, count.used + R2NN_ALIGN);
      lay_all(&fill, built, model, def, plan.discrete, lane);
      built->memory = memory;
      r2nn_engine_reset(built);
      *engine = built;
    } else {
      free(built);
      status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for an engine of %zu bytes", count.used);
    }
  }
  free(lane);
  r2nn_plan_end(&plan);
  return status;
}

void r2nn_engine_free(r2nn_engine *engine) {
  if (!engine) return;
  free(engine->memory);
  free(engine);
}
