/* The last seconds: the level against the gate's threshold, and above it what was decided when. */
#ifndef PLUGIN_UI_HISTORY_HPP
#define PLUGIN_UI_HISTORY_HPP

#include "threshold.hpp"

namespace r2nn_ui {

class history_view : public threshold_view {
public:
  static constexpr double seconds = 8; /* that are shown */

  void draw(canvas &to, const picture &now) override;

private:
  float x_of(const picture &now, double time_s) const;
  void draw_level(canvas &to, const picture &now);
  void draw_decisions(canvas &to, const picture &now, const box &lane);
};

} // namespace r2nn_ui

#endif
