/* Notes through the ALSA sequencer, which stands in here: messages are kept instead of sent, so that no device is needed.
 * ctest-labels: io */
#ifdef R2NN_WITH_ALSA
#include "live/live.h"
#include "live/sink.h"
#include "progress.h"
#include "unit.h"

#include <alsa/asoundlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const live_sink live_sink_midi_alsa;

enum { MAX_HEARD = 64 };

static snd_seq_event_t heard[MAX_HEARD];
static uint32_t n_heard, n_open, n_connected;
static int open_code;
static char client_name[64];

/* The program's functions go before the library's. */
int snd_seq_open(snd_seq_t **handle, const char *name, int streams, int mode) {
  assert_string_equal(name, "default");
  assert_int_equal(streams, SND_SEQ_OPEN_OUTPUT);
  assert_int_equal(mode, SND_SEQ_NONBLOCK);
  if (open_code < 0) return open_code;
  *handle = (snd_seq_t *)&n_open;
  n_open++;
  return 0;
}

int snd_seq_close(snd_seq_t *handle) {
  (void)handle;
  n_open--;
  return 0;
}

int snd_seq_set_client_name(snd_seq_t *handle, const char *name) {
  (void)handle;
  snprintf(client_name, sizeof client_name, "%s", name);
  return 0;
}

int snd_seq_create_simple_port(snd_seq_t *handle, const char *name, unsigned int capabilities, unsigned int type) {
  (void)handle, (void)type;
  assert_string_equal(name, "events");
  assert_int_equal(capabilities, SND_SEQ_PORT_CAP_READ | SND_SEQ_PORT_CAP_SUBS_READ);
  return 3;
}

int snd_seq_parse_address(snd_seq_t *handle, snd_seq_addr_t *address, const char *text) {
  int client, port;
  (void)handle;
  if (sscanf(text, "%d:%d", &client, &port) != 2) return -EINVAL;
  *address = (snd_seq_addr_t){(unsigned char)client, (unsigned char)port};
  return 0;
}

int snd_seq_connect_to(snd_seq_t *handle, int port, int to_client, int to_port) {
  (void)handle;
  assert_int_equal(port, 3);
  if (to_client != 128 || to_port != 0) return -ENOENT;
  n_connected++;
  return 0;
}

int snd_seq_event_output_direct(snd_seq_t *handle, snd_seq_event_t *event) {
  (void)handle;
  assert_true(n_heard < MAX_HEARD);
  heard[n_heard++] = *event;
  return 28;
}

/* A stream that is looked at alone. */
static live *new_stream(void) {
  static const char *const formats[] = {"csv"};
  static live_settings settings;
  settings = (live_settings){.common = {.format = 0, .formats = formats, .n_formats = 1}, .when = DECIDING_DEFAULT};
  static char model[512];
  snprintf(model, sizeof model, "%s/presets/digits.json", getenv("R2NN_SOURCE"));
  settings.common.model = model;
  r2nn_error error = {""};
  live *made;
  if (live_new(&settings, "test:unit", 8000, &made, &error) != R2NN_OK) fail_msg("%s", error.text);
  return made;
}

static void tell(void *sink, const live *of, live_event_kind kind, int32_t class_index, float level_db) {
  r2nn_error error = {""};
  const live_view *view = live_look(of);
  live_sink_midi_alsa.hear(sink, &(live_event){.kind = kind, .view = view, .class_index = class_index, .level_db = level_db});
  assert_true(live_sink_midi_alsa.tick(sink, view, &error));
}

static void wait_and_tick(void *sink, const live *of, useconds_t microseconds) {
  r2nn_error error = {""};
  usleep(microseconds);
  assert_true(live_sink_midi_alsa.tick(sink, live_look(of), &error));
}

static void expect(uint32_t i, int type, int note, int velocity) {
  assert_true(i < n_heard);
  assert_int_equal(heard[i].type, type);
  assert_int_equal(heard[i].data.note.note, note);
  if (velocity) assert_int_equal(heard[i].data.note.velocity, velocity);
  assert_int_equal(heard[i].data.note.channel, 0);
  assert_int_equal(heard[i].source.port, 3);
  assert_int_equal(heard[i].dest.client, SND_SEQ_ADDRESS_SUBSCRIBERS);
  assert_int_equal(heard[i].queue, SND_SEQ_QUEUE_DIRECT);
}

static void decisions_are_notes_that_end(void **state) {
  (void)state;
  r2nn_error error = {""};
  void *sink;
  live *of = new_stream();
  n_heard = n_connected = 0;
  assert_int_equal(live_sink_midi_alsa.open(of, "128:0", &sink, &error), R2NN_OK);
  assert_string_equal(client_name, "unit");
  assert_int_equal(n_connected, 1);
  tell(sink, of, LIVE_EVENT_ONSET, 0, 0);
  double began_s = progress_clock();
  tell(sink, of, LIVE_EVENT_DECISION, 7, -60);
  wait_and_tick(sink, of, 1000);
  assert_int_equal(n_heard, 1); /* at once */
  expect(0, SND_SEQ_EVENT_NOTEON, 43, 1);
  tell(sink, of, LIVE_EVENT_END, 0, 0);
  wait_and_tick(sink, of, 1000);
  if (progress_clock() - began_s < 0.045) assert_int_equal(n_heard, 1); /* it sounds for a while */
  wait_and_tick(sink, of, 60000);
  assert_int_equal(n_heard, 2);
  expect(1, SND_SEQ_EVENT_NOTEOFF, 43, 0);
  tell(sink, of, LIVE_EVENT_DECISION, -1, -20); /* unknown: silent */
  tell(sink, of, LIVE_EVENT_END, 0, 0);
  wait_and_tick(sink, of, 60000);
  assert_int_equal(n_heard, 2);
  tell(sink, of, LIVE_EVENT_DECISION, 0, 0);
  wait_and_tick(sink, of, 1000);
  expect(2, SND_SEQ_EVENT_NOTEON, 36, 127);
  assert_int_equal(live_sink_midi_alsa.close(sink, &error), R2NN_OK);
  assert_int_equal(n_heard, 4); /* no note hangs */
  expect(3, SND_SEQ_EVENT_NOTEOFF, 36, 0);
  assert_int_equal(n_open, 0);
  live_free(of);
}

static void what_is_not_there_is_told(void **state) {
  (void)state;
  r2nn_error error = {""};
  void *sink;
  live *of = new_stream();
  assert_int_not_equal(live_sink_midi_alsa.open(of, "nobody", &sink, &error), R2NN_OK);
  assert_non_null(strstr(error.text, "nobody"));
  assert_int_not_equal(live_sink_midi_alsa.open(of, "77:0", &sink, &error), R2NN_OK);
  open_code = -ENOENT;
  assert_int_not_equal(live_sink_midi_alsa.open(of, "-", &sink, &error), R2NN_OK);
  assert_non_null(strstr(error.text, "snd-seq"));
  open_code = 0;
  assert_int_equal(n_open, 0);
  n_connected = 0;
  assert_int_equal(live_sink_midi_alsa.open(of, "-", &sink, &error), R2NN_OK);
  assert_int_equal(n_connected, 0);
  assert_int_equal(live_sink_midi_alsa.close(sink, &error), R2NN_OK);
  live_free(of);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(decisions_are_notes_that_end), cmocka_unit_test(what_is_not_there_is_told)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
#include <stdio.h>

int main(void) {
  printf("skipped: built without ALSA\n");
  return 77;
}
#endif
