/* OSC: what liblo receives is what r2nn classify decides, with times; models are loaded and pings answered.
 * ctest-labels: io data threads serial
 * ctest-timeout: 120 */
#ifdef R2NN_WITH_LO
#include "live_feed.h"

#include <lo/lo.h>
#include <time.h>

extern const live_sink live_sink_osc, live_sink_osc_listen;

enum { N_CLIPS = 8, N_CLASSES = 10 };

/* What the receiver has heard. */
typedef struct heard_osc {
  row_decision made[FEED_MAX_DECISIONS];
  uint32_t n_decisions, n_scores, n_levels, n_onsets, n_ends, n_alerts, n_heartbeats, n_models, n_pongs, n_loaded, n_refused;
  double latest_s, worst_clock_s;
  lo_server server;
  lo_address listener;
  bool has_asked;
} heard_osc;

static double unix_of(lo_timetag tag) {
  return (double)tag.sec - 2208988800.0 + tag.frac / 4294967296.0;
}

/* Arguments lie at multiples of four bytes, which is too few for a lo_arg. */
static int32_t int_at(lo_arg **arguments, int i) {
  int32_t value;
  memcpy(&value, (const void *)arguments[i], sizeof value);
  return value;
}

static float float_at(lo_arg **arguments, int i) {
  float value;
  memcpy(&value, (const void *)arguments[i], sizeof value);
  return value;
}

static double double_at(lo_arg **arguments, int i) {
  double value;
  memcpy(&value, (const void *)arguments[i], sizeof value);
  return value;
}

static int on_any(const char *path, const char *types, lo_arg **arguments, int n, lo_message message, void *context) {
  heard_osc *self = context;
  struct timespec now;
  if (strcmp(path, "/r2nn/decision") == 0) {
    assert_string_equal(types, "sffd");
    assert_true(self->n_decisions < FEED_MAX_DECISIONS);
    row_decision *made = &self->made[self->n_decisions++];
    snprintf(made->name, sizeof made->name, "%s", (const char *)arguments[0]);
    made->score = (double)float_at(arguments, 1);
    made->margin = (double)float_at(arguments, 2);
    assert_true(double_at(arguments, 3) > self->latest_s);
    self->latest_s = double_at(arguments, 3);
    clock_gettime(CLOCK_REALTIME, &now);
    double late_s = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec - unix_of(lo_message_get_timestamp(message));
    if (fabs(late_s) > self->worst_clock_s) self->worst_clock_s = fabs(late_s);
  }
  if (strcmp(path, "/r2nn/scores") == 0) {
    float sum = 0;
    assert_int_equal(n, N_CLASSES);
    for (int i = 0; i < n; i++) sum += float_at(arguments, i);
    self->n_scores += sum > 0.999f && sum < 1.001f;
  }
  if (strcmp(path, "/r2nn/gate") == 0) {
    self->n_onsets += int_at(arguments, 0) == 1;
    self->n_ends += int_at(arguments, 0) == 0;
  }
  self->n_levels += strcmp(path, "/r2nn/level") == 0 && strcmp(types, "ff") == 0;
  self->n_alerts += strcmp(path, "/r2nn/alert") == 0 && strcmp(types, "sid") == 0 && strcmp((const char *)arguments[0], "0") == 0;
  self->n_heartbeats += strcmp(path, "/r2nn/heartbeat") == 0 && strcmp(types, "dhhhhhhh") == 0;
  self->n_models += strcmp(path, "/r2nn/model") == 0 && n == 1 + N_CLASSES;
  self->n_pongs += strcmp(path, "/r2nn/pong") == 0 && strcmp(types, "sd") == 0;
  self->n_loaded += strcmp(path, "/r2nn/loaded") == 0 && strcmp(types, "s") == 0;
  self->n_refused += strcmp(path, "/r2nn/error") == 0 && strcmp(types, "s") == 0 &&
                     strncmp((const char *)arguments[0], "no/such/model.json: ", 20) == 0;
  return 0;
}

/* Receive, and at two seconds ask for an answer and for models. */
static void tick(void *context, live *to, double time_s) {
  heard_osc *self = context;
  (void)to;
  while (lo_server_recv_noblock(self->server, 0) > 0) {
  }
  if (time_s < 2 || self->has_asked) return;
  self->has_asked = true;
  lo_send_from(self->listener, self->server, LO_TT_IMMEDIATE, "/r2nn/ping", "");
  lo_send_from(self->listener, self->server, LO_TT_IMMEDIATE, "/r2nn/load", "s", "digits");
  lo_send_from(self->listener, self->server, LO_TT_IMMEDIATE, "/r2nn/load", "s", "no/such/model.json");
}

