/* How each parameter is shown and turned: its name, range, usual value and figures. */
#include "settings.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace r2nn_ui {

static std::string printed(const char *format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

static std::string decibels(float v) {
  return printed(std::fabs(v) < 0.05f ? "0.0 dB" : "%+.1f dB", v);
}
static std::string milliseconds(float v) {
  return printed("%.0f ms", v);
}
static std::string added(float v) {
  return printed(std::fabs(v) < 0.005f ? "0.00" : "%+.2f", v);
}
static std::string times(float v) {
  return printed("× %.2f", v);
}
static std::string percent(float v) {
  return printed("%.0f %%", 100 * v);
}
static std::string whole(float v) {
  return printed("%.0f", v);
}

static std::string note(float v) {
  static const char *const names[12] = {"C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"};
  int key = int(std::lround(v));
  return names[key % 12] + std::to_string(key / 12 - 1); // 60 is C4
}

/* Ranges are the plugin's; how a knob shows them is ours. */
static setting made(uint32_t parameter, const char *name, const char *help, bool is_logarithmic, std::string (*figures)(float)) {
  DISTRHO_NAMESPACE::Parameter is;
  r2nn_parameter_describe(parameter, is);
  bool is_whole = is.hints & (DISTRHO_NAMESPACE::kParameterIsInteger | DISTRHO_NAMESPACE::kParameterIsBoolean);
  return {name, help, is.ranges.min, is.ranges.max, is.ranges.def, is_whole, is_logarithmic, figures};
}

const setting &setting_of(uint32_t parameter) {
  static const setting all[R2NN_BYPASS + 1] = {
      made(R2NN_PRESET, "Preset", "The model", false, whole),
      made(R2NN_DRIVE, "Drive", "Drive: gain before the network; the track itself passes through as it is", false, decibels),
      made(R2NN_GATE, "Gate", "Gate: the level from which on the network listens; drag the line, double click for the model's own",
           false, decibels),
      made(R2NN_MARGIN, "Margin", "Margin: how far ahead of the second class a decision must be, beyond what the model asks for",
           false, added),
      made(R2NN_HOLD, "Hold", "Hold: the least time that a note sounds", true, milliseconds),
      made(R2NN_MODE, "Mode", "Decide as the model was trained, once an event, or all the time", false, whole),
      made(R2NN_DAMPING, "Damping", "Damping: how fast the resonators die away; twice as much is half their Q", true, times),
      made(R2NN_LISTEN, "Listen", "Listen: from the track to the voltage of one node", false, percent),
      made(R2NN_LISTEN_NODE, "Node", "Node: which output of the first stage to listen to", false, whole),
      made(R2NN_NOTE, "Note", "Note: what the first class plays; the others follow upwards", false, note),
      made(R2NN_CHANNEL, "Channel", "Channel: of the MIDI notes", false, whole),
      made(R2NN_GAP, "Gap", "Gap: the least silence between two notes of one class", false, milliseconds),
      made(R2NN_BYPASS, "Bypass", "Bypass", false, whole),
  };
  return all[parameter <= R2NN_BYPASS ? parameter : R2NN_BYPASS];
}

float setting::clamped(float value) const {
  return std::min(std::max(value, low), high);
}

float setting::share_of(float value) const {
  return is_logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
}

float setting::value_of(float share) const {
  share = std::min(std::max(share, 0.0f), 1.0f);
  float value = is_logarithmic ? low * std::pow(high / low, share) : low + share * (high - low);
  return is_whole ? std::round(value) : value;
}

} // namespace r2nn_ui
