/* The list of presets that hangs from the header while it is open. */
#include "header.hpp"

namespace r2nn_ui {

using NanoVG = canvas::NanoVG;

static const float item_height = 24, edge = 5;

void menu_view::keep_within(size_t n_items) {
  float most = std::max(n_items * item_height + 2 * edge - area.h, 0.0f);
  offset = std::min(std::max(offset, 0.0f), most);
}

void menu_view::open_at(const box &button, const box &window, size_t n_items, int chosen) {
  float y = button.bottom() + 4;
  area = {button.x, y, button.w, std::min(n_items * item_height + 2 * edge, window.bottom() - y - theme::margin)};
  offset = std::max(chosen - 1, 0) * item_height - area.h / 2;
  keep_within(n_items);
  is_open = n_items > 0;
}

int menu_view::item_at(float x, float y, const picture &now) const {
  if (!area.holds(x, y)) return -1;
  int item = int((y - area.y - edge + offset) / item_height);
  return y >= area.y + edge - offset && item < int(now.presets.size()) ? item : -1;
}

void menu_view::draw(canvas &to, const picture &now) {
  if (!is_open) return;
  to.fill({area.x - 3, area.y - 1, area.w + 6, area.h + 8}, theme::rgb(0x000000, 0.35f), 9);
  to.fill(area, theme::raised(), theme::radius);
  to.outline(area, theme::rgb(0x3a4450), theme::radius);
  to.vg.save();
  to.vg.intersectScissor(area.x, area.y + 1, area.w, area.h - 2);
  int hot = item_at(mouse_x, mouse_y, now);
  for (int i = 0; i < int(now.presets.size()); i++) {
    box row{area.x + edge, area.y + edge + i * item_height - offset, area.w - 2 * edge, item_height};
    if (i == hot) to.fill(row, theme::signal(0.14f), 4);
    bool chosen = now.preset == i + 1;
    if (chosen) to.dot(row.x + 9, row.y + row.h / 2, 2.5f, theme::signal());
    to.text(row.x + 20, row.y + row.h / 2, now.presets[i], 12, chosen ? theme::signal() : theme::text(), NanoVG::ALIGN_LEFT,
            row.w - 26);
  }
  to.vg.restore();
}

bool menu_view::press(float x, float y, const picture &now, actions &ask, bool) {
  if (!is_open) return false;
  int item = item_at(x, y, now);
  if (item >= 0) ask.load_preset(item + 1);
  is_open = item < 0 && area.holds(x, y);
  return true;
}

bool menu_view::scroll(float, float, float steps, const picture &now, actions &, bool) {
  if (!is_open) return false;
  offset -= steps * item_height;
  keep_within(now.presets.size());
  return true;
}

} // namespace r2nn_ui
