/* What the views draw on: NanoVG in logical pixels, with text that fits where it is put. */
#ifndef PLUGIN_UI_CANVAS_HPP
#define PLUGIN_UI_CANVAS_HPP

#include "theme.hpp"

#include <string>

namespace r2nn_ui {

struct box {
  float x = 0, y = 0, w = 0, h = 0;

  float right() const { return x + w; }
  float bottom() const { return y + h; }
  bool holds(float px, float py) const { return px >= x && px < x + w && py >= y && py < y + h; }
  box shrunk(float by) const { return {x + by, y + by, w - 2 * by, h - 2 * by}; }
  /* Cut a strip off one side: what is returned is the strip, what stays is the rest behind a gap. */
  box cut_left(float width, float gap = 0);
  box cut_right(float width, float gap = 0);
  box cut_top(float height, float gap = 0);
  box cut_bottom(float height, float gap = 0);
};

class canvas {
public:
  using NanoVG = DGL_NAMESPACE::NanoVG;
  NanoVG &vg; /* for paths */

  /* Fonts are loaded once, by the first canvas on this context. */
  explicit canvas(NanoVG &context);

  void fill(const box &area, const Color &color, float radius = 0);
  void outline(const box &area, const Color &color, float radius = 0, float width = 1);
  void line(float x0, float y0, float x1, float y1, const Color &color, float width = 1);
  void dashes(float x0, float x1, float y, const Color &color, float width = 1);
  void dot(float x, float y, float r, const Color &color);
  void glow(float x, float y, float r, const Color &color);

  /* Text of one line, its middle at y. Too long for most_width (> 0) it is cut and ends in an ellipsis. Returns its width. */
  float text(float x, float y, const std::string &text, float size, const Color &color, int align = NanoVG::ALIGN_LEFT,
             float most_width = 0);
  float width_of(const std::string &text, float size);
  /* The same text, cut so that it is no wider than most_width, with an ellipsis where it was cut. */
  std::string fitted(const std::string &text, float size, float most_width);

private:
  void use_font(float size);
};

} // namespace r2nn_ui

#endif
