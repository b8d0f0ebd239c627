/* The window's colours and measures, in one place. Lengths are logical pixels: the canvas scales them to the screen's. */
#ifndef PLUGIN_UI_THEME_HPP
#define PLUGIN_UI_THEME_HPP

#include "NanoVG.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace r2nn_ui {

using DGL_NAMESPACE::Color;

namespace theme {

inline Color rgb(uint32_t hex, float alpha = 1) {
  return Color((hex >> 16 & 255) / 255.0f, (hex >> 8 & 255) / 255.0f, (hex & 255) / 255.0f, alpha);
}

/* Four greys of surface, three of text, and one colour a meaning. */
inline Color background() {
  return rgb(0x0d1014);
}
inline Color panel() {
  return rgb(0x14181e);
}
inline Color well() {
  return rgb(0x0f1318);
} /* what is sunk into a panel: bar tracks, fields */
inline Color raised() {
  return rgb(0x20262e);
}
inline Color edge() {
  return rgb(0x262d36);
}
inline Color grid() {
  return rgb(0x8aa0b8, 0.075f);
}
inline Color text() {
  return rgb(0xe6ebf0);
}
inline Color text_soft() {
  return rgb(0x9aa7b4);
}
inline Color text_dim() {
  return rgb(0x65717e);
}
inline Color signal(float alpha = 1) {
  return rgb(0x4fd6c4, alpha);
} /* the input, scores, what is on */
inline Color threshold(float alpha = 1) {
  return rgb(0xf5b75b, alpha);
} /* the gate, the decision */
inline Color negative(float alpha = 1) {
  return rgb(0xf2777a, alpha);
} /* negative couplings, refusals */
inline Color positive(float alpha = 1) {
  return rgb(0x5fb8e8, alpha);
} /* positive couplings */

constexpr float margin = 10; /* between panels and to the window's edge */
constexpr float inset = 10;  /* from a panel's edge to what it holds */
constexpr float radius = 6;
constexpr float size_small = 10, size_text = 11.5f, size_title = 14; /* of letters */

/* The colour of a frequency, share 0 (lowest) .. 1 (highest) of the range shown: blue, teal, amber. The same node has the same
 * colour in the landscape and in the network. */
inline Color tone(float share, float alpha = 1) {
  static const float stops[4][3] = {{0x6a, 0x8d, 0xf7}, {0x4a, 0xc3, 0xe0}, {0x63, 0xd9, 0xa4}, {0xf3, 0xc0, 0x66}};
  float at = std::min(std::max(share, 0.0f), 1.0f) * 3;
  int i = std::min(int(at), 2);
  float w = at - i, mixed[3];
  for (int k = 0; k < 3; k++) mixed[k] = (stops[i][k] + w * (stops[i + 1][k] - stops[i][k])) / 255;
  return Color(mixed[0], mixed[1], mixed[2], alpha);
}

} // namespace theme
} // namespace r2nn_ui

#endif
