/* The strip of knobs, and the choice of when decisions are made. */
#include "controls.hpp"

#include "settings.hpp"

namespace r2nn_ui {

using NanoVG = canvas::NanoVG;

static const float turn_px = 160; /* of mouse for a knob's whole way */
static const float knob_radius = 14;
static const uint32_t nothing = UINT32_MAX; /* a gap between groups */
static const uint32_t order[] = {R2NN_DRIVE, R2NN_DAMPING, nothing,      R2NN_MODE, R2NN_MARGIN, nothing,         R2NN_HOLD,
                                 R2NN_GAP,   R2NN_NOTE,    R2NN_CHANNEL, nothing,   R2NN_LISTEN, R2NN_LISTEN_NODE};
static const char *const mode_names[] = {"as trained", "events", "continuous"};
static const float mode_width = 92, gap_width = 17, most_knob = 84;

void controls_view::lay_out() {
  box inside{area.x + 6, area.y, area.w - 12, area.h};
  int n_knobs = 0;
  float rest = inside.w - mode_width;
  for (uint32_t parameter : order) {
    if (parameter == nothing)
      rest -= gap_width;
    else if (parameter != R2NN_MODE)
      n_knobs++;
  }
  float width = std::min(rest / n_knobs, most_knob), spare = rest - width * n_knobs;
  knobs.clear();
  float x = inside.x + spare / 2;
  for (uint32_t parameter : order) {
    if (parameter == nothing) {
      knobs.push_back({nothing, {x, inside.y, gap_width, inside.h}});
      x += gap_width;
    } else if (parameter == R2NN_MODE) {
      for (int i = 0; i < 3; i++) choices[i] = {x + 2, inside.y + inside.h / 2 - 28.5f + 19 * i, mode_width - 4, 19};
      x += mode_width;
    } else {
      knobs.push_back({parameter, {x, inside.y, width, inside.h}});
      x += width;
    }
  }
}

void controls_view::draw_knob(canvas &to, const picture &now, const knob &it, bool hot) {
  const setting &what = setting_of(it.parameter);
  float value = now.parameters[it.parameter], x = it.place.x + it.place.w / 2, y = it.place.y + 10 + knob_radius;
  const float start = float(M_PI) * 0.75f, way = float(M_PI) * 1.5f;
  float share = std::min(std::max(what.share_of(value), 0.0f), 1.0f),
        from = what.low < 0 || what.is_logarithmic ? what.share_of(what.usual) : 0;
  auto arc = [&](float a, float b, const Color &color, float width) {
    to.vg.beginPath();
    to.vg.arc(x, y, knob_radius, start + way * std::min(a, b), start + way * std::max(a, b), NanoVG::CW);
    to.vg.strokeColor(color);
    to.vg.strokeWidth(width);
    to.vg.lineCap(NanoVG::ROUND);
    to.vg.stroke();
  };
  to.vg.beginPath();
  to.vg.circle(x, y, knob_radius - 4.5f);
  to.vg.fillPaint(
      to.vg.linearGradient(x, y - knob_radius, x, y + knob_radius, theme::rgb(hot ? 0x3a434f : 0x2d353f), theme::rgb(0x1b2027)));
  to.vg.fill();
  arc(0, 1, theme::well(), 3.2f);
  if (std::fabs(share - from) > 0.004f) arc(from, share, theme::signal(hot ? 1 : 0.85f), 3.2f);
  float angle = start + way * share;
  to.line(x + std::cos(angle) * 3, y + std::sin(angle) * 3, x + std::cos(angle) * (knob_radius - 5.5f),
          y + std::sin(angle) * (knob_radius - 5.5f), hot ? theme::text() : theme::text_soft(), 2);
  to.vg.lineCap(NanoVG::BUTT);
  float below = y + knob_radius;
  to.text(x, below + 5, what.name, theme::size_small, hot ? theme::text() : theme::text_soft(), NanoVG::ALIGN_CENTER,
          it.place.w - 2);
  to.text(x, below + 18, what.figures(value), theme::size_small, hot ? theme::signal() : theme::text_dim(), NanoVG::ALIGN_CENTER,
          it.place.w - 2);
}

void controls_view::draw(canvas &to, const picture &now) {
  to.fill(area, theme::panel(), theme::radius);
  lay_out();
  for (size_t i = 0; i < knobs.size(); i++) {
    const knob &it = knobs[i];
    if (it.parameter == nothing) {
      float x = it.place.x + it.place.w / 2;
      to.line(x, area.y + 12, x, area.bottom() - 12, theme::edge());
    } else {
      draw_knob(to, now, it, held == int(i) || (held < 0 && is_under_mouse(it.place)));
    }
  }
  to.fill({choices[0].x, choices[0].y, choices[0].w, 57}, theme::well(), 5);
  for (int i = 0; i < 3; i++) {
    bool on = std::lround(now.parameters[R2NN_MODE]) == i;
    if (on) to.fill(choices[i].shrunk(1.5f), theme::signal(0.16f), 4);
    to.text(choices[i].x + choices[i].w / 2, choices[i].y + choices[i].h / 2, mode_names[i], theme::size_small,
            on                           ? theme::signal()
            : is_under_mouse(choices[i]) ? theme::text()
                                         : theme::text_soft(),
            NanoVG::ALIGN_CENTER, choices[i].w - 6);
  }
}

int controls_view::knob_at(float x, float y) const {
  for (size_t i = 0; i < knobs.size(); i++)
    if (knobs[i].parameter != nothing && knobs[i].place.holds(x, y)) return int(i);
  return -1;
}

std::string controls_view::help() const {
  int at = knob_at(mouse_x, mouse_y);
  if (at >= 0) return setting_of(knobs[at].parameter).help;
  for (const box &choice : choices)
    if (is_under_mouse(choice)) return setting_of(R2NN_MODE).help;
  return "";
}

bool controls_view::press(float x, float y, const picture &now, actions &ask, bool is_double) {
  for (int i = 0; i < 3; i++) {
    if (!choices[i].holds(x, y)) continue;
    ask.begin_edit(R2NN_MODE);
    ask.set_parameter(R2NN_MODE, i);
    ask.end_edit(R2NN_MODE);
    return true;
  }
  int at = knob_at(x, y);
  if (at < 0) return false;
  uint32_t parameter = knobs[at].parameter;
  held = at, last_y = y;
  ask.begin_edit(parameter);
  if (is_double) ask.set_parameter(parameter, setting_of(parameter).usual);
  share = setting_of(parameter).share_of(is_double ? setting_of(parameter).usual : now.parameters[parameter]);
  return true;
}

void controls_view::drag(float, float y, const picture &, actions &ask, bool fine) {
  if (held < 0) return;
  uint32_t parameter = knobs[held].parameter;
  share = std::min(std::max(share + (last_y - y) / turn_px * (fine ? 0.1f : 1.0f), 0.0f), 1.0f);
  last_y = y;
  ask.set_parameter(parameter, setting_of(parameter).value_of(share));
}

void controls_view::release(const picture &, actions &ask) {
  if (held >= 0) ask.end_edit(knobs[held].parameter);
  held = -1;
}

bool controls_view::scroll(float x, float y, float steps, const picture &now, actions &ask, bool fine) {
  int at = knob_at(x, y);
  if (at < 0 || held >= 0) return at >= 0;
  uint32_t parameter = knobs[at].parameter;
  const setting &what = setting_of(parameter);
  float value = now.parameters[parameter];
  float next = what.is_whole ? value + steps : what.value_of(what.share_of(value) + steps * (fine ? 0.004f : 0.025f));
  ask.begin_edit(parameter);
  ask.set_parameter(parameter, what.clamped(next));
  ask.end_edit(parameter);
  return true;
}

} // namespace r2nn_ui
