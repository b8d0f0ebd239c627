/* What the views draw on: NanoVG in logical pixels, with text that fits where it is put. */
#include "canvas.hpp"

#include <vector>

namespace r2nn_ui {

box box::cut_left(float width, float gap) {
  box strip{x, y, width, h};
  x += width + gap, w -= width + gap;
  return strip;
}

box box::cut_right(float width, float gap) {
  w -= width + gap;
  return {x + w + gap, y, width, h};
}

box box::cut_top(float height, float gap) {
  box strip{x, y, w, height};
  y += height + gap, h -= height + gap;
  return strip;
}

box box::cut_bottom(float height, float gap) {
  h -= height + gap;
  return {x, y + h + gap, w, height};
}

canvas::canvas(NanoVG &context) : vg(context) {
  if (vg.findFont(NANOVG_DEJAVU_SANS_TTF) < 0) vg.loadSharedResources();
}

void canvas::fill(const box &area, const Color &color, float radius) {
  vg.beginPath();
  if (radius > 0)
    vg.roundedRect(area.x, area.y, area.w, area.h, std::min(radius, std::min(area.w, area.h) / 2));
  else
    vg.rect(area.x, area.y, area.w, area.h);
  vg.fillColor(color);
  vg.fill();
}

void canvas::outline(const box &area, const Color &color, float radius, float width) {
  vg.beginPath();
  vg.roundedRect(area.x + width / 2, area.y + width / 2, area.w - width, area.h - width, radius);
  vg.strokeColor(color);
  vg.strokeWidth(width);
  vg.stroke();
}

void canvas::line(float x0, float y0, float x1, float y1, const Color &color, float width) {
  vg.beginPath();
  vg.moveTo(x0, y0);
  vg.lineTo(x1, y1);
  vg.strokeColor(color);
  vg.strokeWidth(width);
  vg.stroke();
}

void canvas::dashes(float x0, float x1, float y, const Color &color, float width) {
  vg.beginPath();
  for (float x = x0; x < x1; x += 7) {
    vg.moveTo(x, y);
    vg.lineTo(std::min(x + 4, x1), y);
  }
  vg.strokeColor(color);
  vg.strokeWidth(width);
  vg.stroke();
}

void canvas::dot(float x, float y, float r, const Color &color) {
  vg.beginPath();
  vg.circle(x, y, r);
  vg.fillColor(color);
  vg.fill();
}

void canvas::glow(float x, float y, float r, const Color &color) {
  Color gone(color.red, color.green, color.blue, 0.0f);
  vg.beginPath();
  vg.circle(x, y, r);
  vg.fillPaint(vg.radialGradient(x, y, 0, r, color, gone));
  vg.fill();
}

void canvas::use_font(float size) {
  vg.fontFace(NANOVG_DEJAVU_SANS_TTF);
  vg.fontSize(size);
}

float canvas::width_of(const std::string &text, float size) {
  if (text.empty()) return 0;
  use_font(size);
  vg.textAlign(NanoVG::ALIGN_LEFT | NanoVG::ALIGN_MIDDLE);
  DGL_NAMESPACE::Rectangle<float> bounds;
  return vg.textBounds(0, 0, text.c_str(), nullptr, bounds);
}

std::string canvas::fitted(const std::string &text, float size, float most_width) {
  if (width_of(text, size) <= most_width) return text;
  // Cut at the beginning of a character: UTF-8 bytes that go on begin with the bits 10.
  std::vector<size_t> starts;
  for (size_t i = 0; i < text.size(); i++)
    if ((text[i] & 0xc0) != 0x80) starts.push_back(i);
  size_t low = 0, high = starts.empty() ? 0 : starts.size() - 1;
  while (low < high) {
    size_t middle = (low + high + 1) / 2;
    if (width_of(text.substr(0, starts[middle]) + "…", size) <= most_width)
      low = middle;
    else
      high = middle - 1;
  }
  return low > 0 ? text.substr(0, starts[low]) + "…" : "";
}

float canvas::text(float x, float y, const std::string &text, float size, const Color &color, int align, float most_width) {
  std::string shown = most_width > 0 ? fitted(text, size, most_width) : text;
  if (shown.empty()) return 0;
  float width = width_of(shown, size);
  vg.textAlign(align | NanoVG::ALIGN_MIDDLE);
  vg.fillColor(color);
  vg.text(x, y, shown.c_str(), nullptr);
  return width;
}

} // namespace r2nn_ui
