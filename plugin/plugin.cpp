/* The plugin as DPF wants it: parameters, state and sound go to and from the engine's track. */
#include "loader.h"
#include "parameters.h"
#include "presets.h"
#include "r2nn/track.h"
#include "scope.h"

#include <cmath>
#include <cstdlib>
#include <cstring>

START_NAMESPACE_DISTRHO

static constexpr uint32_t n_channels = DISTRHO_PLUGIN_NUM_INPUTS;

/* The window's side, with the loader behind it. */
class screen : public r2nn_scope {
public:
  screen() : loader(n_channels, n_refused) {
    for (int i = 0; i < r2nn_n_presets; i++) names_.push_back(r2nn_presets[i].name);
  }
  std::shared_ptr<const r2nn_loaded> loaded() override { return loader.loaded(); }
  std::string refusal() override { return loader.refusal(); }
  const std::vector<std::string> &presets() const override { return names_; }
  void load_preset(int number) override { loader.want_preset(number); }
  void load_file(const std::string &path) override { loader.load_file(path); }

  r2nn_loader loader;

private:
  std::vector<std::string> names_;
};

class r2nn_plugin : public r2nn_scoped_plugin {
public:
  r2nn_plugin() : r2nn_scoped_plugin(R2NN_N_PARAMETERS, 0, 2) {
    for (uint32_t i = 0; i < R2NN_N_PARAMETERS; i++) values_[i].store(r2nn_parameter_start(i), std::memory_order_relaxed);
    track_.player.programs = screen_.loader.programs();
    track_.context = this;
    track_.hear = [](void *self, const r2nn_news *news) { static_cast<r2nn_plugin *>(self)->hear(*news); };
    track_.look = [](void *self, const float *block, uint32_t n) { static_cast<r2nn_plugin *>(self)->look(block, n); };
  }
  ~r2nn_plugin() override {
    r2nn_loader::free_running(as_running(track_.player.next));
    r2nn_loader::free_running(running());
  }

  r2nn_scope &scope() override { return screen_; }

protected:
  const char *getLabel() const override { return "r2nn"; }
  const char *getDescription() const override { return "Tells sounds apart with networks of coupled resonators"; }
  const char *getMaker() const override { return "R2NN"; }
  const char *getLicense() const override { return "MIT"; }
  uint32_t getVersion() const override { return d_version(R2NN_VERSION); }
  int64_t getUniqueId() const override { return d_cconst('R', '2', 'N', 'N'); }

  void initAudioPort(bool is_input, uint32_t index, AudioPort &port) override {
    port.groupId = n_channels == 1 ? kPortGroupMono : kPortGroupStereo;
    Plugin::initAudioPort(is_input, index, port);
  }

  void initParameter(uint32_t index, Parameter &parameter) override { r2nn_parameter_describe(index, parameter); }
  float getParameterValue(uint32_t index) const override { return values_[index].load(std::memory_order_relaxed); }
  void setParameterValue(uint32_t index, float value) override {
    values_[index].store(value, std::memory_order_relaxed);
    if (index == R2NN_PRESET) screen_.loader.want_preset(static_cast<int>(std::lround(value)));
    if (index == R2NN_MODE) screen_.loader.want_mode(static_cast<int>(std::lround(value)));
    if (index == R2NN_DAMPING) screen_.loader.want_damping(value);
  }

  /* The model itself, and by which preset number it goes, so that the parameter "preset" does not bring back another one. */
  void initState(uint32_t index, State &state) override {
    state.hints = kStateIsOnlyForDSP;
    state.key = index == 0 ? "model" : "preset";
    state.label = index == 0 ? "Model" : "Preset number";
  }
  void setState(const char *key, const char *value) override {
    if (std::strcmp(key, "model") == 0 && value[0]) screen_.loader.load_text(value);
    if (std::strcmp(key, "preset") == 0 && value[0]) screen_.loader.note_preset(std::atoi(value));
  }
  String getState(const char *key) const override {
    r2nn_loader &loader = const_cast<r2nn_plugin *>(this)->screen_.loader;
    if (std::strcmp(key, "preset") == 0) return String(static_cast<int>(std::lround(getParameterValue(R2NN_PRESET))));
    loader.settle();
    std::shared_ptr<const r2nn_loaded> loaded = loader.loaded();
    return loaded ? String(loaded->text.c_str()) : String();
  }

  void activate() override {
    r2nn_running *next = screen_.loader.settle_at(getSampleRate());
    if (next) { /* newer than what waited to be taken over */
      r2nn_loader::free_running(as_running(track_.player.next));
      r2nn_loader::free_running(running());
      track_.player.next = nullptr;
      track_.player.program = &next->program;
    }
    if (!running()) return;
    r2nn_track_restart(&track_);
    show_program();
  }

