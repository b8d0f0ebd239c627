/* The last decision in large letters, and a bar for the score of every class. */
#include "classes.hpp"

#include <cstdio>
#include <numeric>

namespace r2nn_ui {

using NanoVG = canvas::NanoVG;

static const float list_row = 17, least_list = 100;
static const float least_row = 13.5f, most_row = 30, least_column = 88, column_gap = 12, value_width = 26, corner = 2;

static Color mixed(const Color &a, const Color &b, float share) {
  Color result(a);
  result.interpolate(b, share);
  return result;
}

void classes_view::draw_decision(canvas &to, const picture &now, const box &head) {
  bool has = now.last.class_index > -2, known = now.last.class_index >= 0;
  std::string name = !has ? "listening" : known ? now.net->classes[now.last.class_index] : "unknown";
  Color color =
      !has ? theme::text_dim() : mixed(known ? theme::text() : theme::text_soft(), theme::threshold(), known ? now.last_shine : 0);
  float size = 26;
  while (size > 15 && to.width_of(name, size) > head.w - 64) size -= 1;
  if (now.last_shine > 0.02f && known) {
    to.vg.save();
    to.vg.intersectScissor(area.x, area.y, area.w, area.h);
    to.glow(head.x + 30, head.y + head.h / 2 - 6, 110, theme::threshold(0.16f * now.last_shine));
    to.vg.restore();
  }
  to.text(head.x, head.y + 16, name, size, color, NanoVG::ALIGN_LEFT, head.w - 60);
  if (!has) return;
  char text[64];
  std::snprintf(text, sizeof text, "%.0f %%", 100 * now.last.score);
  to.text(head.right(), head.y + 11, text, 14, color, NanoVG::ALIGN_RIGHT);
  std::snprintf(text, sizeof text, "margin %.2f", now.last.margin);
  to.text(head.right(), head.y + 26, text, theme::size_small, theme::text_dim(), NanoVG::ALIGN_RIGHT, 70);
}

void classes_view::draw_bar(canvas &to, const picture &now, const box &row, uint32_t k, float label_width) {
  bool decided = now.last.class_index == int(k);
  float score = k < now.scores.size() ? now.scores[k] : 0, shine = decided ? now.last_shine : 0;
  float size = std::min(theme::size_text, row.h * 0.72f), middle = row.y + row.h / 2;
  to.text(row.x, middle, now.net->classes[k], size, mixed(decided ? theme::text() : theme::text_soft(), theme::threshold(), shine),
          NanoVG::ALIGN_LEFT, label_width);
  box track{row.x + label_width + 8, 0, row.w - label_width - 8 - value_width, std::min(std::max(row.h * 0.36f, 4.0f), 9.0f)};
  track.y = middle - track.h / 2;
  to.fill(track, theme::well(), corner);
  if (score > 0.004f) {
    box bar = track;
    bar.w = std::max(track.w * std::min(score, 1.0f), 1.5f);
    to.fill(bar, decided ? theme::threshold(0.75f + 0.25f * shine) : theme::signal(0.7f), corner);
  }
  char text[16];
  std::snprintf(text, sizeof text, "%.0f", 100 * score);
  to.text(row.right(), middle, text, std::min(size, theme::size_small), score > 0.1f ? theme::text_soft() : theme::text_dim(),
          NanoVG::ALIGN_RIGHT);
}

box classes_view::draw_bars(canvas &to, const picture &now, box body) {
  uint32_t n = uint32_t(now.net->classes.size());
  uint32_t most_columns = std::max(1, int((body.w + column_gap) / (least_column + column_gap)));
  uint32_t rows_fit = std::max(1, int(body.h / least_row));
  uint32_t columns = std::min(std::max((n + rows_fit - 1) / rows_fit, 1u), most_columns);
  // More classes than there is room for: the best ones, and how many more there are.
  std::vector<uint32_t> shown(n);
  std::iota(shown.begin(), shown.end(), 0);
  uint32_t room = columns * rows_fit;
  bool are_cut = n > room;
  if (are_cut) {
    auto better = [&](uint32_t a, uint32_t b) {
      float sa = a < now.scores.size() ? now.scores[a] : 0, sb = b < now.scores.size() ? now.scores[b] : 0;
      return sa != sb ? sa > sb : a < b;
    };
    std::partial_sort(shown.begin(), shown.begin() + room - 1, shown.end(), better);
    shown.resize(room - 1);
  }
  uint32_t rows = are_cut ? rows_fit : (n + columns - 1) / columns;
  float row_height = std::min(body.h / rows, most_row), column_width = (body.w - (columns - 1) * column_gap) / columns;
  float label_width = 12;
  for (uint32_t k : shown)
    label_width = std::max(label_width, to.width_of(now.net->classes[k], std::min(theme::size_text, row_height * 0.72f)));
  label_width = std::min(label_width, column_width * 0.46f);
  for (size_t i = 0; i < shown.size(); i++) {
    box row{body.x + (i / rows) * (column_width + column_gap), body.y + (i % rows) * row_height, column_width, row_height};
    draw_bar(to, now, row, shown[i], label_width);
  }
  if (are_cut)
    to.text(body.right(), body.y + rows * row_height - row_height / 2, "+ " + std::to_string(n - shown.size()) + " more",
            theme::size_small, theme::text_dim(), NanoVG::ALIGN_RIGHT);
  body.cut_top(rows * row_height);
  return body;
}

/* Where there is room: the last decisions, newest first. */
void classes_view::draw_list(canvas &to, const picture &now, box body) {
  if (body.h < least_list || now.decisions.empty()) return;
  body.cut_top(12);
  to.line(body.x, body.y, body.right(), body.y, theme::edge());
  body.cut_top(8);
  for (size_t i = now.decisions.size(); i-- > 0 && body.h >= list_row;) {
    const decision &made = now.decisions[i];
    bool known = made.class_index >= 0;
    box row = body.cut_top(list_row);
    float y = row.y + row.h / 2;
    char text[32];
    std::snprintf(text, sizeof text, "%d:%04.1f", int(made.end_s / 60), std::fmod(made.end_s, 60));
    to.text(row.x, y, text, theme::size_small, theme::text_dim());
    std::string name = known ? now.net->classes[made.class_index] : "unknown";
    to.text(row.x + 52, y, name, theme::size_text, known ? theme::text_soft() : theme::text_dim(), NanoVG::ALIGN_LEFT,
            row.w - 52 - 44);
    std::snprintf(text, sizeof text, "%.0f %%", 100 * made.score);
    to.text(row.right(), y, text, theme::size_small, theme::text_dim(), NanoVG::ALIGN_RIGHT);
  }
}

void classes_view::draw(canvas &to, const picture &now) {
  box inside = draw_panel(to, area);
  if (!now.net) return;
  box head = inside.cut_top(36, 8);
  draw_decision(to, now, head);
  draw_list(to, now, draw_bars(to, now, inside));
}

} // namespace r2nn_ui
