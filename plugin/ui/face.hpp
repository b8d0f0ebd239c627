/* The whole window: where every part stands, and which one the mouse speaks to. It knows no plugin and no window system. */
#ifndef PLUGIN_UI_FACE_HPP
#define PLUGIN_UI_FACE_HPP

#include "classes.hpp"
#include "controls.hpp"
#include "header.hpp"
#include "history.hpp"
#include "meter.hpp"
#include "nodes.hpp"
#include "spectrum.hpp"

namespace r2nn_ui {

class face {
public:
  static constexpr float least_width = 700, least_height = 420; /* logical pixels that everything fits into */

  /* Draw it into width x height logical pixels, at least the least. */
  void draw(canvas &to, const picture &now, float width, float height);

  /* The mouse, in logical pixels. */
  void press(float x, float y, const picture &now, actions &ask, bool is_double);
  void move(float x, float y, const picture &now, actions &ask, bool fine);
  void release(const picture &now, actions &ask);
  void scroll(float x, float y, float steps, const picture &now, actions &ask, bool fine);

private:
  header_view header;
  spectrum_view spectrum;
  nodes_view nodes;
  history_view history;
  meter_view meter;
  classes_view classes;
  controls_view controls;
  menu_view menu;
  view *const views[7] = {&header, &spectrum, &nodes, &history, &meter, &classes, &controls};
  view *held = nullptr; /* has the mouse until release */
  box window, notice;

  void lay_out(float width, float height);
  void draw_foot(canvas &to, const picture &now);
};

} // namespace r2nn_ui

#endif
