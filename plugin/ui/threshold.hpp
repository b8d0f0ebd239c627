/* The gate's threshold on a scale of levels: where it stands, and how it is dragged. */
#ifndef PLUGIN_UI_THRESHOLD_HPP
#define PLUGIN_UI_THRESHOLD_HPP

#include "view.hpp"

namespace r2nn_ui {

/* A view with levels upwards on which the threshold can be dragged; a double click puts the model's own back. */
class threshold_view : public view {
public:
  static constexpr float low_db = -100, high_db = 0;

  bool press(float x, float y, const picture &now, actions &ask, bool is_double) override;
  void drag(float x, float y, const picture &now, actions &ask, bool fine) override;
  void release(const picture &now, actions &ask) override;
  bool scroll(float x, float y, float steps, const picture &now, actions &ask, bool fine) override;
  std::string help() const override;

protected:
  box scale; /* what the levels are drawn in; set by draw() */

  float y_of(float db) const;
  static float threshold_db(const picture &now);
  bool is_near(const picture &now, float y) const;
  bool is_held() const { return held; }

private:
  bool held = false;
  float last_y = 0;
};

} // namespace r2nn_ui

#endif
