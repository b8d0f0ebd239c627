/* Colours of curves. */
#include "plot/palette.h"

static colour from_hex(uint32_t hex) {
  return (colour){(hex >> 16) / 255.0, (hex >> 8 & 255) / 255.0, (hex & 255) / 255.0};
}

colour palette_distinct(uint32_t index) {
  /* Okabe and Ito's set for all kinds of colour vision, its yellow darkened for a white ground. */
  static const uint32_t hex[PALETTE_DISTINCT] = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0x56b4e9, 0xe69f00, 0x6a4c93, 0x8a8d00};
  return from_hex(hex[index % PALETTE_DISTINCT]);
}

colour palette_ordered(double place) {
  /* viridis, by Smith and van der Walt, without its brightest end, which is lost on a white ground. */
  static const uint32_t hex[] = {0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b};
  enum { N_STEPS = sizeof hex / sizeof *hex - 1 };
  double at = (place < 0 ? 0 : place > 1 ? 1 : place) * N_STEPS;
  int step = at >= N_STEPS ? N_STEPS - 1 : (int)at;
  colour low = from_hex(hex[step]), high = from_hex(hex[step + 1]);
  double t = at - step;
  return (colour){low.r + t * (high.r - low.r), low.g + t * (high.g - low.g), low.b + t * (high.b - low.b)};
}
