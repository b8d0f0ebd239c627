/* Units of what sensors measure. */
#include "sensors/unit.h"

#include <string.h>

/* Each with its quantity's SI unit and its size in that. */
static const struct {
  const char *name, *si;
  double size;
} units[] = {
    {"m/s2", "m/s2", 1},
    {"m/s^2", "m/s2", 1},
    {"m/s²", "m/s2", 1},
    {"g", "m/s2", 9.80665},
    {"mg", "m/s2", 9.80665e-3},
    {"rad/s", "rad/s", 1},
    {"deg/s", "rad/s", 0.017453292519943295},
    {"dps", "rad/s", 0.017453292519943295},
    {"V", "V", 1},
    {"mV", "V", 1e-3},
    {"uV", "V", 1e-6},
    {"A", "A", 1},
    {"mA", "A", 1e-3},
    {"uA", "A", 1e-6},
    {"T", "T", 1},
    {"mT", "T", 1e-3},
    {"uT", "T", 1e-6},
    {"G", "T", 1e-4},
    {"Pa", "Pa", 1},
    {"hPa", "Pa", 100},
    {"kPa", "Pa", 1e3},
    {"bar", "Pa", 1e5},
    {"mbar", "Pa", 100},
    {"N", "N", 1},
    {"m", "m", 1},
    {"mm", "m", 1e-3},
    {"um", "m", 1e-6},
    {"m/s", "m/s", 1},
    {"mm/s", "m/s", 1e-3},
};
enum { N_UNITS = sizeof units / sizeof *units };

static int find(const char *name) {
  int i = 0;
  while (i < N_UNITS && strcmp(units[i].name, name) != 0) i++;
  return i < N_UNITS ? i : -1;
}

bool unit_factor(const char *from, const char *to, double *factor, r2nn_error *error) {
  *factor = 1;
  if (!from[0] || !to[0] || strcmp(from, to) == 0) return true;
  int one = find(from), other = find(to);
  if (one >= 0 && other >= 0 && strcmp(units[one].si, units[other].si) == 0) {
    *factor = units[one].size / units[other].size;
    return true;
  }
  r2nn_fail(error, R2NN_BAD_DATA, "measures %.40s where the model takes %.40s; say --unit %.40s and a --scale that leads there",
            from, to, to);
  return false;
}
