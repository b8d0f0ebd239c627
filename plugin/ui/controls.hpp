/* The strip of knobs, and the choice of when decisions are made. */
#ifndef PLUGIN_UI_CONTROLS_HPP
#define PLUGIN_UI_CONTROLS_HPP

#include "view.hpp"

namespace r2nn_ui {

class controls_view : public view {
public:
  void draw(canvas &to, const picture &now) override;
  bool press(float x, float y, const picture &now, actions &ask, bool is_double) override;
  void drag(float x, float y, const picture &now, actions &ask, bool fine) override;
  void release(const picture &now, actions &ask) override;
  bool scroll(float x, float y, float steps, const picture &now, actions &ask, bool fine) override;

  std::string help() const override;

private:
  struct knob {
    uint32_t parameter;
    box place;
  };
  std::vector<knob> knobs;
  box choices[3];
  int held = -1;
  float last_y = 0, share = 0;

  void lay_out();
  void draw_knob(canvas &to, const picture &now, const knob &it, bool hot);
  int knob_at(float x, float y) const;
};

} // namespace r2nn_ui

#endif
