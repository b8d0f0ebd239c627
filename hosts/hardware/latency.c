/* r2nn hardware latency: the round trip through the interface, to a fraction of a frame. */
#include "hardware/commands.h"
#include "hardware/measure.h"
#include "output.h"
#include "parse.h"
#include "say.h"

#include <stdio.h>

static const char *const formats[] = {"text", "json"};
enum { N_FORMATS = 2, JSON = 1 };

enum { OPTION_REPEAT = SETUP_OWN };
static const option_def own_options[] = {
    {"repeat", '\0', OPTION_REPEAT, "N", "measure N times (5)"},
    SETTING_FORMAT("text or json (text)"),
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct job {
  setup wiring;
  uint64_t repeat;
} job;

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  job *self = context;
  if (code == OPTION_REPEAT) return parse_whole("--repeat", argument, 1, 1000, &self->repeat, error);
  return setup_set(&self->wiring, code, argument, error);
}

static r2nn_status show(const job *self, const latency_found *found, double rate_hz, r2nn_error *error) {
  output out = {0};
  r2nn_status status = output_open(&out, NULL, false, error);
  if (status != R2NN_OK) return status;
  if (self->wiring.common.format == JSON)
    fprintf(out.stream,
            "{\"latency_frames\": %.4f, \"latency_s\": %.9f, \"spread_frames\": %.4f, \"repeats\": %u, \"rate_hz\": %g, "
            "\"inverted\": %s}\n",
            found->frames, found->frames / rate_hz, found->spread, found->n, rate_hz, found->is_inverted ? "true" : "false");
  else
    fprintf(out.stream, "latency %.3f frames (%.4f ms at %g Hz), within %.4f frames over %u measurements%s\n", found->frames,
            1e3 * found->frames / rate_hz, rate_hz, found->spread, found->n,
            found->is_inverted ? "; the polarity is inverted" : "");
  return output_commit(&out, error);
}

static r2nn_status run(job *self, r2nn_error *error) {
  exchange line;
  latency_found found;
  r2nn_status status = exchange_open(&line, &self->wiring, 1, 0, error);
  if (status == R2NN_OK) status = measure_latency(&line, &self->wiring, (uint32_t)self->repeat, &found, error);
  double rate_hz = line.rate_hz;
  exchange_close(&line);
  return status == R2NN_OK ? show(self, &found, rate_hz, error) : status;
}

static int run_command(const command *of, int argc, char **argv) {
  job self = {.wiring = setup_usual(), .repeat = 5};
  command full = *of;
  options line;
  r2nn_error error = {""};
  self.wiring.common.formats = formats;
  self.wiring.common.n_formats = N_FORMATS;
  full.options = setup_table(own_options);
  int code = options_read(&line, &full, set, &self, argc, argv);
  if (code < 0 && line.n_operands) code = options_wrong(of, "%s: what is this?", line.operands[0]);
  if (code < 0 && !self.wiring.loopback.n_channels)
    code = options_wrong(of, "which channel hears what is played? give --loopback N");
  if (code < 0) {
    code = run(&self, &error) == R2NN_OK ? EXIT_DONE : EXIT_FAILED;
    if (code != EXIT_DONE) say_error("%s", error.text);
  }
  options_free(&line);
  return code;
}

const command hardware_latency = {
    "hardware latency",
    "--loopback N",
    "the round trip through the interface, to a fraction of a frame",
    "A cable leads from the first channel of --out to channel N of the interface. What the interface's filters do to the phase is "
    "not\n"
    "counted. A round trip that changes from one measurement to the next is refused.\n\n"
    "Examples:\n"
    "  r2nn hardware latency --out 1 --loopback 2\n"
    "  r2nn hardware latency --device board --loopback 33 --format json",
    own_options,
    run_command,
};
