/* The level and the gate, with the threshold to drag. */
#include "meter.hpp"

#include <cstdio>

namespace r2nn_ui {

using NanoVG = canvas::NanoVG;

void meter_view::draw(canvas &to, const picture &now) {
  box inside = draw_panel(to, area);
  box head = inside.cut_top(20, 6), feet = inside.cut_bottom(12);
  scale = inside;

  // The gate's lamp, and the threshold in figures below.
  bool open = now.gate_open;
  if (open) to.glow(head.x + 6, head.y + 10, 14, theme::threshold(0.5f));
  to.dot(head.x + 6, head.y + 10, 4, open ? theme::threshold() : theme::raised());
  to.text(head.x + 16, head.y + 10, "gate", theme::size_small, open ? theme::text() : theme::text_dim(), NanoVG::ALIGN_LEFT,
          head.w - 16);

  box bar{scale.x + 22, scale.y, scale.w - 22 - 9, scale.h};
  to.fill(bar, theme::well(), 2);
  for (float db = -90; db <= high_db; db += 30) {
    char text[16];
    std::snprintf(text, sizeof text, "%.0f", db);
    float y = std::min(std::max(y_of(db), scale.y + 4), scale.bottom() - 4);
    to.text(bar.x - 5, y, text, theme::size_small, theme::text_dim(), NanoVG::ALIGN_RIGHT);
  }
  float top = y_of(now.level_db);
  to.vg.beginPath();
  to.vg.rect(bar.x, top, bar.w, bar.bottom() - top);
  to.vg.fillPaint(to.vg.linearGradient(0, scale.y, 0, scale.bottom(), open ? theme::threshold(0.95f) : theme::signal(0.9f),
                                       open ? theme::threshold(0.45f) : theme::signal(0.35f)));
  to.vg.fill();
  // The highest level of late: it falls by 20 dB a second.
  peak_db = std::max(now.level_db, peak_db - float(std::max(now.frame_s - last_s, 0.0)) * 20);
  last_s = now.frame_s;
  if (peak_db > low_db) to.fill({bar.x, y_of(peak_db) - 1, bar.w, 1.5f}, theme::text_soft());

  float y = y_of(threshold_db(now));
  bool hot = is_held() || (is_under_mouse(scale) && is_near(now, mouse_y));
  if (now.opens_db > threshold_db(now) + 0.5f) to.dashes(bar.x, bar.right(), y_of(now.opens_db), theme::threshold(0.5f));
  to.line(bar.x - 1, y, bar.right(), y, theme::threshold(), hot ? 2 : 1.2f);
  to.vg.beginPath();
  to.vg.moveTo(bar.right() + 1, y);
  to.vg.lineTo(bar.right() + 9, y - 5);
  to.vg.lineTo(bar.right() + 9, y + 5);
  to.vg.closePath();
  to.vg.fillColor(theme::threshold(hot ? 1 : 0.85f));
  to.vg.fill();
  char text[32];
  std::snprintf(text, sizeof text, "%.1f dB", threshold_db(now));
  to.text(area.x + area.w / 2, feet.y + 7, text, theme::size_small, hot ? theme::threshold() : theme::text_soft(),
          NanoVG::ALIGN_CENTER, area.w - 8);
}

} // namespace r2nn_ui