static void osc_receivers_hear_what_classify_decides(void **state) {
  (void)state;
  static row_decision expected[FEED_MAX_DECISIONS];
  static heard_osc heard;
  char path[] = "/tmp/r2nn-test-XXXXXX", to[64], port[16];
  int file = mkstemp(path);
  assert_true(file >= 0);
  close(file);
  feed from = {.speed = 4, .tick = tick, .context = &heard};
  from.row = row_new(N_CLIPS, &from.n);
  uint32_t n = row_classify(path, from.row, from.n, expected, FEED_MAX_DECISIONS);
  unlink(path);
  assert_true(n >= N_CLIPS);
  heard.server = lo_server_new(NULL, NULL);
  lo_server other = lo_server_new(NULL, NULL); /* a port that is free a moment later */
  assert_true(heard.server && other);
  lo_server_add_method(heard.server, NULL, NULL, on_any, &heard);
  snprintf(to, sizeof to, "localhost:%d", lo_server_get_port(heard.server));
  snprintf(port, sizeof port, "%d", lo_server_get_port(other));
  heard.listener = lo_address_new("localhost", port);
  lo_server_free(other);
  const live_wish sinks[] = {{&live_sink_osc, to}, {&live_sink_osc_listen, port}};
  assert_int_equal(feed_run(&from, sinks, 2), 0);
  while (lo_server_recv_noblock(heard.server, 50) > 0) {
  }
  print_message("%u decisions, %u levels, %u alerts, %u heartbeats, %u models; clock within %.1f ms\n", heard.n_decisions,
                heard.n_levels, heard.n_alerts, heard.n_heartbeats, heard.n_models, 1e3 * heard.worst_clock_s);
  assert_int_equal(heard.n_decisions, n);
  for (uint32_t i = 0; i < n; i++) {
    assert_string_equal(heard.made[i].name, expected[i].name);
    assert_true(fabs(heard.made[i].score - expected[i].score) < 1e-5 && fabs(heard.made[i].margin - expected[i].margin) < 1e-5);
  }
  assert_true(heard.n_scores >= n && heard.n_onsets >= n && heard.n_ends >= n - 1);
  assert_true(heard.n_levels > 20 * from.n / ROW_RATE_HZ && heard.n_heartbeats + 2 >= from.n / ROW_RATE_HZ);
  assert_int_equal(heard.n_models, 2);
  assert_true(heard.n_alerts >= 2); /* raised and cleared */
  assert_true(heard.n_pongs == 1 && heard.n_loaded == 1);
  assert_int_equal(heard.n_refused, 2); /* the listener's answer, and what is told to all */
  assert_true(heard.worst_clock_s < 1);
  lo_address_free(heard.listener);
  lo_server_free(heard.server);
  free((void *)(uintptr_t)from.row);
}

static void wrong_places_are_told_in_one_line(void **state) {
  (void)state;
  const char *const wrong[] = {
      "",          "localhost",       "localhost:0",      "localhost:70000",          "localhost:x",
      ":9000",     "host name:9",     "a@localhost:9000", "osc.tcp://localhost:9000", "nowhere.invalid:9000",
      "[::1:9000", "localhost:9000/x"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    r2nn_error error = {""};
    if (live_sink_osc.check(wrong[i], &error)) fail_msg("%s was taken", wrong[i]);
    assert_true(strncmp(error.text, "--osc: ", 7) == 0 && !strchr(error.text, '\n'));
  }
  r2nn_error error = {""};
  assert_true(live_sink_osc.check("127.0.0.1:9000", &error));
  assert_true(live_sink_osc.check("osc.udp://[::1]:9000/", &error));
  assert_false(live_sink_osc_listen.check("0", &error));
  assert_false(live_sink_osc_listen.check("osc", &error));
  assert_true(live_sink_osc_listen.check("9000", &error));
}

static void a_port_in_use_is_told(void **state) {
  (void)state;
  r2nn_error error = {""};
  char port[16];
  void *sink;
  lo_server other = lo_server_new(NULL, NULL);
  snprintf(port, sizeof port, "%d", lo_server_get_port(other));
  assert_int_not_equal(live_sink_osc_listen.open(NULL, port, &sink, &error), R2NN_OK);
  print_message("%s\n", error.text);
  assert_non_null(strstr(error.text, port));
  lo_server_free(other);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(wrong_places_are_told_in_one_line), cmocka_unit_test(a_port_in_use_is_told),
                                     cmocka_unit_test(osc_receivers_hear_what_classify_decides)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
#include <stdio.h>

int main(void) {
  printf("skipped: built without liblo\n");
  return 77;
}
#endif
