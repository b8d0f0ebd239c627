/* The live stream without a device: decisions as those of a file, a new model ten times a second, alerts.
 * ctest-labels: threads data
 * ctest-timeout: 300 */
#include "digits.h"
#include "live/live.h"
#include "live/sink.h"
#include "say.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MAX_HEARD = 4096 };

/* A sink that keeps what it hears. */
static heard kept[MAX_HEARD];
static uint32_t n_kept, n_onsets, n_ends, n_levels, n_models;

static r2nn_status open_keeper(live *of, const char *argument, void **sink, r2nn_error *error) {
  (void)of, (void)argument, (void)error;
  *sink = kept;
  n_kept = n_onsets = n_ends = n_levels = n_models = 0;
  return R2NN_OK;
}

static void hear(void *sink, const live_event *event) {
  (void)sink;
  n_onsets += event->kind == LIVE_EVENT_ONSET;
  n_ends += event->kind == LIVE_EVENT_END;
  n_levels += event->kind == LIVE_EVENT_LEVEL;
  n_models += event->kind == LIVE_EVENT_MODEL;
  if (event->kind != LIVE_EVENT_DECISION || n_kept == MAX_HEARD) return;
  kept[n_kept++] = (heard){event->decision->start_s,      event->decision->end_s,         event->class_index,
                           (float)event->decision->score, (float)event->decision->margin, event->level_db};
}

static r2nn_status close_keeper(void *sink, r2nn_error *error) {
  (void)sink, (void)error;
  return R2NN_OK;
}

static const live_sink keeper = {.name = "keeper", .open = open_keeper, .hear = hear, .close = close_keeper};

static const char *const formats[] = {"csv"};

static live_settings settings_of(const char *model) {
  return (live_settings){.common = {.format = 0, .formats = formats, .n_formats = 1, .model = model},
                         .when = DECIDING_DEFAULT,
                         .sinks = {{&keeper, ""}},
                         .n_sinks = 1};
}

/* All test clips of one rate, half a second of silence between. */
static float *new_row(const digits *data, uint32_t n_clips, double *rate, size_t *n) {
  *n = 0;
  *rate = data->set.clips[0].rate_hz;
  if (n_clips > data->set.n_clips) n_clips = data->set.n_clips;
  for (uint32_t i = 0; i < n_clips; i++) *n += (size_t)data->set.clips[i].n_frames + (size_t)(*rate / 2);
  float *row = calloc(*n, sizeof *row), *at = row;
  for (uint32_t i = 0; i < n_clips; i++) {
    at += (size_t)(*rate / 2);
    memcpy(at, data->set.clips[i].samples, data->set.clips[i].n_frames * sizeof *row);
    at += data->set.clips[i].n_frames;
  }
  return row;
}

typedef struct feed {
  live *to;
  const float *row;
  size_t n;
  uint32_t block;
  useconds_t pause; /* microseconds after each block */
  _Atomic bool is_done;
} feed;

/* The audio thread. */
static void *run_feed(void *argument) {
  feed *self = argument;
  for (size_t at = 0; at < self->n; at += self->block) {
    uint32_t some = self->n - at < self->block ? (uint32_t)(self->n - at) : self->block;
    while (!live_process_has_room(live_audio(self->to))) usleep(100);
    live_process_planar(live_audio(self->to), (const float *const[]){self->row + at}, some);
    if (self->pause) usleep(self->pause);
  }
  atomic_store(&self->is_done, true);
  return NULL;
}

static void tick(void *context, live *self) {
  feed *from = context;
  if (atomic_load(&from->is_done)) live_stop(self, 0);
}

static double swap_every_s;

/* A new model as soon as the last has begun, at most ten times a second of stream. */
static void tick_and_swap(void *context, live *self) {
  static double last_s;
  double now_s = live_look(self)->time_s;
  if (now_s < last_s) last_s = 0;
  if (now_s - last_s >= swap_every_s) {
    assert_true(live_load(self, NULL));
    last_s = now_s;
  }
  tick(context, self);
}

static void run_live(const char *model, feed *from, double rate, bool swaps) {
  live_settings settings = settings_of(model);
  r2nn_error error = {""};
  pthread_t audio;
  from->is_done = false;
  say_quiet(true);
  if (live_new(&settings, "test", rate, &from->to, &error) != R2NN_OK) fail_msg("%s", error.text);
  assert_int_equal(pthread_create(&audio, NULL, run_feed, from), 0);
  live_host host = {.tick = swaps ? tick_and_swap : tick, .context = from};
  assert_int_equal(live_run(from->to, &host), 0);
  pthread_join(audio, NULL);
  assert_int_equal(live_look(from->to)->counters.n_lost_records, 0);
  live_free(from->to);
}

