/* The gate's threshold on a scale of levels: where it stands, and how it is dragged. */
#include "threshold.hpp"

#include "settings.hpp"

namespace r2nn_ui {

static const float reach = 8; /* how near the line the mouse takes it */

float threshold_view::y_of(float db) const {
  float share = (db - low_db) / (high_db - low_db);
  return scale.bottom() - scale.h * std::min(std::max(share, 0.0f), 1.0f);
}

float threshold_view::threshold_db(const picture &now) {
  return now.gate_model_db + now.parameters[R2NN_GATE];
}

bool threshold_view::is_near(const picture &now, float y) const {
  return std::fabs(y - y_of(threshold_db(now))) <= reach;
}

std::string threshold_view::help() const {
  return is_under_mouse(scale) ? setting_of(R2NN_GATE).help : "";
}

bool threshold_view::press(float x, float y, const picture &now, actions &ask, bool is_double) {
  if (!scale.holds(x, y) || !is_near(now, y)) return false;
  ask.begin_edit(R2NN_GATE);
  if (is_double) ask.set_parameter(R2NN_GATE, setting_of(R2NN_GATE).usual);
  held = true, last_y = y;
  return true;
}

void threshold_view::drag(float, float y, const picture &now, actions &ask, bool fine) {
  float step = (last_y - y) / scale.h * (high_db - low_db) * (fine ? 0.2f : 1.0f);
  last_y = y;
  ask.set_parameter(R2NN_GATE, setting_of(R2NN_GATE).clamped(now.parameters[R2NN_GATE] + step));
}

void threshold_view::release(const picture &, actions &ask) {
  if (held) ask.end_edit(R2NN_GATE);
  held = false;
}

bool threshold_view::scroll(float x, float y, float steps, const picture &now, actions &ask, bool fine) {
  if (!scale.holds(x, y)) return false;
  ask.begin_edit(R2NN_GATE);
  ask.set_parameter(R2NN_GATE, setting_of(R2NN_GATE).clamped(now.parameters[R2NN_GATE] + steps * (fine ? 0.2f : 1.0f)));
  ask.end_edit(R2NN_GATE);
  return true;
}

} // namespace r2nn_ui
