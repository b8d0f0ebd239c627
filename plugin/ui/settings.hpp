/* How each parameter is shown and turned: its name, range, usual value and figures. */
#ifndef PLUGIN_UI_SETTINGS_HPP
#define PLUGIN_UI_SETTINGS_HPP

#include "parameters.h"

#include <string>

namespace r2nn_ui {

struct setting {
  const char *name; /* short: it stands under a knob */
  const char *help; /* one line */
  float low, high, usual;
  bool is_whole;       /* whole numbers only */
  bool is_logarithmic; /* a turn multiplies */
  std::string (*figures)(float value);

  float clamped(float value) const;
  float share_of(float value) const; /* 0 .. 1 of the knob's way */
  float value_of(float share) const;
};

const setting &setting_of(uint32_t parameter);

} // namespace r2nn_ui

#endif