static void a_live_stream_decides_as_a_file(void **state) {
  (void)state;
  digits data = digits_read();
  double rate;
  feed from = {0};
  from.row = new_row(&data, 20, &rate, &from.n);
  static heard expected[MAX_HEARD];
  r2nn_engine_def def = r2nn_engine_def_default(data.model, rate);
  r2nn_engine *engine;
  assert_int_equal(r2nn_engine_new(data.model, &def, &engine, NULL), R2NN_OK);
  uint32_t n = digits_hear(engine, rate, from.row, from.n, 777, expected, MAX_HEARD);
  assert_true(n >= 15);
  const uint32_t blocks[] = {1, 64, 1000};
  for (int b = 0; b < 3; b++) {
    from.block = blocks[b];
    run_live("digits", &from, rate, false);
    assert_int_equal(n_kept, n);
    for (uint32_t i = 0; i < n; i++) {
      assert_int_equal(kept[i].class_index, expected[i].class_index);
      assert_true(kept[i].start_s == expected[i].start_s && kept[i].end_s == expected[i].end_s);
      assert_true(kept[i].score == expected[i].score && kept[i].level_db == expected[i].level_db);
    }
    assert_true(n_onsets >= n && n_ends >= n - 1 && n_levels > 20 * from.n / rate);
  }
  /* a new model between any two events: the same events, and the same classes but for a few in doubt */
  uint32_t n_same = 0;
  from.block = 64;
  from.pause = (useconds_t)(64e6 / rate / 3); /* at most three times real time */
  swap_every_s = 0.1;
  run_live("digits", &from, rate, true);
  print_message("%u swaps, %u decisions, %u expected\n", n_models - 1, n_kept, n);
  assert_int_equal(n_kept, n);
  for (uint32_t i = 0; i < n; i++) {
    assert_true(kept[i].start_s == expected[i].start_s && kept[i].end_s == expected[i].end_s);
    n_same += kept[i].class_index == expected[i].class_index;
  }
  assert_true(n_models > 3 && n_same == n);
  r2nn_engine_free(engine);
  free((void *)(uintptr_t)from.row);
  digits_free(&data);
}

static uint32_t n_lines(const char *path, const char *with) {
  static char line[65536];
  uint32_t n = 0;
  FILE *file = fopen(path, "r");
  if (!file) fail_msg("%s is not there", path);
  while (fgets(line, sizeof line, file)) n += strstr(line, with) != NULL;
  fclose(file);
  return n;
}

static const live_sink *sink_of(const char *name) {
  for (uint32_t i = 0; i < n_live_sinks; i++)
    if (strcmp(live_sinks[i]->name, name) == 0) return live_sinks[i];
  fail_msg("no sink %s", name);
  return NULL;
}

static void refuse(const live_settings *settings, const char *with) {
  live *made;
  r2nn_error error = {""};
  assert_int_not_equal(live_new(settings, "test", 8000, &made, &error), R2NN_OK);
  assert_null(made);
  if (!strstr(error.text, with)) fail_msg("\"%s\" does not hold \"%s\"", error.text, with);
}

/* Files in every format, a command a decision with its words filled in, alerts and heartbeats among the JSON lines. */
static void every_sink_tells_every_decision(void **state) {
  (void)state;
  digits data = digits_read();
  double rate;
  feed from = {.block = 64};
  char folder[] = "/tmp/r2nn-test-XXXXXX", command[64];
  from.row = new_row(&data, 8, &rate, &from.n);
  from.pause = (useconds_t)(64e6 / rate / 4);
  assert_non_null(mkdtemp(folder));
  assert_int_equal(chdir(folder), 0);
  live_settings settings = settings_of("digits");
  settings.sinks[1] = (live_wish){&live_sink_writer, "day.csv"};
  settings.sinks[2] = (live_wish){&live_sink_writer, "json:day.log"};
  settings.sinks[3] = (live_wish){&live_sink_writer, "audacity:day.txt"};
  settings.sinks[4] =
      (live_wish){sink_of("exec"), "sh -c 'echo \"$0 $R2NN_CLASS {source} $1\" >>ran' {class} '{score} {no}; $(x)'"};
  settings.n_sinks = 5;
  settings.alerts[0] = (live_alert){.class_name = "0"};
  settings.n_alerts = 1;
  settings.heartbeat_s = 1;
  r2nn_error error = {""};
  pthread_t audio;
  if (live_new(&settings, "test", rate, &from.to, &error) != R2NN_OK) fail_msg("%s", error.text);
  assert_int_equal(pthread_create(&audio, NULL, run_feed, &from), 0);
  assert_int_equal(live_run(from.to, &(live_host){.tick = tick, .context = &from}), 0);
  pthread_join(audio, NULL);
  live_free(from.to);
  assert_int_equal(n_kept, 8);
  assert_int_equal(n_lines("day.csv", "test,"), 8);
  assert_int_equal(n_lines("day.csv", "file,start_s,end_s,class"), 1);
  assert_int_equal(n_lines("day.log", "\"unix_s\""), n_lines("day.log", ""));
  assert_int_equal(n_lines("day.log", "\"scores\""), 8);
  assert_true(n_lines("day.log", "\"raised\": true") >= 1);
  assert_int_equal(n_lines("day.log", "\"heartbeat\""), (uint32_t)((double)from.n / rate));
  assert_int_equal(n_lines("day.txt", "\t"), 8);
  assert_int_equal(n_lines("ran", "test 0."), 8);
  assert_int_equal(n_lines("ran", "{no}; $(x)"), 8);
  uint32_t n_zeros = 0;
  for (uint32_t i = 0; i < n_kept; i++) n_zeros += kept[i].class_index == 0;
  assert_int_equal(n_lines("ran", "0 0 test"), n_zeros);

  settings.n_sinks = 2; /* what is there stays */
  refuse(&settings, "day.csv: exists; -f overwrites it");
  settings.sinks[1].argument = "/no/such/place.csv";
  refuse(&settings, "/no/such/place.csv: cannot write");
  settings.sinks[1] = (live_wish){sink_of("exec"), "  "};
  refuse(&settings, "--exec: cannot split");
  settings.n_sinks = 1;
  settings.common.model = "/no/such/model.json";
  refuse(&settings, "/no/such/model.json");
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  assert_int_equal(chdir("/"), 0);
  assert_int_equal(system(command), 0);
  free((void *)(uintptr_t)from.row);
  digits_free(&data);
}

