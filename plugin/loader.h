/* Makes what the audio thread goes on with, in a thread of its own: reads models, builds engines, hands them over, and frees them.
 */
#ifndef PLUGIN_LOADER_H
#define PLUGIN_LOADER_H

#include "parameters.h"
#include "r2nn/player.h"
#include "scope.h"

#include <condition_variable>
#include <mutex>
#include <thread>

/* What the audio thread runs: its r2nn_program comes first, so that a pointer to one is a pointer to the other. */
struct r2nn_running {
  r2nn_program program;
  std::shared_ptr<const r2nn_loaded> loaded;
};

class r2nn_loader {
public:
  /* n_channels: of the track. */
  r2nn_loader(uint32_t n_channels, std::atomic<uint32_t> &n_refused);
  ~r2nn_loader();

  /* The audio thread's, and any other's; never waits. Preset numbers count from 1; 0 asks for nothing. */
  void want_preset(int number) { wanted_preset_.store(number, std::memory_order_relaxed); }
  void want_mode(int choice) { wanted_mode_.store(choice, std::memory_order_relaxed); }
  void want_damping(float factor) { wanted_damping_.store(factor, std::memory_order_relaxed); }
  r2nn_exchange *programs() { return exchange_; }

  /* Any thread but the audio thread. */
  std::shared_ptr<const r2nn_loaded> loaded();
  std::string refusal();
  void load_file(const std::string &path); /* in the background */
  void load_text(const std::string &text); /* now; what else was wished for is forgotten */
  void note_preset(int number);            /* what is loaded goes by this number: wanting it changes nothing */
  void settle();                           /* now: what is wanted is loaded, and built if the rate is known */
  /* The same at another rate, while no audio thread runs: what waits is the caller's, NULL if nothing is new. */
  r2nn_running *settle_at(double rate_hz);
  static void free_running(r2nn_running *running); /* NULL allowed */

private:
  void run();
  void work();
  void tidy();
  void begin_thread();
  bool read(const char *text, size_t size, const std::string &name, int preset);
  void read_file(const std::string &path);
  void build();
  void refuse(const std::string &reason);

  const uint32_t n_channels_;
  std::atomic<uint32_t> &n_refused_;
  std::vector<char> exchange_memory_;
  r2nn_exchange *exchange_;
  std::atomic<int> wanted_preset_{1}, wanted_mode_{R2NN_AS_TRAINED};
  std::atomic<float> wanted_damping_{1};

  std::mutex building_; /* held while something is read or built: guards what follows */
  int preset_ = 0;      /* the last number that was asked for */
  double rate_hz_ = 0;
  uint64_t kin_ = 0;                                                                /* of the last engine */
  std::unique_ptr<r2nn_plan, void (*)(r2nn_plan *)> plan_{nullptr, r2nn_plan_free}; /* of its kin */
  struct built_from {
    uint32_t generation;
    int mode;
    double rate_hz;
    float damping; /* in steps */
    bool is_kin_of(const built_from &other) const {
      return generation == other.generation && mode == other.mode && rate_hz == other.rate_hz;
    }
    bool operator==(const built_from &other) const { return is_kin_of(other) && damping == other.damping; }
  } built_{};

  std::mutex shared_; /* held for a moment: guards what follows */
  std::shared_ptr<const r2nn_loaded> loaded_;
  std::string refusal_, wanted_file_;
  bool is_ending_ = false;
  std::condition_variable news_;
  std::thread thread_;
};

#endif
