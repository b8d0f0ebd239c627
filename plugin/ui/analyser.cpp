/* The spectrum of the newest sound, by FFTW. */
#include "analyser.hpp"

#include <algorithm>
#include <cmath>
#include <fftw3.h>

namespace r2nn_ui {

static const size_t least_samples = 2048; /* 43 ms at 48 kHz */

analyser::~analyser() {
  release();
}

void analyser::release() {
  if (plan) fftw_destroy_plan(static_cast<fftw_plan>(plan));
  fftw_free(in);
  fftw_free(out);
  plan = nullptr, in = nullptr, out = nullptr;
}

void analyser::set_up(double rate_hz, double from_hz, double to_hz, size_t n_bands, size_t most_samples) {
  release();
  // Other plugins in the same program may plan at the same time.
  fftw_make_planner_thread_safe();
  size_t n = least_samples;
  while (n < most_samples && rate_hz / n > from_hz / 2) n *= 2;
  in = fftw_alloc_real(n);
  out = fftw_alloc_complex(n / 2 + 1);
  plan = fftw_plan_dft_r2c_1d(int(n), in, static_cast<fftw_complex *>(out), FFTW_ESTIMATE);
  sound.assign(n, 0);
  window.resize(n);
  for (size_t i = 0; i < n; i++) window[i] = 0.5f - 0.5f * std::cos(2 * float(M_PI) * i / n);
  double end_hz = std::min(to_hz, rate_hz / 2);
  band_edge.clear(), band_hz.clear();
  for (size_t i = 0; i <= n_bands && end_hz > from_hz; i++) {
    band_edge.push_back(from_hz * std::pow(end_hz / from_hz, double(i) / n_bands) * n / rate_hz);
    if (i > 0) band_hz.push_back(std::sqrt(band_edge[i - 1] * band_edge[i]) * rate_hz / n);
  }
  band_level.assign(band_hz.size(), 0);
  band_power.assign(band_hz.size(), 0);
}

/* Of a sine in the middle of a bin; the Hann window's mean is 1/2. */
float analyser::amplitude(size_t bin) const {
  const double *x = static_cast<const fftw_complex *>(out)[std::min(bin, window.size() / 2)];
  return float(std::hypot(x[0], x[1])) * 4 / window.size();
}

void analyser::run() {
  for (size_t i = 0; i < window.size(); i++) in[i] = sound[i] * window[i];
  fftw_execute(static_cast<fftw_plan>(plan));
  for (size_t k = 0; k < band_hz.size(); k++) {
    float low = band_edge[k], high = band_edge[k + 1], middle = std::sqrt(low * high);
    // Between two bins the curve is drawn straight; a band with several shows the strongest.
    size_t bin = size_t(middle);
    float level = amplitude(bin) + (middle - bin) * (amplitude(bin + 1) - amplitude(bin)), power;
    if (high - low < 1) {
      power = level * level * (high - low);
    } else {
      power = 0;
      for (size_t i = size_t(std::ceil(low)); i < high; i++) {
        level = std::max(level, amplitude(i));
        power += amplitude(i) * amplitude(i);
      }
    }
    band_level[k] = level;
    band_power[k] = power / 3; // a sine of amplitude a is a^2 / 2, and the window spreads it over 1.5 bins
  }
}

} // namespace r2nn_ui
