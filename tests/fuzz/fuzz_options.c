/* Fuzzes the readers of the small texts in options: what --stage, --channel, windows, resistors, numbers and units say. Any text
 * gives values within what is promised, or one line that says what is wrong. */
#include "audio/channels.h"
#include "parse.h"
#include "r2nn/train.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool good) {
  if (!good) abort();
}

/* A refusal is one line; success leaves none. */
static void answered(bool good, r2nn_error *error) {
  require(good == (error->text[0] == '\0') && !strchr(error->text, '\n'));
  error->text[0] = '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  r2nn_error error = {""};
  r2nn_stage_spec spec;
  channel_list channels;
  uint64_t whole;
  double a, b, many[8];
  char *text = malloc(size + 1);
  if (!text) return 0;
  memcpy(text, data, size);
  text[size] = '\0';
  bool good = r2nn_stage_spec_parse(text, &spec, &error) == R2NN_OK;
  answered(good, &error);
  if (good)
    require(spec.n_rows > 0 && spec.n_cols > 0 && isfinite(spec.fmin_hz) && isfinite(spec.fmax_hz) &&
            spec.fmin_hz <= spec.fmax_hz && isfinite(spec.q) && spec.q >= 0);
  answered(channels_parse("--channel", text, &channels, &error), &error);
  answered(good = parse_whole("--n", text, 1, 1000, &whole, &error), &error);
  if (good) require(whole >= 1 && whole <= 1000);
  answered(good = parse_number("--x", text, -1, 1e6, &a, &error), &error);
  if (good) require(a >= -1 && a <= 1e6);
  uint32_t n = parse_numbers("--x", text, 0, 1, many, 8, &error);
  answered(n > 0, &error);
  require(n <= 8);
  for (uint32_t i = 0; i < n; i++) require(many[i] >= 0 && many[i] <= 1);
  answered(good = parse_window("--window", text, &a, &b, &error), &error);
  if (good) require(a > 0 && b >= 0 && b <= a);
  answered(good = parse_resistors("--resistors", text, &a, &b, &error), &error);
  if (good) require(a > 0 && a < b && isfinite(b));
  answered(parse_client("--name", text, &error), &error);
  if (parse_is_name(text)) require(text[0] != '\0');
  free(text);
  return 0;
}
