/* r2nn sense: a model on what a sensor sends. */
#include "live/live.h"
#include "model_file.h"
#include "progress.h"
#include "say.h"
#include "sensors/intake.h"

static const option_def options_table[] = {
    INTAKE_OPTIONS,
    {NULL, '\0', 0, NULL, NULL},
};

static const double turn_s = 0.02; /* the longest time spent reading between two looks at the sinks */

typedef struct sense {
  intake_def def;
  intake *readings;
  live *to;
} sense;

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  return intake_set(&((sense *)context)->def, code, argument, error);
}

static void hear(void *context, const float *in, uint32_t n_frames) {
  sense *self = context;
  live_process_interleaved(live_audio(self->to), in, n_frames);
  if (!live_process_has_room(live_audio(self->to))) live_pump(self->to);
}

static void break_off(void *context, double gap_s, double at_s) {
  sense *self = context;
  (void)gap_s;
  live_process_restart(live_audio(self->to), at_s);
  live_pump(self->to);
}

static void tick(void *context, live *to) {
  sense *self = context;
  r2nn_error error = {""};
  sensor_state state;
  double began_s = progress_clock();
  do {
    state = intake_read(self->readings, &error);
  } while (state == SENSOR_GOES_ON && progress_clock() - began_s < turn_s);
  if (state == SENSOR_FAILED) say_error("%s: %s", self->def.from, error.text);
  if (state == SENSOR_FAILED || state == SENSOR_ENDED) live_stop(to, state == SENSOR_ENDED ? EXIT_DONE : EXIT_FAILED);
}

/* What the stream must be like is in the model: it is looked at before there is a stream. */
static r2nn_status open_readings(sense *self, const live_settings *settings, bool *is_stopped, r2nn_error *error) {
  r2nn_model *model;
  r2nn_error reason = {""};
  r2nn_status status = model_file_read(settings->common.model, &model, error);
  if (status != R2NN_OK) return status;
  status = intake_open(&self->def, model, &self->readings, is_stopped, &reason);
  r2nn_model_free(model);
  return status == R2NN_OK ? status : r2nn_fail(error, status, "%s: %s", self->def.from, reason.text);
}

static int run_live(sense *self, const live_settings *settings) {
  r2nn_error error = {""};
  bool is_stopped = false;
  int code = EXIT_DONE;
  r2nn_status status = open_readings(self, settings, &is_stopped, &error);
  if (status == R2NN_OK && !is_stopped) status = live_new(settings, self->def.from, intake_rate(self->readings), &self->to, &error);
  if (status == R2NN_OK && !is_stopped) {
    intake_to(self->readings, hear, break_off, self);
    code = live_run(self->to, &(live_host){.tick = tick, .context = self});
  }
  intake_close(self->readings);
  live_free(self->to);
  if (status == R2NN_OK) return code;
  say_error("%s", error.text);
  return EXIT_FAILED;
}

static int run_command(const command *of, int argc, char **argv) {
  sense self = {0};
  live_settings settings;
  options line;
  int code = live_settings_read(&settings, &line, of, options_table, set, &self, argc, argv);
  if (code < 0 && !self.def.from) code = options_wrong(of, "from where? give --from SOURCE");
  if (code < 0) code = run_live(&self, &settings);
  options_free(&line);
  return code;
}

const command cmd_sense = {
    "sense",
    "-m MODEL --from SOURCE",
    "run a model on what a sensor sends",
    "Readings become the channels of the model; those that come at odd times or are missing are interpolated, a longer gap begins\n"
    "anew. Decisions go to standard output and wherever else the options say. The end of a file ends it, and Ctrl-C.\n\n"
    "Examples:\n"
    "  r2nn sense -m bearing --from csv:day.csv --time t_ms --channel vibration\n"
    "  r2nn sense -m fabric.json --from serial:/dev/ttyUSB0@115200 --rate 800 --unit g\n"
    "  r2nn sense -m gesture.json --from iio:adxl345 --json\n"
    "  r2nn sense -m gesture.json --from osc:9000/accelerometer --rate 100",
    options_table,
    run_command,
};
