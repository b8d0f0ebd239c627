/* The whole window: where every part stands, and which one the mouse speaks to. */
#include "face.hpp"

namespace r2nn_ui {

static const float header_height = 26, controls_height = 72, notice_height = 14, meter_width = 74;

void face::lay_out(float width, float height) {
  window = {0, 0, width, height};
  box rest = window.shrunk(theme::margin);
  header.area = rest.cut_top(header_height, theme::margin);
  notice = rest.cut_bottom(notice_height, 6);
  controls.area = rest.cut_bottom(controls_height, theme::margin);
  classes.area = rest.cut_right(std::min(std::max(rest.w * 0.31f, 214.0f), 380.0f), theme::margin);
  box low = rest.cut_bottom((rest.h - theme::margin) * 0.46f, theme::margin);
  spectrum.area = rest;
  nodes.area = low.cut_left(std::min(low.h, low.w * 0.36f), theme::margin);
  meter.area = low.cut_right(meter_width, theme::margin);
  history.area = low;
}

/* One line: what is wrong, or else what the thing under the mouse does. */
void face::draw_foot(canvas &to, const picture &now) {
  if (now.notice.empty()) {
    std::string help;
    for (view *part : views)
      if (help.empty()) help = part->help();
    to.text(notice.x, notice.y + notice.h / 2, help, theme::size_text, theme::text_dim(), canvas::NanoVG::ALIGN_LEFT, notice.w);
    return;
  }
  Color color = now.notice_is_bad ? theme::negative() : theme::threshold();
  float y = notice.y + notice.h / 2;
  to.vg.beginPath();
  to.vg.moveTo(notice.x + 6, y - 5);
  to.vg.lineTo(notice.x + 12, y + 5);
  to.vg.lineTo(notice.x, y + 5);
  to.vg.closePath();
  to.vg.fillColor(color);
  to.vg.fill();
  to.text(notice.x + 18, y, now.notice, theme::size_text, color, canvas::NanoVG::ALIGN_LEFT, notice.w - 18);
}

void face::draw(canvas &to, const picture &now, float width, float height) {
  lay_out(width, height);
  to.fill(window, theme::background());
  for (view *part : views) part->draw(to, now);
  draw_foot(to, now);
  menu.draw(to, now);
}

void face::press(float x, float y, const picture &now, actions &ask, bool is_double) {
  if (menu.press(x, y, now, ask, is_double)) return;
  for (view *part : views) {
    if (!part->area.holds(x, y) || !part->press(x, y, now, ask, is_double)) continue;
    held = part;
    break;
  }
  if (header.wants_menu) menu.open_at(header.menu_button(), window, now.presets.size(), now.preset);
  header.wants_menu = false;
}

void face::move(float x, float y, const picture &now, actions &ask, bool fine) {
  if (held) held->drag(x, y, now, ask, fine);
  bool is_covered = menu.is_open && menu.area.holds(x, y);
  menu.hover(x, y);
  for (view *part : views) part->hover(is_covered ? -1 : x, is_covered ? -1 : y);
}

void face::release(const picture &now, actions &ask) {
  if (held) held->release(now, ask);
  held = nullptr;
}

void face::scroll(float x, float y, float steps, const picture &now, actions &ask, bool fine) {
  if (menu.scroll(x, y, steps, now, ask, fine) || held) return;
  for (view *part : views)
    if (part->area.holds(x, y) && part->scroll(x, y, steps, now, ask, fine)) return;
}

} // namespace r2nn_ui
