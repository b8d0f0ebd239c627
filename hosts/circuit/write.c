/* Writes all the files of a circuit into a folder. */
#include "circuit/write.h"

#include "audio/wav.h"
#include "circuit/schematic.h"
#include "circuit/verify.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Steps of net.cir in a period of the highest resonance: some tenths of a per cent of error, and the file stays small. */
#define WRITE_STEPS 100.0

/* Channels that a WAV file may have. */
enum { MOST_OUTPUTS = 1024 };

static r2nn_status write_sound(const result_folder *to, const char *name, const float *in, uint32_t n_frames, uint32_t n_channels,
                               double rate_hz, r2nn_error *error) {
  output out = {0};
  r2nn_status status = result_folder_file(to, name, &out, error);
  if (status == R2NN_OK) status = wav_write(&out, in, n_frames, n_channels, rate_hz, error);
  if (status == R2NN_OK) status = output_commit(&out, error);
  output_discard(&out);
  return status;
}

/* What the outputs of the first stage should be, at the rate of the stimulus. */
static r2nn_status write_expected(const r2nn_circuit *circuit, const sweep_sound *sound, const verify_sound *fast,
                                  const result_folder *to, r2nn_error *error) {
  uint32_t n = circuit->built->stages[0].n_outputs, times = verify_n_frames(fast) / sound->n_frames;
  float *out = NULL;
  r2nn_status status = verify_engine(circuit, circuit->built, fast, &out, NULL, error);
  for (uint32_t t = 0; t < sound->n_frames && status == R2NN_OK; t++)
    memmove(out + (size_t)t * n, out + (size_t)t * times * n, n * sizeof *out);
  if (status == R2NN_OK) status = write_sound(to, "expected.wav", out, sound->n_frames, n, sound->rate_hz, error);
  free(out);
  return status;
}

static r2nn_status write_vectors(const r2nn_circuit *circuit, const sweep_sound *sound, const result_folder *to,
                                 r2nn_error *error) {
  char path[PATH_MAX];
  verify_sound fast;
  r2nn_status status = verify_prepare(circuit, sound->in, sound->n_frames, sound->rate_hz, WRITE_STEPS, &fast, error);
  if (status != R2NN_OK) return status;
  r2nn_netlist_def def = {.stimulus = "stimulus.txt",
                          .result = "result.txt",
                          .response = "response.txt",
                          .duration_s = (fast.n_frames - 1) / fast.rate_hz,
                          .step_s = 1 / fast.rate_hz,
                          .print_s = 1 / sound->rate_hz};
  snprintf(path, sizeof path, "%s/stimulus.txt", to->temporary);
  status = verify_write_stimulus(&fast, circuit->n_channels, path, error);
  if (status == R2NN_OK) status = result_folder_text(to, "net.cir", r2nn_circuit_netlist(circuit, &def), error);
  if (status == R2NN_OK)
    status = write_sound(to, "stimulus.wav", sound->in, sound->n_frames, circuit->n_channels, sound->rate_hz, error);
  if (status == R2NN_OK) status = write_expected(circuit, sound, &fast, to, error);
  verify_release(&fast);
  return status;
}

static r2nn_status write_schematic(const r2nn_circuit *circuit, const result_folder *to, r2nn_error *error) {
  output out = {0};
  r2nn_status status = result_folder_file(to, "schematic.svg", &out, error);
  if (status == R2NN_OK) status = schematic_write(circuit, out.stream, error);
  if (status == R2NN_OK) status = output_commit(&out, error);
  output_discard(&out);
  return status;
}

static r2nn_status write_trims(const r2nn_circuit *circuit, const result_folder *to, r2nn_error *error) {
  uint32_t n;
  r2nn_trim *trims = r2nn_circuit_trims(circuit, &n);
  if (!trims) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  r2nn_status status = n ? result_folder_text(to, "trims.csv", r2nn_trims_print(trims, n), error) : R2NN_OK;
  free(trims);
  return status;
}

r2nn_status circuit_write(const r2nn_circuit *circuit, const result_folder *to, r2nn_error *error) {
  sweep_sound sound = {0};
  r2nn_margins margins;
  uint32_t n_outputs = circuit->built->stages[0].n_outputs;
  if (n_outputs > MOST_OUTPUTS)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "the first stage has %u outputs; a circuit is written down with %d at most",
                     n_outputs, MOST_OUTPUTS);
  r2nn_status status = r2nn_circuit_margins(circuit, &margins, error);
  if (status == R2NN_OK) status = sweep_sound_make(circuit, CIRCUIT_SWEEP_V, &sound, error);
  if (status == R2NN_OK) status = result_folder_text(to, "bom.csv", r2nn_circuit_bom(circuit), error);
  if (status == R2NN_OK) status = result_folder_text(to, "map.csv", r2nn_circuit_map(circuit), error);
  if (status == R2NN_OK) status = result_folder_text(to, "README.md", r2nn_circuit_guide(circuit, &margins), error);
  if (status == R2NN_OK) status = write_trims(circuit, to, error);
  if (status == R2NN_OK) status = write_schematic(circuit, to, error);
  if (status == R2NN_OK) status = write_vectors(circuit, &sound, to, error);
  sweep_sound_free(&sound);
  return status;
}
