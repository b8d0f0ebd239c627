/* The last seconds: the level against the gate's threshold, and above it what was decided when. */
#include "history.hpp"

#include <cstdio>

namespace r2nn_ui {

using NanoVG = canvas::NanoVG;

static const float lane_height = 20, corner = 4;

float history_view::x_of(const picture &now, double time_s) const {
  return scale.right() - float((now.stream_s - time_s) / seconds) * scale.w;
}

void history_view::draw_level(canvas &to, const picture &now) {
  if (now.levels.size() < 2) return;
  // Where the gate was open the ground is lighter.
  for (size_t i = 0; i + 1 < now.levels.size(); i++) {
    if (!now.levels[i].open) continue;
    size_t first = i;
    while (i + 1 < now.levels.size() && now.levels[i].open) i++;
    float from = std::max(x_of(now, now.levels[first].time_s), scale.x), end = x_of(now, now.levels[i].time_s);
    if (end > from) to.fill({from, scale.y, end - from, scale.h}, theme::threshold(0.055f));
  }
  float first_x = x_of(now, now.levels.front().time_s), last_x = x_of(now, now.levels.back().time_s);
  auto trace = [&] {
    to.vg.beginPath();
    to.vg.moveTo(first_x, y_of(now.levels.front().level_db));
    for (const level_point &point : now.levels) to.vg.lineTo(x_of(now, point.time_s), y_of(point.level_db));
  };
  trace();
  to.vg.lineTo(last_x, scale.bottom() + 2);
  to.vg.lineTo(first_x, scale.bottom() + 2);
  to.vg.closePath();
  to.vg.fillPaint(to.vg.linearGradient(0, scale.y, 0, scale.bottom(), theme::signal(0.34f), theme::signal(0.05f)));
  to.vg.fill();
  trace();
  to.vg.strokeColor(theme::signal(0.8f));
  to.vg.strokeWidth(1.2f);
  to.vg.stroke();
}

/* A block from onset to end with the class in it; a short one's name runs on to its right as far as the next block. */
void history_view::draw_decisions(canvas &to, const picture &now, const box &lane) {
  for (size_t i = 0; i < now.decisions.size(); i++) {
    const decision &made = now.decisions[i];
    float from = x_of(now, made.start_s), end = x_of(now, made.end_s);
    if (end < lane.x) continue;
    bool known = made.class_index >= 0;
    const std::string &name = known ? now.net->classes[made.class_index] : "?";
    Color color = known ? theme::threshold(0.25f + 0.55f * made.score) : theme::text_dim();
    box block{from, lane.y, std::max(end - from, 3.0f), lane.h};
    to.fill(block, known ? theme::threshold(0.10f + 0.16f * made.score) : theme::rgb(0x65717e, 0.16f), corner);
    to.fill({block.x, block.y, 2, block.h}, color, 1);
    float next = i + 1 < now.decisions.size() ? x_of(now, now.decisions[i + 1].start_s) : lane.right();
    float room = std::max(block.right(), next - 4) - block.x - 9;
    std::string shown = to.fitted(name, theme::size_text, room);
    if (shown == name || to.width_of(shown, theme::size_text) > 24)
      to.text(block.x + 6, lane.y + lane.h / 2, shown, theme::size_text, known ? theme::text() : theme::text_soft());
  }
}

void history_view::draw(canvas &to, const picture &now) {
  box inside = draw_panel(to, area);
  box lane = inside.cut_top(lane_height, 6), feet = inside.cut_bottom(12);
  scale = inside;
  if (!now.net) return;
  to.vg.save();
  to.vg.intersectScissor(inside.x, lane.y, inside.w, inside.bottom() - lane.y);
  for (double s = 1; s < seconds; s++) {
    float x = x_of(now, std::floor(now.stream_s) + 1 - s);
    to.line(x, scale.y, x, scale.bottom(), theme::grid());
  }
  draw_level(to, now);
  draw_decisions(to, now, lane);
  bool hot = is_held() || (is_under_mouse(scale) && is_near(now, mouse_y));
  if (now.opens_db > threshold_db(now) + 0.5f) to.dashes(scale.x, scale.right(), y_of(now.opens_db), theme::threshold(0.3f));
  to.line(scale.x, y_of(threshold_db(now)), scale.right(), y_of(threshold_db(now)), theme::threshold(hot ? 1 : 0.75f),
          hot ? 2 : 1.2f);
  to.vg.restore();
  char text[32];
  for (int s = 0; s <= int(seconds); s += 2) {
    std::snprintf(text, sizeof text, s ? "−%d s" : "now", s);
    int align = s == 0 ? NanoVG::ALIGN_RIGHT : s == int(seconds) ? NanoVG::ALIGN_LEFT : NanoVG::ALIGN_CENTER;
    to.text(scale.right() - s / float(seconds) * scale.w, feet.y + 7, text, theme::size_small, theme::text_dim(), align);
  }
}

} // namespace r2nn_ui
