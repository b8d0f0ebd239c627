/* Shows what was measured, for people, and by jansson for programs. */
#include "bench/figures.h"
#include "words.h"

#include <jansson.h>

void bench_text(FILE *to, const bench_figures *self) {
  fprintf(to, "one core     %.4g thousand million floating-point operations a second, by fused multiply-adds\n", self->peak_gflops);
  fprintf(to, "\nfull networks with %d outputs\n", BENCH_OUTPUTS);
  fprintf(to, "  nodes  ns a sample  of the peak  dense update by sgemv\n");
  for (int k = 0; k < BENCH_KERNELS; k++)
    fprintf(to, "  %5u  %11.1f  %9.1f %%  %.1f times as long\n", bench_nodes[k], self->kernels[k].ns,
            100 * self->kernels[k].share_of_peak, self->kernels[k].ratio_to_sgemv);
  fprintf(to, "\nin real time at 48 kHz, in networks of %u side by side: about %.0f nodes\n", bench_nodes[BENCH_KERNELS - 1],
          self->max_nodes);
  if (self->n_presets == 0) return;
  int width = 6;
  for (uint32_t i = 0; i < self->n_presets; i++)
    if (words_width(self->presets[i].name) > width) width = words_width(self->presets[i].name);
  fprintf(to, "\npresets at 48 kHz\n  ");
  words_put(to, "preset", width);
  fprintf(to, "  channels  ns a sample  of real time  ms to make\n");
  for (uint32_t i = 0; i < self->n_presets; i++) {
    const bench_preset *preset = &self->presets[i];
    if (!(preset->ns > 0)) continue;
    fprintf(to, "  ");
    words_put(to, preset->name, width);
    fprintf(to, "  %8u  %11.1f  %10.2f %%  %10.1f\n", preset->n_channels, preset->ns, 100 * preset->ns * 1e-9 * BENCH_RATE_HZ,
            preset->make_ms);
  }
}

void bench_json(FILE *to, const bench_figures *self) {
  json_t *kernels = json_array(), *presets = json_array();
  for (int k = 0; k < BENCH_KERNELS; k++)
    json_array_append_new(kernels, json_pack("{s:I, s:i, s:f, s:f, s:f}", "nodes", (json_int_t)bench_nodes[k], "outputs",
                                             BENCH_OUTPUTS, "ns_per_sample", self->kernels[k].ns, "share_of_peak",
                                             self->kernels[k].share_of_peak, "ratio_to_sgemv", self->kernels[k].ratio_to_sgemv));
  for (uint32_t i = 0; i < self->n_presets; i++)
    if (self->presets[i].ns > 0)
      json_array_append_new(presets, json_pack("{s:s, s:f, s:f, s:f}", "name", self->presets[i].name, "rate_hz", BENCH_RATE_HZ,
                                               "ns_per_sample", self->presets[i].ns, "make_ms", self->presets[i].make_ms));
  json_t *object = json_pack("{s:f, s:o, s:I, s:o}", "fma_peak_gflops", self->peak_gflops, "kernels", kernels, "max_nodes_48k",
                             (json_int_t)self->max_nodes, "presets", presets);
  json_dumpf(object, to, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
  fputc('\n', to);
  json_decref(object);
}
