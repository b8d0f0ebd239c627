/* The line at the top: the preset with its menu, Open, what the model is, and bypass. */
#ifndef PLUGIN_UI_HEADER_HPP
#define PLUGIN_UI_HEADER_HPP

#include "view.hpp"

namespace r2nn_ui {

class header_view : public view {
public:
  void draw(canvas &to, const picture &now) override;
  bool press(float x, float y, const picture &now, actions &ask, bool is_double) override;

  const box &menu_button() const { return name; }
  bool wants_menu = false; /* set by a press on the preset's name; who opens the menu takes it back */

private:
  box previous, name, next, open, power;

  void lay_out();
};

/* The list of presets that hangs from the header while it is open; it lies above everything else. */
class menu_view : public view {
public:
  bool is_open = false;

  /* Hang it under the button; window is what it must stay within. */
  void open_at(const box &button, const box &window, size_t n_items, int chosen);
  void draw(canvas &to, const picture &now) override;
  bool press(float x, float y, const picture &now, actions &ask, bool is_double) override;
  bool scroll(float x, float y, float steps, const picture &now, actions &ask, bool fine) override;

private:
  float offset = 0;

  int item_at(float x, float y, const picture &now) const;
  void keep_within(size_t n_items);
};

} // namespace r2nn_ui

#endif
