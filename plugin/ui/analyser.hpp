/* The spectrum of the newest sound, by FFTW. */
#ifndef PLUGIN_UI_ANALYSER_HPP
#define PLUGIN_UI_ANALYSER_HPP

#include <cstddef>
#include <vector>

namespace r2nn_ui {

class analyser {
public:
  analyser() = default;
  ~analyser();
  analyser(const analyser &) = delete;
  analyser &operator=(const analyser &) = delete;

  /* Bands whose edges are evenly spread over the logarithm of frequency, between from_hz and to_hz or half of the rate, and a
   * transform that is long enough to tell the lowest apart, at most most_samples. Main thread. */
  void set_up(double rate_hz, double from_hz, double to_hz, size_t n_bands, size_t most_samples);

  size_t n_samples() const { return window.size(); }
  float *samples() { return sound.data(); } /* [n_samples] to be filled, oldest first */

  /* Transform the samples into the bands. */
  void run();

  std::vector<float> band_hz;    /* [n_bands] middles */
  std::vector<float> band_level; /* [n_bands] amplitude of the strongest sine in each, 1 = full scale */
  std::vector<float> band_power; /* [n_bands] mean square of all that is in each */

private:
  std::vector<float> sound, window;
  std::vector<float> band_edge; /* [n_bands + 1], bins */
  double *in = nullptr;         /* [n_samples], FFTW's */
  void *out = nullptr;          /* [n_samples / 2 + 1] fftw_complex */
  void *plan = nullptr;

  void release();
  float amplitude(size_t bin) const;
};

} // namespace r2nn_ui

#endif
