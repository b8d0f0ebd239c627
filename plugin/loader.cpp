/* Reads models, builds engines, hands them to the audio thread and frees what comes back. */
#include "loader.h"

#include "presets.h"

#include <chrono>
#include <cmath>
#include <cstdio>

/* The audio thread cannot call; it leaves its wishes, which are looked for so often. */
static constexpr std::chrono::milliseconds look_every(10);
/* Damping is rounded to steps of a 24th of an octave, so that a turn of the knob asks for few engines. */
static constexpr float damping_steps = 24;

r2nn_loader::r2nn_loader(uint32_t n_channels, std::atomic<uint32_t> &n_refused)
    : n_channels_(n_channels), n_refused_(n_refused), exchange_memory_(r2nn_exchange_size()),
      exchange_(r2nn_exchange_init(exchange_memory_.data())) {}

r2nn_loader::~r2nn_loader() {
  {
    std::lock_guard<std::mutex> lock(shared_);
    is_ending_ = true;
  }
  news_.notify_one();
  if (thread_.joinable()) thread_.join();
  free_running(static_cast<r2nn_running *>(r2nn_exchange_offer(exchange_, nullptr)));
  tidy();
}

void r2nn_loader::free_running(r2nn_running *running) {
  if (!running) return;
  r2nn_program_end(&running->program);
  delete running;
}

std::shared_ptr<const r2nn_loaded> r2nn_loader::loaded() {
  std::lock_guard<std::mutex> lock(shared_);
  return loaded_;
}

std::string r2nn_loader::refusal() {
  std::lock_guard<std::mutex> lock(shared_);
  return refusal_;
}

void r2nn_loader::refuse(const std::string &reason) {
  std::lock_guard<std::mutex> lock(shared_);
  refusal_ = reason;
  n_refused_.fetch_add(1, std::memory_order_release);
}

