/* r2nn hardware latency: the round trip through the interface, to a fraction of a frame. */
#include "hardware/commands.h"
#include "hardware/measure.h"
#include "output.h"
#include "parse.h"

#include <stdio.h>

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
  if (setup_wants_json(&self->wiring))
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

static r2nn_status run(void *context, const char *operand, r2nn_error *error) {
  job *self = context;
  (void)operand;
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
  static const setup_task task = {.set = set, .work = run};
  return setup_run(&self.wiring, &task, &self, of, argc, argv);
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
