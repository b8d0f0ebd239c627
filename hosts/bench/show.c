/* Shows what was measured, for people, and by jansson for programs. */
#include "bench/figures.h"
#include "words.h"

#include <jansson.h>

static void show_kernels(FILE *to, const bench_figures *self) {
  fprintf(to, "one core  %.4g thousand million multiplications and additions a second in vectors of 8, %.4g in the widest\n",
          self->peak_gflops, self->widest_gflops);
  fprintf(to, "\nfull networks at 48 kHz\n   nodes  in networks  outputs  ns a sample  of the peak  of the widest\n");
  for (int k = 0; k < BENCH_KERNELS; k++) {
    const bench_kernel *kernel = &self->kernels[k];
    fprintf(to, "  %6u  %11u  %7u  %11.1f  %9.1f %%  %11.1f %%\n", kernel->n_nodes * kernel->n_beside, kernel->n_beside,
            kernel->n_outputs, kernel->ns, 100 * kernel->share_of_peak, 100 * kernel->share_of_widest);
  }
  fprintf(to, "  in real time  about %.0f nodes\n\n64 nodes, 10 outputs, in other ways\n", self->max_nodes);
  for (int kind = 0; kind < N_NAIVES; kind++)
    fprintf(to, "  %-21s  %.1f times as long\n", naive_name((naive_kind)kind), self->naive_ratio[kind]);
}

static void show_presets(FILE *to, const bench_figures *self) {
  int width = 6;
  for (uint32_t i = 0; i < self->n_presets; i++)
    if (words_width(self->presets[i].name) > width) width = words_width(self->presets[i].name);
  fprintf(to, "\npresets at 48 kHz and at their own rate\n  ");
  words_put(to, "preset", width);
  fprintf(to, "  channels  ns a sample  of real time  ms to make   own Hz  ns a sample\n");
  for (uint32_t i = 0; i < self->n_presets; i++) {
    const bench_preset *preset = &self->presets[i];
    if (!(preset->ns > 0)) continue;
    fprintf(to, "  ");
    words_put(to, preset->name, width);
    fprintf(to, "  %8u  %11.1f  %10.2f %%  %10.1f  %7g  %11.1f\n", preset->n_channels, preset->ns,
            100 * preset->ns * 1e-9 * BENCH_RATE_HZ, preset->make_ms, preset->own_hz, preset->own_ns);
  }
}

void bench_text(FILE *to, const bench_figures *self) {
  show_kernels(to, self);
  if (self->n_presets) show_presets(to, self);
  fprintf(to, "\nsound files, preset vowels, a decision a second\n");
  for (int i = 0; i < BENCH_FILES; i++)
    fprintf(to, "  %-4s at %g Hz  %.0f times real time\n", self->files[i].format, self->files[i].rate_hz,
            self->files[i].times_real);
  fprintf(to,
          "\nwhole clips of a second at 16 kHz, preset vowels, from their files\n"
          "  read and transformed once   %.1f us\n  decided by their spectra    %.1f us, %.2f times as long\n"
          "  run through the network     %.1f us\n",
          self->clips.read_us, self->clips.spectrum_us, self->clips.ratio, self->clips.run_us);
  fprintf(to, "\nblocks of %d frames at 48 kHz, preset %s, each the quickest of several times by the clock; there are %.0f us\n",
          BENCH_BLOCK, self->blocks[0].preset, 1e6 * BENCH_BLOCK / BENCH_RATE_HZ);
  fprintf(to, "  input                    half under  99 %%    99.9 %%  worst us\n");
  for (int i = 0; i < BENCH_INPUTS; i++) {
    const bench_blocks *blocks = &self->blocks[i];
    fprintf(to, "  %-23s  %10.1f  %6.1f  %6.1f  %8.1f\n", blocks->input, blocks->median_us, blocks->p99_us, blocks->p999_us,
            blocks->worst_us);
  }
  fprintf(to, "\ntraining, 100 clips of 4000 samples, 32 nodes all coupled  %.2f ms an epoch\n", self->epoch_ms);
}

static json_t *kernels_json(const bench_figures *self) {
  json_t *kernels = json_array();
  for (int k = 0; k < BENCH_KERNELS; k++) {
    const bench_kernel *kernel = &self->kernels[k];
    json_array_append_new(
        kernels, json_pack("{s:I, s:I, s:I, s:f, s:f, s:f}", "nodes", (json_int_t)kernel->n_nodes * kernel->n_beside, "networks",
                           (json_int_t)kernel->n_beside, "outputs", (json_int_t)kernel->n_outputs, "ns_per_sample", kernel->ns,
                           "share_of_peak", kernel->share_of_peak, "share_of_widest_peak", kernel->share_of_widest));
  }
  return kernels;
}

static json_t *presets_json(const bench_figures *self) {
  json_t *presets = json_array();
  for (uint32_t i = 0; i < self->n_presets; i++) {
    const bench_preset *preset = &self->presets[i];
    if (preset->ns > 0)
      json_array_append_new(presets, json_pack("{s:s, s:f, s:f, s:f, s:f, s:f}", "name", preset->name, "rate_hz", BENCH_RATE_HZ,
                                               "ns_per_sample", preset->ns, "own_rate_hz", preset->own_hz, "own_ns_per_sample",
                                               preset->own_ns, "make_ms", preset->make_ms));
  }
  return presets;
}

static json_t *files_json(const bench_figures *self) {
  json_t *files = json_array();
  for (int i = 0; i < BENCH_FILES; i++)
    json_array_append_new(files, json_pack("{s:s, s:f, s:f}", "format", self->files[i].format, "rate_hz", self->files[i].rate_hz,
                                           "times_real_time", self->files[i].times_real));
  return files;
}

static json_t *clips_json(const bench_figures *self) {
  const bench_clips *clips = &self->clips;
  return json_pack("{s:f, s:f, s:f, s:f}", "read_us", clips->read_us, "spectrum_us", clips->spectrum_us, "run_us", clips->run_us,
                   "times_reading", clips->ratio);
}

static json_t *blocks_json(const bench_figures *self) {
  json_t *blocks = json_array();
  for (int i = 0; i < BENCH_INPUTS; i++) {
    const bench_blocks *of = &self->blocks[i];
    json_array_append_new(blocks, json_pack("{s:s, s:s, s:f, s:f, s:f, s:f}", "preset", of->preset, "input", of->input, "median_us",
                                            of->median_us, "p99_us", of->p99_us, "p999_us", of->p999_us, "worst_us", of->worst_us));
  }
  return blocks;
}

static json_t *naive_json(const bench_figures *self) {
  json_t *ways = json_object();
  for (int kind = 0; kind < N_NAIVES; kind++)
    json_object_set_new(ways, naive_name((naive_kind)kind), json_real(self->naive_ratio[kind]));
  return ways;
}

void bench_json(FILE *to, const bench_figures *self) {
  json_t *object = json_pack("{s:f, s:f, s:o, s:I, s:o, s:o, s:o, s:o, s:i, s:o, s:f}", "fma_peak_gflops", self->peak_gflops,
                             "widest_peak_gflops", self->widest_gflops, "kernels", kernels_json(self), "max_nodes_48k",
                             (json_int_t)self->max_nodes, "times_as_long", naive_json(self), "presets", presets_json(self), "files",
                             files_json(self), "clips", clips_json(self), "block_frames", BENCH_BLOCK, "blocks", blocks_json(self),
                             "train_epoch_ms", self->epoch_ms);
  json_dumpf(object, to, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
  fputc('\n', to);
  json_decref(object);
}
