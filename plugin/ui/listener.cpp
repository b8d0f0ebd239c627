/* Reads the plugin's scope once a frame and makes of it what the window shows: spectrum, brightness, history. */
#include "listener.hpp"

#include "history.hpp"

#include <algorithm>
#include <cmath>

namespace r2nn_ui {

static const size_t n_bands = 280, most_samples = 16384; /* half of the scope's ring, so that nothing is overwritten meanwhile */
static const size_t most_gains = 1u << 20;
static const float floor_db = -140;
static const float brightness_range_db = 40;
static const double piece_s = 0.015;                       /* of the level's history */
static const double most_ahead_s = 0.2, most_astray_s = 1; /* of the shown clock against the plugin's */
static const double most_late_s = 4;                       /* between an event's end and its decision */
static const double seam_s = 0.002;                        /* less is no pause between two decisions */
static const double shine_s = 0.9, refusal_s = 20;         /* how a decision fades, and how long a refusal is shown */

/* Share of the way to a target in dt with the time constant tau. */
static float step_of(float dt, float tau_s) {
  return 1 - std::exp(-dt / tau_s);
}

static float to_db(float amplitude) {
  return 20 * std::log10(std::max(amplitude, 1e-7f));
}

/* What the model's input coupling takes away: first-order high-passes in a row. */
static float coupling_db(const network &net, float freq_hz) {
  if (net.highpass_order == 0 || !(net.highpass_hz > 0)) return 0;
  float ratio = freq_hz / net.highpass_hz;
  return net.highpass_order * 10 * std::log10(ratio * ratio / (1 + ratio * ratio));
}

listener::listener(r2nn_scope *source) : scope(source) {}

listener::~listener() {
  end_worker();
}

void listener::end_worker() {
  stop = true;
  if (worker.joinable()) worker.join();
  stop = is_done = false;
  finished.reset();
}

/* A refusal is shown for a while, and then again what the present model has to say. */
void listener::follow_refusals(picture &now) {
  uint32_t refused = scope->n_refused;
  if (refused != n_refused) {
    n_refused = refused, refused_s = now.frame_s;
    now.notice = scope->refusal(), now.notice_is_bad = true;
  } else if (now.notice_is_bad && now.frame_s - refused_s > refusal_s) {
    now.notice = warning, now.notice_is_bad = false;
  }
}

void listener::follow_model(picture &now) {
  std::shared_ptr<const r2nn_loaded> model = scope->loaded();
  if (!model || model->generation == generation) return;
  generation = model->generation;
  end_worker();
  auto net = make_network(*model->model);
  now.net = net;
  now.land.reset();
  now.preset = model->preset;
  now.gate_model_db = model->model->readout.gate_db;
  now.notice = warning = model->warning;
  now.notice_is_bad = false;
  now.brightness.assign(net->nodes.size(), 0);
  now.scores.assign(net->classes.size(), 0);
  now.last = {0, 0, -2, 0, 0};
  now.last_shine = 0;
  now.decisions.clear();
  swing.assign(net->nodes.size(), 0);
  gains.clear(), unheard.clear();
  brightest_db = least_brightest_db = -200;
  spectrum_rate_hz = 0;
  worker = std::thread([this, model, net] {
    finished = make_landscape(*model->model, *net, stop);
    is_done = true;
  });
}

void listener::take_landscape(picture &now) {
  if (!is_done) return;
  worker.join();
  is_done = false;
  now.land = std::move(finished);
  finished.reset();
  if (now.land) prepare_gains(now);
}

/* Nodes that the plugin does not show swing as the spectrum says: the square of their gain times the power, band by band. */
void listener::prepare_gains(const picture &now) {
  const network &net = *now.net;
  unheard.clear(), gains.clear();
  least_brightest_db = -200;
  for (uint32_t node : net.outputs) {
    const float *db = now.land->of(node);
    for (size_t k = 0; k < now.land->freq_hz.size(); k++)
      least_brightest_db = std::max(least_brightest_db, db[k] + coupling_db(net, now.land->freq_hz[k]) - 70);
  }
  for (uint32_t i = 0; i < net.nodes.size(); i++)
    if (net.nodes[i].output < 0 || net.nodes[i].output >= int(r2nn_scope::nodes_max)) unheard.push_back(i);
  if (unheard.size() * spectrum.band_hz.size() > most_gains) unheard.clear();
  for (uint32_t node : unheard)
    for (float hz : spectrum.band_hz) {
      auto at = std::lower_bound(now.land->freq_hz.begin(), now.land->freq_hz.end(), hz);
      size_t k = std::min(size_t(at - now.land->freq_hz.begin()), now.land->freq_hz.size() - 1);
      gains.push_back(std::pow(10.0f, (now.land->of(node)[k] + coupling_db(net, hz)) / 10));
    }
}

/* The scope's count moves by blocks; the clock that is shown runs on evenly, drawn towards it, and rests soon after it does. */
void listener::follow_clock(picture &now, float dt) {
  double rate_hz = scope->rate_hz;
  uint32_t count = scope->sound_count.load(std::memory_order_acquire);
  if (!has_count) last_count = count, heard_s = count / rate_hz, has_count = true;
  heard_s += uint32_t(count - last_count) / rate_hz;
  n_fresh = std::min(count - last_count, r2nn_scope::sound_size / 2);
  last_count = count;
  double next_s = now.stream_s + dt;
  next_s = std::min(next_s + 0.1 * (heard_s - next_s), heard_s + most_ahead_s);
  now.stream_s = std::fabs(heard_s - now.stream_s) > most_astray_s ? heard_s : std::max(now.stream_s, next_s);
}

/* The level of the newest sound, piece by piece, so that the history is as fine however seldom it is drawn. */
void listener::follow_levels(picture &now) {
  double rate_hz = scope->rate_hz;
  uint32_t piece = std::max(uint32_t(piece_s * rate_hz), 1u);
  n_rest += n_fresh;
  for (; n_rest >= piece; n_rest -= piece) {
    float sum = 0;
    for (uint32_t i = 0; i < piece; i++) {
      float v = sound_at(last_count - n_rest + i);
      sum += v * v;
    }
    double time_s = heard_s - (n_rest - piece) / rate_hz;
    if (!now.levels.empty() && time_s <= now.levels.back().time_s) now.levels.clear();
    now.levels.push_back({time_s, std::max(to_db(std::sqrt(sum / piece)), floor_db), now.gate_open});
  }
  while (!now.levels.empty() && now.levels.front().time_s < now.stream_s - history_view::seconds - 1) now.levels.pop_front();
}

float listener::sound_at(uint32_t index) const {
  return scope->sound[index % r2nn_scope::sound_size].load(std::memory_order_relaxed);
}

void listener::follow_sound(picture &now, float dt) {
  double rate_hz = scope->rate_hz;
  if (rate_hz != spectrum_rate_hz) {
    now.rate_hz = spectrum_rate_hz = rate_hz;
    spectrum.set_up(rate_hz, now.net->from_hz, now.net->to_hz, n_bands, most_samples);
    now.spectrum_hz = spectrum.band_hz;
    now.spectrum_db.assign(spectrum.band_hz.size(), floor_db);
    if (now.land) prepare_gains(now);
  }
  if (spectrum.band_hz.empty()) return;
  size_t n = spectrum.n_samples();
  for (size_t i = 0; i < n; i++) spectrum.samples()[i] = sound_at(last_count - uint32_t(n - i));
  spectrum.run();
  for (size_t k = 0; k < now.spectrum_db.size(); k++) {
    float db = to_db(spectrum.band_level[k]);
    now.spectrum_db[k] += (db - now.spectrum_db[k]) * step_of(dt, db > now.spectrum_db[k] ? 0.025f : 0.18f);
  }
}

void listener::follow_nodes(picture &now, float dt) {
  const network &net = *now.net;
  uint32_t n_shown = std::min<uint32_t>(scope->n_nodes, net.outputs.size());
  if (scope->playing != generation) n_shown = 0;
  for (uint32_t i = 0; i < n_shown; i++) swing[net.outputs[i]] = scope->envelope[i].load(std::memory_order_relaxed);
  size_t width = spectrum.band_power.size();
  for (size_t i = 0; i < unheard.size() && gains.size() == unheard.size() * width; i++) {
    float power = 0;
    for (size_t k = 0; k < width; k++) power += gains[i * width + k] * spectrum.band_power[k];
    swing[unheard[i]] = std::sqrt(2 * power);
  }
  // What is bright is loud against the loudest of late, unless that is next to nothing.
  float loudest_db = -200;
  for (float v : swing) loudest_db = std::max(loudest_db, v > 0 ? 20 * std::log10(v) : -200.0f);
  brightest_db = std::max(std::max(loudest_db, brightest_db - 9 * dt), least_brightest_db);
  for (size_t i = 0; i < swing.size(); i++) {
    float db = swing[i] > 0 ? 20 * std::log10(swing[i]) : -200.0f;
    float lit = std::min(std::max(1 + (db - brightest_db) / brightness_range_db, 0.0f), 1.0f);
    lit *= lit;
    now.brightness[i] += (lit - now.brightness[i]) * step_of(dt, lit > now.brightness[i] ? 0.02f : 0.09f);
  }
}

void listener::follow_gate(picture &now, float dt) {
  float level_db = std::max(scope->level_db.load(std::memory_order_relaxed), floor_db);
  now.level_db += (level_db - now.level_db) * step_of(dt, level_db > now.level_db ? 0.015f : 0.06f);
  now.opens_db = scope->opens_db;
  now.gate_open = scope->is_open;
}

void listener::follow_decisions(picture &now, float dt) {
  r2nn_scope_decision made[r2nn_scope::decisions_size];
  uint32_t count, n = scope->decisions(made, &count);
  if (!has_decisions) n_decisions = count, has_decisions = true; // the history begins with the window
  now.last_shine *= std::exp(-dt / shine_s);
  uint32_t n_made = std::min(count - n_decisions, n);
  n_decisions = count;
  bool is_new = false;
  for (uint32_t i = n - n_made; i < n; i++) {
    if (made[i].generation != generation) continue; // its class may not exist here
    decision next{made[i].start_s, made[i].end_s, made[i].class_index, made[i].score, made[i].margin};
    // Windows of one class that follow each other are one stretch.
    bool goes_on = !now.decisions.empty() && now.decisions.back().class_index == next.class_index &&
                   std::fabs(next.start_s - now.decisions.back().end_s) < seam_s;
    if (goes_on) next.start_s = now.decisions.back().start_s, now.decisions.pop_back();
    now.decisions.push_back(next);
    is_new = true;
  }
  if (is_new) {
    now.last = now.decisions.back(), now.last_shine = 1;
    // The plugin's clock has run on while it was bypassed, and counts otherwise at another rate: none of what is new lies far off.
    if (now.last.end_s > heard_s || now.last.end_s < heard_s - most_late_s) heard_s = now.last.end_s;
  }
  while (now.decisions.size() > r2nn_scope::decisions_size) now.decisions.pop_front();
  uint32_t n_classes = scope->playing == generation ? std::min<uint32_t>(scope->n_classes, now.scores.size()) : 0;
  for (uint32_t k = 0; k < n_classes; k++)
    now.scores[k] += (scope->scores[k].load(std::memory_order_relaxed) - now.scores[k]) * step_of(dt, 0.07f);
}

void listener::update(picture &now, double frame_s) {
  float dt = float(std::min(std::max(frame_s - last_frame_s, 0.0), 1.0));
  last_frame_s = now.frame_s = frame_s;
  if (!scope) return;
  now.presets = scope->presets();
  follow_refusals(now);
  follow_model(now);
  take_landscape(now);
  if (!now.net || !(scope->rate_hz > 0)) return;
  follow_clock(now, dt);
  follow_sound(now, dt);
  follow_levels(now);
  follow_nodes(now, dt);
  follow_gate(now, dt);
  follow_decisions(now, dt);
}

} // namespace r2nn_ui
