/* Band energies of the raw input. */
#include "train/bands.h"

#include "rt/random.h"
#include "train/features.h"
#include "train/layout.h"

#include <math.h>
#include <string.h>

r2nn_status r2nn_bands_table(const r2nn_recipe *recipe, uint32_t n_features, const r2nn_reduced *data, double *floor,
                             r2nn_table *table, r2nn_error *error) {
  const r2nn_spectra *spectra = data->spectra;
  bool summed = recipe->head == R2NN_HEAD_ENERGY; /* one band a class, channels added */
  uint32_t m = spectra->n_channels, n_bands = summed ? n_features : (n_features + m - 1) / m, n = summed ? n_bands : n_bands * m;
  if (!r2nn_table_init(table, spectra->n_clips, n)) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for band energies");
  memcpy(table->label, data->label, table->n_rows * sizeof *table->label);
  for (uint32_t r = 0; r < table->n_rows; r++)
    for (uint32_t bin = 0, band = 0; bin < spectra->n_bins; bin++) {
      /* A bin belongs to the band whose centre is nearest; centres rise with the band. */
      double freq = spectra->freq_hz[bin];
      while (band + 1 < n_bands && fabs(r2nn_layout_freq(&recipe->stages[0], band + 1, n_bands) - freq) <
                                       fabs(r2nn_layout_freq(&recipe->stages[0], band, n_bands) - freq))
        band++;
      const double *packed = spectra->packed + ((size_t)r * spectra->n_bins + bin) * m * m;
      for (uint32_t c = 0; c < m; c++) table->x[(size_t)r * n + (summed ? 0 : c * n_bands) + band] += packed[(size_t)c * m + c];
    }
  if (*floor <= 0) *floor = r2nn_features_floor(table->x, spectra->duration_s, table->n_rows, n);
  r2nn_features(recipe, table->x, spectra->duration_s, *floor, table);
  return R2NN_OK;
}
