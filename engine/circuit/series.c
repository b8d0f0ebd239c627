/* Preferred values, IEC 60063. */
#include "core/names.h"
#include "r2nn/circuit.h"

#include <math.h>

static const char *const names[R2NN_N_SERIES] = {"E6", "E12", "E24", "E96"};
static const r2nn_names series_names = {R2NN_N_SERIES, names};

/* E24 departs from its powers of ten; E6 and E12 are every fourth and every second of it. */
static const int e24[24] = {100, 110, 120, 130, 150, 160, 180, 200, 220, 240, 270, 300,
                            330, 360, 390, 430, 470, 510, 560, 620, 680, 750, 820, 910};

const char *r2nn_series_name(r2nn_series series) {
  return r2nn_names_get(&series_names, (uint32_t)series);
}

int r2nn_series_find(const char *name) {
  return r2nn_names_find(&series_names, name);
}

/* Value number index of a series, index 0 being 1. */
static double value_at(r2nn_series series, int index) {
  static const int lengths[R2NN_N_SERIES] = {6, 12, 24, 96};
  int n = lengths[series], decade = (int)floor((double)index / n), place = index - decade * n;
  double mantissa = series == R2NN_E96 ? round(100 * pow(10, place / 96.0)) : e24[place * (24 / n)];
  /* a division for small ones: 4.7e-9 comes out as it is written */
  return decade >= 2 ? mantissa * pow(10, decade - 2) : mantissa / pow(10, 2 - decade);
}

double r2nn_series_step(r2nn_series series, double value, int steps) {
  static const int lengths[R2NN_N_SERIES] = {6, 12, 24, 96};
  int guess = (int)lround(log10(value) * lengths[series]), nearest = guess;
  for (int i = guess - 2; i <= guess + 2; i++)
    if (fabs(log(value_at(series, i) / value)) < fabs(log(value_at(series, nearest) / value))) nearest = i;
  return value_at(series, nearest + steps);
}