  void run(const float **in, float **out, uint32_t n_frames) override {
    if (!running()) begin_late();
    if (!running()) { /* no model could be loaded */
      for (uint32_t c = 0; c < n_channels; c++)
        if (in[c] != out[c]) std::memmove(out[c], in[c], n_frames * sizeof(float));
      return;
    }
    const r2nn_controls controls = {value(R2NN_DRIVE),
                                    value(R2NN_GATE),
                                    value(R2NN_MARGIN),
                                    value(R2NN_LISTEN),
                                    static_cast<uint32_t>(value(R2NN_LISTEN_NODE)) - 1,
                                    value(R2NN_HOLD) / 1000,
                                    value(R2NN_GAP) / 1000,
                                    static_cast<uint8_t>(value(R2NN_NOTE)),
                                    static_cast<uint8_t>(value(R2NN_CHANNEL) - 1),
                                    value(R2NN_BYPASS) > 0.5f};
    r2nn_track_run(&track_, &controls, in, n_channels, out, n_channels, n_frames);
    r2nn_note note;
    MidiEvent event = {};
    event.size = sizeof note.bytes;
    while (r2nn_track_note(&track_, &note, &event.frame)) {
      std::memcpy(event.data, note.bytes, sizeof note.bytes);
      writeMidiEvent(event);
    }
  }

private:
  float value(uint32_t index) const { return values_[index].load(std::memory_order_relaxed); }
  void tell(uint32_t index, float value) { values_[index].store(value, std::memory_order_relaxed); }
  static r2nn_running *as_running(r2nn_program *program) { return reinterpret_cast<r2nn_running *>(program); }
  r2nn_running *running() { return as_running(track_.player.program); }

  /* A model came only after the activation. */
  void begin_late() {
    track_.player.program = static_cast<r2nn_program *>(r2nn_exchange_take(track_.player.programs));
    if (running()) show_program();
  }

  /* Another program plays. */
  void show_program() {
    const r2nn_running *now = running();
    screen_.n_classes.store(std::min(now->program.n_classes, r2nn_scope::classes_max), std::memory_order_relaxed);
    screen_.n_nodes.store(std::min(now->program.n_nodes, r2nn_scope::nodes_max), std::memory_order_relaxed);
    screen_.rate_hz.store(static_cast<float>(now->program.rate_hz), std::memory_order_relaxed);
    show_decision(-1, 0, 0);
    show_scores(nullptr);
    tell(R2NN_OUT_WARNING, now->loaded->warning.empty() ? 0 : 1);
    screen_.playing.store(now->loaded->generation, std::memory_order_release);
  }

  void show_decision(int class_index, float score, float margin) {
    screen_.class_index.store(class_index, std::memory_order_relaxed);
    screen_.score.store(score, std::memory_order_relaxed);
    screen_.margin.store(margin, std::memory_order_relaxed);
    tell(R2NN_OUT_CLASS, static_cast<float>(class_index));
    tell(R2NN_OUT_SCORE, score);
    tell(R2NN_OUT_MARGIN, margin);
  }

  /* NULL: none yet. */
  void show_scores(const float *scores) {
    uint32_t n = scores ? running()->program.n_classes : 0;
    for (uint32_t k = 0; k < r2nn_scope::classes_max; k++)
      screen_.scores[k].store(k < n ? scores[k] : 0, std::memory_order_relaxed);
    for (uint32_t k = 0; k < R2NN_N_SCORES; k++) tell(R2NN_OUT_SCORE_1 + k, k < n ? scores[k] : 0);
  }

  void hear(const r2nn_news &news) {
    if (news.kind == R2NN_NEWS_SWAP) show_program();
    if (news.kind != R2NN_NEWS_DECISION) return;
    const r2nn_decision &made = *news.decision;
    const r2nn_player &player = track_.player;
    const double rate_hz = player.program->rate_hz;
    show_decision(made.class_index, made.score, made.margin);
    show_scores(made.scores);
    screen_.write_decision({static_cast<float>(player.origin_s + static_cast<double>(made.start) / rate_hz),
                            static_cast<float>(player.origin_s + static_cast<double>(made.end) / rate_hz), made.class_index,
                            made.score, made.margin, running()->loaded->generation});
  }

  /* After each piece. */
  void look(const float *block, uint32_t n) {
    const r2nn_program &program = *track_.player.program;
    uint32_t count = screen_.sound_count.load(std::memory_order_relaxed);
    for (uint32_t t = 0; t < n; t++)
      screen_.sound[(count + t) % r2nn_scope::sound_size].store(block[t * program.n_channels], std::memory_order_relaxed);
    screen_.sound_count.store(count + n, std::memory_order_release);
    for (uint32_t i = 0; i < screen_.n_nodes.load(std::memory_order_relaxed); i++)
      screen_.envelope[i].store(track_.envelope[i], std::memory_order_relaxed);
    const r2nn_gate_report gate = r2nn_engine_gate_report(program.engine);
    screen_.level_db.store(gate.level_db, std::memory_order_relaxed);
    screen_.opens_db.store(gate.opens_db, std::memory_order_relaxed);
    screen_.is_open.store(gate.is_open, std::memory_order_relaxed);
    tell(R2NN_OUT_LEVEL, std::fmax(gate.level_db, -120.0f));
    tell(R2NN_OUT_GATE, gate.is_open ? 1 : 0);
    r2nn_decision now;
    if (r2nn_engine_peek(program.engine, &now)) show_scores(now.scores);
  }

  screen screen_;
  r2nn_track track_ = {};
  std::atomic<float> values_[R2NN_N_PARAMETERS];

  DISTRHO_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR(r2nn_plugin)
};

Plugin *createPlugin() {
  return new r2nn_plugin();
}

END_NAMESPACE_DISTRHO
