/* The level and the gate, with the threshold to drag. */
#ifndef PLUGIN_UI_METER_HPP
#define PLUGIN_UI_METER_HPP

#include "threshold.hpp"

namespace r2nn_ui {

class meter_view : public threshold_view {
public:
  void draw(canvas &to, const picture &now) override;

private:
  float peak_db = low_db;
  double last_s = 0;
};

} // namespace r2nn_ui

#endif
