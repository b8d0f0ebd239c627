/* A part of the window: where it stands, how it draws itself, what it does with the mouse. */
#ifndef PLUGIN_UI_VIEW_HPP
#define PLUGIN_UI_VIEW_HPP

#include "canvas.hpp"
#include "picture.hpp"

namespace r2nn_ui {

/* What views ask of the plugin. */
class actions {
public:
  virtual ~actions() = default;
  /* A gesture on a parameter: begin, any number of sets, end. Hosts record automation between the two. */
  virtual void begin_edit(uint32_t parameter) = 0;
  virtual void set_parameter(uint32_t parameter, float value) = 0;
  virtual void end_edit(uint32_t parameter) = 0;
  virtual void load_preset(int index) = 0;
  virtual void open_file() = 0;
};

class view {
public:
  box area;

  virtual ~view() = default;
  virtual void draw(canvas &to, const picture &now) = 0;

  /* The mouse in logical pixels of the window. press: true takes the mouse until release. fine: shift or control is held. */
  virtual bool press(float, float, const picture &, actions &, bool /* is_double */) { return false; }
  virtual void drag(float, float, const picture &, actions &, bool /* fine */) {}
  virtual void release(const picture &, actions &) {}
  virtual bool scroll(float, float, float /* steps up */, const picture &, actions &, bool /* fine */) { return false; }
  /* What the thing under the mouse does, one line; "" if nothing is. */
  virtual std::string help() const { return ""; }
  virtual void hover(float x, float y) { mouse_x = x, mouse_y = y; }

protected:
  float mouse_x = -1, mouse_y = -1;

  bool is_under_mouse(const box &part) const { return part.holds(mouse_x, mouse_y); }
  /* The panel behind it; returns what lies inside its margins. */
  static box draw_panel(canvas &to, const box &area) {
    to.fill(area, theme::panel(), theme::radius);
    return area.shrunk(theme::inset);
  }
};

} // namespace r2nn_ui

#endif
