/* The last decision in large letters, and a bar for the score of every class. */
#ifndef PLUGIN_UI_CLASSES_HPP
#define PLUGIN_UI_CLASSES_HPP

#include "view.hpp"

namespace r2nn_ui {

class classes_view : public view {
public:
  void draw(canvas &to, const picture &now) override;

private:
  void draw_decision(canvas &to, const picture &now, const box &head);
  box draw_bars(canvas &to, const picture &now, box body); /* returns what stays free */
  void draw_list(canvas &to, const picture &now, box body);
  void draw_bar(canvas &to, const picture &now, const box &row, uint32_t k, float label_width);
};

} // namespace r2nn_ui

#endif
