/* Runs a live stream on a device; waits for it, loses it, finds it again. */
#include "live/device.h"

#include "interrupt.h"
#include "live/loader.h"
#include "options.h"
#include "progress.h"
#include "say.h"

#include <unistd.h>

static const double retry_s = 0.5;

/* At the start. False: said why, or told to stop; *code is the exit code. */
static bool open_first(live_device *self, int *code) {
  r2nn_error error = {""};
  bool is_told = false;
  *code = EXIT_FAILED;
  while (self->kind->open(self->context, &error) != R2NN_OK) {
    if (!is_told) say_error("%s%s", error.text, self->waits_at_start ? "; waiting for it" : "");
    is_told = true;
    if (!self->waits_at_start) return false;
    interrupt_watch();
    usleep((useconds_t)(1e6 * retry_s));
    if (interrupt_read().stop) {
      *code = EXIT_DONE;
      return false;
    }
  }
  return self->is_open = true;
}

static void close_device(live_device *self) {
  if (self->is_open) self->kind->close(self->context);
  self->is_open = false;
}

static void lose(live_device *self, live *to, const char *reason) {
  say_error("%s has gone away%s%s%s", self->name, reason ? ": " : "", reason ? reason : "", self->waits ? "; waiting for it" : "");
  close_device(self);
  if (!self->waits) live_stop(to, EXIT_FAILED);
}

/* Now and then: is it there again? */
static void find(live_device *self, live *to) {
  r2nn_error error = {""};
  if (progress_clock() - self->tried_s < retry_s) return;
  self->tried_s = progress_clock();
  if (self->kind->open(self->context, &error) != R2NN_OK) return;
  self->is_open = true;
  if (live_set_rate(to, self->kind->rate(self->context)) && self->kind->start(self->context, to, &error) == R2NN_OK) {
    say_note("%s is there again", self->name);
    return;
  }
  if (error.text[0]) say_error("%s", error.text);
  close_device(self);
}

/* Has it gone, is it there again, has it another rate? */
static void tick(void *context, live *to) {
  live_device *self = context;
  const char *reason = NULL;
  if (!self->is_open)
    find(self, to);
  else if (self->kind->is_gone(self->context, &reason))
    lose(self, to, reason);
  else
    live_set_rate(to, self->kind->rate(self->context));
  if (self->kind->tick) self->kind->tick(self->context, to);
}

static void stop(void *context) {
  close_device(context);
}

int live_device_run(live_device *self, const live_settings *settings) {
  live *to = NULL;
  r2nn_error error = {""};
  int code = EXIT_FAILED; /* a model that cannot be read is not to wait for a device */
  if (!live_model_channels(settings->common.model, &self->n_channels) || !open_first(self, &code)) return code;
  code = EXIT_FAILED;
  r2nn_status status = live_new(settings, self->source, self->kind->rate(self->context), &to, &error);
  if (status == R2NN_OK) status = self->kind->start(self->context, to, &error);
  if (status == R2NN_OK) code = live_run(to, &(live_host){.tick = tick, .stop = stop, .context = self});
  close_device(self);
  live_free(to);
  if (status != R2NN_OK) say_error("%s", error.text);
  return code;
}