/* Needed only once something is to happen in the background. */
void r2nn_loader::begin_thread() {
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void r2nn_loader::load_file(const std::string &path) {
  {
    std::lock_guard<std::mutex> lock(shared_);
    wanted_file_ = path;
    begin_thread();
  }
  news_.notify_one();
}

void r2nn_loader::load_text(const std::string &text) {
  std::lock_guard<std::mutex> lock(building_);
  {
    std::lock_guard<std::mutex> moment(shared_);
    wanted_file_.clear();
  }
  preset_ = wanted_preset_.load(std::memory_order_relaxed);
  if (read(text.data(), text.size(), "", 0)) build();
}

void r2nn_loader::note_preset(int number) {
  std::lock_guard<std::mutex> lock(building_);
  preset_ = number;
  wanted_preset_.store(number, std::memory_order_relaxed);
}

void r2nn_loader::settle() {
  std::lock_guard<std::mutex> lock(building_);
  work();
}

r2nn_running *r2nn_loader::settle_at(double rate_hz) {
  {
    std::lock_guard<std::mutex> lock(building_);
    rate_hz_ = rate_hz;
    work();
  }
  std::lock_guard<std::mutex> lock(shared_);
  begin_thread();
  return static_cast<r2nn_running *>(r2nn_exchange_offer(exchange_, nullptr));
}

void r2nn_loader::run() {
  std::unique_lock<std::mutex> lock(shared_);
  while (!is_ending_) {
    news_.wait_for(lock, look_every);
    lock.unlock();
    tidy();
    settle();
    lock.lock();
  }
}

/* Free what the audio thread has left. */
void r2nn_loader::tidy() {
  free_running(static_cast<r2nn_running *>(r2nn_exchange_collect(exchange_)));
}

/* Fulfil what is wished for. */
void r2nn_loader::work() {
  std::string path;
  {
    std::lock_guard<std::mutex> lock(shared_);
    path.swap(wanted_file_);
  }
  int preset = wanted_preset_.load(std::memory_order_relaxed);
  if (preset != preset_) {
    preset_ = preset;
    if (preset >= 1 && preset <= r2nn_n_presets) {
      const r2nn_preset &shipped = r2nn_presets[preset - 1];
      read(shipped.text, shipped.size, shipped.name, preset);
    }
  }
  if (!path.empty()) read_file(path);
  build();
}

void r2nn_loader::read_file(const std::string &path) {
  FILE *file = std::fopen(path.c_str(), "rb");
  if (!file) {
    refuse(path + ": cannot be opened");
    return;
  }
  std::string text;
  char some[65536];
  size_t n;
  while ((n = std::fread(some, 1, sizeof some, file)) > 0 && text.size() <= R2NN_MAX_TEXT) text.append(some, n);
  bool is_bad = std::ferror(file) != 0;
  std::fclose(file);
  size_t slash = path.rfind('/');
  if (is_bad)
    refuse(path + ": cannot be read");
  else
    read(text.data(), text.size(), path.substr(slash == std::string::npos ? 0 : slash + 1), 0);
}

/* A model text becomes what is loaded, or is refused; name: what to call it. */
bool r2nn_loader::read(const char *text, size_t size, const std::string &name, int preset) {
  r2nn_error error = {""};
  r2nn_model *model = nullptr;
  std::string of = name.empty() ? "" : name + ": ";
  if (r2nn_model_parse(text, size, &model, &error) != R2NN_OK) {
    refuse(of + error.text);
    return false;
  }
  std::shared_ptr<const r2nn_model> owner(model, [](const r2nn_model *of) { r2nn_model_free(const_cast<r2nn_model *>(of)); });
  if (model->n_channels > n_channels_) {
    refuse(of + "takes " + std::to_string(model->n_channels) + " channels, this track has " + std::to_string(n_channels_));
    return false;
  }
  std::string called = model->name[0] ? model->name : name;
  std::lock_guard<std::mutex> lock(shared_);
  uint32_t generation = loaded_ ? loaded_->generation + 1 : 1;
  loaded_.reset(new r2nn_loaded{model, called, std::string(text, size), "", generation, preset, owner});
  return true;
}

/* What of a model does not fit its rate, one line; empty: all does. */
static std::string warning_of(const r2nn_program &program) {
  char line[160] = "";
  uint32_t n_all, n_deaf = r2nn_engine_deaf(program.engine, &n_all);
  if (n_deaf)
    std::snprintf(line, sizeof line, "%u of %u resonances lie above %g Hz, half the sample rate, and hear nothing", n_deaf, n_all,
                  program.rate_hz / 2);
  return line;
}

/* The model's own way of deciding, or the one that is wanted. */
static r2nn_readout readout_of(const r2nn_model *model, int choice) {
  r2nn_readout readout = model->readout;
  if (choice == R2NN_CONTINUOUS) return r2nn_readout_continuous(&readout);
  if (choice == R2NN_EVENTS) readout.mode = R2NN_MODE_EVENT;
  return readout;
}

/* An engine of what is loaded, with the present controls, unless that is what there is. */
void r2nn_loader::build() {
  std::shared_ptr<const r2nn_loaded> from = loaded();
  if (!from || !(rate_hz_ > 0)) return;
  float steps = std::round(std::log2(wanted_damping_.load(std::memory_order_relaxed)) * damping_steps);
  built_from next = {from->generation, wanted_mode_.load(std::memory_order_relaxed), rate_hz_, steps};
  if (next == built_) return;
  r2nn_error error = {""};
  if (!next.is_kin_of(built_)) {
    kin_++;
    r2nn_plan *plan;
    r2nn_plan_new(from->model, rate_hz_, &plan, &error); /* where it fails the engine will too, and say so */
    plan_.reset(plan);
  }
  built_ = next; /* also if it fails: it would fail again */
  r2nn_engine_def def = r2nn_engine_def_default(from->model, rate_hz_);
  def.readout = readout_of(from->model, next.mode);
  def.damping = std::exp2(steps / damping_steps);
  def.kin = kin_;
  def.plan = plan_.get();
  auto *running = new r2nn_running{{}, from};
  if (r2nn_program_init(&running->program, from->model, &def, true, &error) != R2NN_OK) {
    delete running;
    refuse(from->name + ": " + error.text);
    return;
  }
  std::string warning = warning_of(running->program);
  if (warning != from->warning) { /* the same model with another warning */
    auto warned = std::make_shared<r2nn_loaded>(*from);
    warned->warning = warning;
    std::lock_guard<std::mutex> lock(shared_);
    loaded_ = running->loaded = warned;
  }
  free_running(static_cast<r2nn_running *>(r2nn_exchange_offer(exchange_, running)));
}
