/* Names, ranges and units of the parameters. */
#include "parameters.h"

#include "presets.h"
#include "scope.h"

USE_NAMESPACE_DISTRHO

namespace {

struct row {
  uint32_t hints;
  const char *name, *symbol, *unit;
  float start, least, most;
};

constexpr uint32_t smooth = kParameterIsAutomatable, whole = kParameterIsAutomatable | kParameterIsInteger,
                   told = kParameterIsOutput;

const row rows[R2NN_OUT_SCORE_1] = {
    {whole, "Preset", "preset", "", 1, 0, 1},
    {smooth, "Drive", "drive", "dB", 0, -40, 40},
    {smooth, "Gate", "gate", "dB", 0, -60, 60},
    {smooth, "Margin", "margin", "", 0, -1, 1},
    {smooth, "Hold", "hold", "ms", 50, 1, 5000},
    {whole, "Mode", "mode", "", R2NN_AS_TRAINED, 0, R2NN_N_MODE_CHOICES - 1},
    {smooth | kParameterIsLogarithmic, "Damping", "damping", "", 1, 0.25f, 4},
    {smooth, "Listen", "listen", "", 0, 0, 1},
    {whole, "Listen to node", "listen_node", "", 1, 1, 256},
    {whole, "Base note", "note", "", 36, 0, 127},
    {whole, "MIDI channel", "channel", "", 1, 1, 16},
    {smooth, "Gap", "gap", "ms", 10, 0, 1000},
    {whole, "Bypass", "bypass", "", 0, 0, 1},
    {told | kParameterIsInteger, "Class", "class", "", -1, -1, 1023},
    {told, "Score", "score", "", 0, 0, 1},
    {told, "Decision margin", "decision_margin", "", 0, 0, 1},
    {told, "Level", "level", "dB", -120, -120, 120},
    {told | kParameterIsBoolean | kParameterIsInteger, "Gate open", "gate_open", "", 0, 0, 1},
    {told | kParameterIsBoolean | kParameterIsInteger, "Warning", "warning", "", 0, 0, 1},
};

const char *const modes[R2NN_N_MODE_CHOICES] = {"as trained", "event", "continuous"};

/* Names for the values from 0 on. */
void name_values(Parameter &parameter, int count, const char *const *names) {
  auto *values = new ParameterEnumerationValue[count];
  for (int i = 0; i < count; i++) values[i] = ParameterEnumerationValue(static_cast<float>(i), names[i]);
  parameter.enumValues.count = static_cast<uint8_t>(count);
  parameter.enumValues.restrictedMode = true;
  parameter.enumValues.values = values;
}

} // namespace

float r2nn_parameter_start(uint32_t index) {
  return index < R2NN_OUT_SCORE_1 ? rows[index].start : 0;
}

void r2nn_parameter_describe(uint32_t index, Parameter &parameter) {
  if (index == R2NN_BYPASS) {
    parameter.initDesignation(kParameterDesignationBypass);
    return;
  }
  if (index >= R2NN_OUT_SCORE_1) {
    const uint32_t number = index - R2NN_OUT_SCORE_1 + 1;
    parameter.hints = told;
    parameter.name = "Score " + String(number);
    parameter.symbol = "score_" + String(number);
    return;
  }
  const row &is = rows[index];
  parameter.hints = is.hints;
  parameter.name = is.name;
  parameter.symbol = is.symbol;
  parameter.unit = is.unit;
  parameter.ranges = ParameterRanges(is.start, is.least, is.most);
  if (index == R2NN_MODE) name_values(parameter, R2NN_N_MODE_CHOICES, modes);
  if (index == R2NN_PRESET) {
    std::vector<const char *> names = {"from the session"};
    for (int i = 0; i < r2nn_n_presets; i++) names.push_back(r2nn_presets[i].name);
    parameter.ranges.max = static_cast<float>(r2nn_n_presets);
    name_values(parameter, r2nn_n_presets + 1, names.data());
  }
}
