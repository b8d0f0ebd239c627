/* The line at the top: the preset with its menu, Open, what the model is, and bypass. */
#include "header.hpp"

#include "parameters.h"

namespace r2nn_ui {

using NanoVG = canvas::NanoVG;

static const float mark_width = 74, name_width = 176, arrow_width = 22, open_width = 58, button_height = 24;

static void draw_arrow(canvas &to, float x, float y, float dx, float dy, const Color &color) {
  to.vg.beginPath();
  to.vg.moveTo(x - 2 * dx - 4 * dy, y - 2 * dy - 4 * dx);
  to.vg.lineTo(x + 2 * dx, y + 2 * dy);
  to.vg.lineTo(x - 2 * dx + 4 * dy, y - 2 * dy + 4 * dx);
  to.vg.strokeColor(color);
  to.vg.strokeWidth(1.5f);
  to.vg.lineCap(NanoVG::ROUND);
  to.vg.stroke();
  to.vg.lineCap(NanoVG::BUTT);
}

/* Three coupled nodes, and the name. */
static void draw_mark(canvas &to, float x, float y) {
  to.line(x + 4, y + 5, x + 10, y - 6, theme::positive(0.8f), 1.5f);
  to.line(x + 10, y - 6, x + 16, y + 5, theme::negative(0.8f), 1.5f);
  to.line(x + 4, y + 5, x + 16, y + 5, theme::positive(0.8f), 1.5f);
  to.dot(x + 4, y + 5, 3.2f, theme::tone(0.1f));
  to.dot(x + 10, y - 6, 3.2f, theme::tone(0.62f));
  to.dot(x + 16, y + 5, 3.2f, theme::tone(1));
  to.text(x + 26, y, "R2NN", theme::size_title, theme::text(), NanoVG::ALIGN_LEFT, 0);
}

void header_view::lay_out() {
  box row{area.x, area.y + (area.h - button_height) / 2, area.w, button_height};
  row.cut_left(mark_width, 6);
  previous = row.cut_left(arrow_width, 1);
  name = row.cut_left(name_width, 1);
  next = row.cut_left(arrow_width, 8);
  open = row.cut_left(open_width);
  power = row.cut_right(button_height);
}

void header_view::draw(canvas &to, const picture &now) {
  lay_out();
  float middle = area.y + area.h / 2;
  draw_mark(to, area.x, middle);
  for (const box *part : {&previous, &name, &next, &open})
    to.fill(*part, is_under_mouse(*part) ? theme::rgb(0x2a323c) : theme::raised(), 4);
  draw_arrow(to, previous.x + previous.w / 2, middle, -1, 0, theme::text_soft());
  draw_arrow(to, next.x + next.w / 2, middle, 1, 0, theme::text_soft());
  draw_arrow(to, name.right() - 13, middle, 0, 1, theme::text_soft());
  to.text(name.x + 10, middle, now.net ? now.net->name : "no model", 12.5f, theme::text(), NanoVG::ALIGN_LEFT, name.w - 36);
  to.text(open.x + open.w / 2, middle, "Open…", theme::size_text, theme::text(), NanoVG::ALIGN_CENTER);

  bool bypassed = now.parameters[R2NN_BYPASS] > 0.5f;
  Color color = bypassed ? theme::text_dim() : theme::signal();
  float x = power.x + power.w / 2;
  to.fill(power, is_under_mouse(power) ? theme::rgb(0x2a323c) : theme::raised(), power.h / 2);
  to.vg.beginPath();
  to.vg.arc(x, middle, 5.5f, -float(M_PI) * 0.32f, float(M_PI) * 1.32f, NanoVG::CW);
  to.vg.moveTo(x, middle - 7);
  to.vg.lineTo(x, middle - 1.5f);
  to.vg.strokeColor(color);
  to.vg.strokeWidth(1.6f);
  to.vg.stroke();

  std::string about = bypassed ? "bypassed" : now.net ? now.net->about : "";
  to.text(power.x - 10, middle, about, theme::size_small, theme::text_dim(), NanoVG::ALIGN_RIGHT, power.x - 10 - open.right() - 12);
}

bool header_view::press(float x, float y, const picture &now, actions &ask, bool) {
  int n = int(now.presets.size());
  if (name.holds(x, y)) {
    wants_menu = true;
  } else if (previous.holds(x, y) && n > 0) {
    ask.load_preset(now.preset <= 1 ? n : now.preset - 1);
  } else if (next.holds(x, y) && n > 0) {
    ask.load_preset(now.preset >= n ? 1 : now.preset + 1);
  } else if (open.holds(x, y)) {
    ask.open_file();
  } else if (power.holds(x, y)) {
    ask.begin_edit(R2NN_BYPASS);
    ask.set_parameter(R2NN_BYPASS, now.parameters[R2NN_BYPASS] > 0.5f ? 0 : 1);
    ask.end_edit(R2NN_BYPASS);
  } else {
    return false;
  }
  return true;
}

} // namespace r2nn_ui
