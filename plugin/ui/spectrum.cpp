/* The live spectrum of the input under the impedance landscape of the outputs. */
#include "spectrum.hpp"

#include <cstdio>

namespace r2nn_ui {

using NanoVG = canvas::NanoVG;

static const float input_low_db = -96, input_high_db = 0; /* dB re full scale */
static const float land_range_db = 66, land_headroom_db = 6;
static const size_t most_curves = 40; /* more are a carpet */

std::string short_hz(double hz) {
  char text[32];
  if (hz >= 1000)
    std::snprintf(text, sizeof text, "%.3gk", hz / 1000);
  else
    std::snprintf(text, sizeof text, "%.3g", hz);
  return text;
}

/* A curve over the plot, thinned to about a point a pixel by its maxima; share_y is 0 at the bottom .. 1 at the top. */
template <typename share_of_x, typename share_of_y>
static void trace(NanoVG &vg, const box &plot, size_t n, share_of_x share_x, share_of_y share_y) {
  float from_x = -1e9f, best = -1, best_x = 0;
  bool begun = false;
  for (size_t i = 0; i < n; i++) {
    float x = plot.x + plot.w * share_x(i), share = std::min(std::max(share_y(i), -0.02f), 1.02f);
    if (share > best) best = share, best_x = x;
    if (x - from_x < 1.2f && i + 1 < n) continue;
    float y = plot.bottom() - plot.h * best;
    if (begun)
      vg.lineTo(best_x, y);
    else
      vg.moveTo(best_x, y);
    begun = true, from_x = x, best = -1;
  }
}

void spectrum_view::draw_grid(canvas &to, const picture &now) {
  const network &net = *now.net;
  for (float db = input_low_db + 24; db < input_high_db; db += 24) {
    float y = plot.bottom() - plot.h * (db - input_low_db) / (input_high_db - input_low_db);
    to.line(plot.x, y, plot.right(), y, theme::grid());
  }
  float free_x = plot.x;
  for (int decade = int(std::floor(std::log10(net.from_hz))); decade <= std::log10(net.to_hz); decade++) {
    for (int digit = 1; digit < 10; digit++) {
      double hz = digit * std::pow(10.0, decade);
      float x = plot.x + plot.w * net.share_of(hz);
      if (x < plot.x + 1 || x > plot.right() - 1) continue;
      to.line(x, plot.y, x, plot.bottom(), digit == 1 ? theme::rgb(0x8aa0b8, 0.14f) : theme::grid());
      if (digit != 1 && digit != 2 && digit != 5) continue;
      std::string label = short_hz(hz);
      float half = to.width_of(label, theme::size_small) / 2;
      if (x - half < free_x || x + half > plot.right()) continue;
      to.text(x, plot.bottom() + 10, label, theme::size_small, theme::text_dim(), NanoVG::ALIGN_CENTER);
      free_x = x + half + 10;
    }
  }
  // What the sample rate cannot hold.
  float edge_x = plot.x + plot.w * net.share_of(now.rate_hz / 2);
  if (edge_x < plot.right() - 1) {
    edge_x = std::max(edge_x, plot.x);
    to.fill({edge_x, plot.y, plot.right() - edge_x, plot.h}, theme::rgb(0x000000, 0.35f));
    to.line(edge_x, plot.y, edge_x, plot.bottom(), theme::negative(0.5f));
    std::string label = "beyond " + short_hz(now.rate_hz / 2) + " Hz";
    if (to.width_of(label, theme::size_small) + 12 < plot.right() - edge_x)
      to.text(edge_x + 6, plot.bottom() - 9, label, theme::size_small, theme::negative(0.8f));
  }
}

void spectrum_view::draw_input(canvas &to, const picture &now) {
  const network &net = *now.net;
  if (now.spectrum_hz.size() < 2) return;
  auto x_of = [&](size_t i) { return net.share_of(now.spectrum_hz[i]); };
  auto y_of = [&](size_t i) { return (now.spectrum_db[i] - input_low_db) / (input_high_db - input_low_db); };
  size_t n = now.spectrum_hz.size();
  to.vg.beginPath();
  trace(to.vg, plot, n, x_of, y_of);
  to.vg.lineTo(plot.x + plot.w * x_of(n - 1), plot.bottom() + 2);
  to.vg.lineTo(plot.x + plot.w * x_of(0), plot.bottom() + 2);
  to.vg.closePath();
  to.vg.fillPaint(to.vg.linearGradient(0, plot.y, 0, plot.bottom(), theme::signal(0.42f), theme::signal(0.04f)));
  to.vg.fill();
  to.vg.beginPath();
  trace(to.vg, plot, n, x_of, y_of);
  to.vg.strokeColor(theme::signal(0.75f));
  to.vg.strokeWidth(1);
  to.vg.stroke();
}

void spectrum_view::draw_landscape(canvas &to, const picture &now) {
  const network &net = *now.net;
  if (!now.land) {
    to.text(plot.right() - 4, plot.y + 8, "computing the landscape…", theme::size_small, theme::text_dim(), NanoVG::ALIGN_RIGHT);
    return;
  }
  const landscape &land = *now.land;
  float high_db = land.top_db + land_headroom_db, low_db = high_db - land_range_db;
  size_t n_curves = net.outputs.size(), step = (n_curves + most_curves - 1) / most_curves;
  for (size_t k = 0; k < n_curves; k += step) {
    uint32_t node = net.outputs[k];
    float lit = now.brightness[node];
    const float *db = land.of(node);
    to.vg.beginPath();
    trace(
        to.vg, plot, land.freq_hz.size(), [&](size_t i) { return net.share_of(land.freq_hz[i]); },
        [&](size_t i) { return (db[i] - low_db) / (high_db - low_db); });
    float quiet = n_curves <= 4 ? 0.6f : n_curves <= 16 ? 0.35f : 0.22f;
    float share = net.outputs_are_classes ? (k + 0.5f) / n_curves : net.nodes[node].tone;
    // Bright at the peaks, fading downwards.
    float alpha = quiet + (0.95f - quiet) * lit;
    to.vg.strokePaint(to.vg.linearGradient(0, plot.y + plot.h * 0.1f, 0, plot.y + plot.h * 0.75f, theme::tone(share, alpha),
                                           theme::tone(share, 0.22f * alpha)));
    to.vg.strokeWidth((n_curves <= 4 ? 1.6f : 1.0f) + 0.8f * lit);
    to.vg.lineJoin(NanoVG::ROUND);
    to.vg.stroke();
  }
}

/* Which curve is what. */
void spectrum_view::draw_legend(canvas &to, const picture &now) {
  const char *what = now.net->outputs.size() == 1 ? "gain to the output" : "gain to the outputs";
  float x = plot.x + 6, y = plot.bottom() - 13;
  float input_width = to.width_of("input", theme::size_small), width = to.width_of(what, theme::size_small);
  to.fill({x, y - 8, input_width + width + 63, 16}, theme::rgb(0x14181e, 0.8f), 4);
  to.fill({x + 6, y - 3, 10, 6}, theme::signal(0.6f), 2);
  to.text(x + 21, y, "input", theme::size_small, theme::text_soft());
  x += input_width + 34;
  for (int i = 0; i < 5; i++) to.fill({x + 3 * i, y - 1, 3, 2}, theme::tone(i / 4.0f));
  to.text(x + 20, y, what, theme::size_small, theme::text_soft());
}

/* At the mouse: a frequency, what the input has there, and what the best output makes of it. */
void spectrum_view::draw_readout(canvas &to, const picture &now) {
  if (!is_under_mouse(plot)) return;
  const network &net = *now.net;
  float share = (mouse_x - plot.x) / plot.w;
  double hz = net.from_hz * std::pow(net.to_hz / net.from_hz, share);
  to.line(mouse_x, plot.y, mouse_x, plot.bottom(), theme::rgb(0xffffff, 0.25f));
  std::string text = short_hz(hz) + " Hz";
  char part[64];
  auto above = std::lower_bound(now.spectrum_hz.begin(), now.spectrum_hz.end(), float(hz));
  if (above != now.spectrum_hz.end() && !now.spectrum_hz.empty()) {
    std::snprintf(part, sizeof part, "   in %.0f dB", now.spectrum_db[above - now.spectrum_hz.begin()]);
    text += part;
  }
  if (now.land) {
    size_t at = std::lower_bound(now.land->freq_hz.begin(), now.land->freq_hz.end(), float(hz)) - now.land->freq_hz.begin();
    at = std::min(at, now.land->freq_hz.size() - 1);
    float best = -1e9f;
    for (uint32_t node : net.outputs) best = std::max(best, now.land->of(node)[at]);
    std::snprintf(part, sizeof part, "   gain %.0f dB", best);
    text += part;
  }
  float width = to.width_of(text, theme::size_small) + 12;
  float x = std::min(std::max(mouse_x + 8, plot.x), plot.right() - width);
  to.fill({x, plot.y + 4, width, 18}, theme::rgb(0x0b0e12, 0.85f), 4);
  to.text(x + 6, plot.y + 13, text, theme::size_small, theme::text());
}

void spectrum_view::draw(canvas &to, const picture &now) {
  box inside = draw_panel(to, area);
  plot = inside;
  plot.cut_bottom(16);
  plot.x -= theme::inset, plot.w += 2 * theme::inset, plot.y -= theme::inset, plot.h += theme::inset;
  if (!now.net) return;
  to.vg.save();
  to.vg.intersectScissor(area.x, area.y, area.w, area.h);
  draw_grid(to, now);
  to.vg.intersectScissor(plot.x, plot.y, plot.w, plot.h);
  draw_input(to, now);
  draw_landscape(to, now);
  draw_legend(to, now);
  draw_readout(to, now);
  to.vg.restore();
}

} // namespace r2nn_ui