static char said[512];

static void keep_line(const char *line) {
  snprintf(said, sizeof said, "%s", line);
}

/* What cannot take over is refused in one line, and the stream goes on; what can is used at the next sample. */
static void a_model_that_does_not_fit_is_refused(void **state) {
  (void)state;
  static const char *const names[] = {"fan", "/no/such/model.json", "vowels"}, *const lines[] = {"takes 3 channels", "/no/such",
                                                                                                 "read"};
  static const float silence[64];
  live_settings settings = settings_of("digits");
  live *made;
  r2nn_error error = {""};
  if (live_new(&settings, "test", 8000, &made, &error) != R2NN_OK) fail_msg("%s", error.text);
  say_divert(keep_line);
  say_quiet(false);
  for (int i = 0; i < 3; i++) {
    said[0] = '\0';
    assert_true(live_load(made, names[i]));
    for (int k = 0; k < 2000 && !said[0]; k++) {
      live_pump(made);
      usleep(5000);
    }
    if (!strstr(said, lines[i])) fail_msg("\"%s\" does not hold \"%s\"", said, lines[i]);
    live_process_interleaved(live_audio(made), silence, 64);
    live_pump(made);
    assert_int_equal(live_look(made)->counters.n_swaps, i == 2);
  }
  say_divert(NULL);
  assert_string_equal(live_look(made)->program->model->name, "vowels");
  assert_true(live_set_rate(made, 48000));
  live_process_interleaved(live_audio(made), silence, 64);
  live_pump(made);
  assert_true(live_look(made)->program->run.rate_hz == 48000);
  live_process_interleaved(live_audio(made), silence, 64);
  live_free(made);
}

static void alerts_hold_and_clear_with_hysteresis(void **state) {
  (void)state;
  live_alert alert;
  r2nn_error error = {""};
  char text[] = "worn, badly,2.5", wrong[] = ",3", plain[] = "worn";
  assert_true(live_alert_parse(text, &alert, &error));
  assert_string_equal(alert.class_name, "worn, badly");
  assert_true(alert.hold_s == 2.5);
  assert_false(live_alert_parse(wrong, &alert, &error));
  assert_true(live_alert_parse(plain, &alert, &error));
  alert.hold_s = 2;
  assert_false(live_alert_decide(&alert, "worn", 0, 1));
  assert_false(live_alert_decide(&alert, "good", 1, 2)); /* a break begins the count anew */
  assert_false(live_alert_decide(&alert, "worn", 2, 3));
  assert_true(live_alert_decide(&alert, "worn", 3, 4));
  assert_true(alert.is_raised);
  assert_false(live_alert_decide(&alert, "worn", 4, 5)); /* told once */
  assert_false(live_alert_decide(&alert, "good", 5, 6)); /* one other is not enough to clear it */
  assert_false(live_alert_decide(&alert, "worn", 6, 7));
  assert_false(live_alert_silence(&alert, 7.5));
  assert_true(live_alert_silence(&alert, 9.5));
  assert_false(alert.is_raised);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(alerts_hold_and_clear_with_hysteresis), cmocka_unit_test(a_live_stream_decides_as_a_file),
      cmocka_unit_test(a_model_that_does_not_fit_is_refused), cmocka_unit_test(every_sink_tells_every_decision)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
