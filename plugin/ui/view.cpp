/* What all parts of the window share. */
#include "view.hpp"

namespace r2nn_ui {

box view::draw_panel(canvas &to, const box &area, const std::string &title) {
  to.fill(area, theme::panel(), theme::radius);
  box inside = area.shrunk(theme::inset);
  if (title.empty()) return inside;
  box head = inside.cut_top(12, 6);
  to.text(head.x, head.y + 5, title, theme::size_small, theme::text_dim(), canvas::NanoVG::ALIGN_LEFT, head.w);
  return inside;
}

} // namespace r2nn_ui
