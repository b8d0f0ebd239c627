/* Reads the plugin's scope once a frame and makes of it what the window shows: spectrum, brightness, history. */
#ifndef PLUGIN_UI_LISTENER_HPP
#define PLUGIN_UI_LISTENER_HPP

#include "analyser.hpp"
#include "network.hpp"
#include "picture.hpp"
#include "scope.h"

#include <thread>

namespace r2nn_ui {

class listener {
public:
  explicit listener(r2nn_scope *scope);
  ~listener();

  /* Bring the picture up to date; frame_s is a clock that only rises. Window's thread. */
  void update(picture &now, double frame_s);

private:
  r2nn_scope *const scope;

  /* The model, and its landscape, which a thread of its own computes. */
  uint32_t generation = 0, n_refused = 0;
  double refused_s = 0;
  std::string warning; /* the model's */
  std::thread worker;
  std::atomic<bool> stop{false}, is_done{false};
  std::shared_ptr<const landscape> finished; /* by the worker, before is_done */

  analyser spectrum;
  double spectrum_rate_hz = 0;
  uint32_t last_count = 0;          /* the scope's, modulo 2^32 */
  uint32_t n_fresh = 0, n_rest = 0; /* samples that came since the last frame; those not yet in the level's history */
  double heard_s = 0;               /* the plugin's clock at the newest sample */
  bool has_count = false, has_decisions = false;
  double last_frame_s = 0;

  std::vector<uint32_t> unheard; /* nodes that are no outputs, or too many to be in the scope */
  std::vector<float> gains;      /* [unheard][n_bands] squared gain from the input */
  std::vector<float> swing;      /* [n_nodes] V */
  float brightest_db = -200, least_brightest_db = -200;
  uint32_t n_decisions = 0;

  void follow_refusals(picture &now);
  void follow_model(picture &now);
  void take_landscape(picture &now);
  void follow_clock(picture &now, float dt);
  void follow_levels(picture &now);
  void follow_sound(picture &now, float dt);
  void follow_nodes(picture &now, float dt);
  void follow_gate(picture &now, float dt);
  void follow_decisions(picture &now, float dt);
  float sound_at(uint32_t index) const;
  void prepare_gains(const picture &now);
  void end_worker();
};

} // namespace r2nn_ui

#endif
