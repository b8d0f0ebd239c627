/* MQTT against a real broker: decisions as those of classify, also when the broker goes away for five seconds; state and last will.
 * ctest-labels: io data threads serial
 * ctest-timeout: 150 */
#ifdef R2NN_WITH_MOSQUITTO
#include "live_feed.h"
#include "programs.h"
#include "progress.h"
#include "sinks/mqtt_link.h"

#include <arpa/inet.h>
#include <sys/stat.h>

extern const live_sink live_sink_mqtt;

enum { N_CLIPS = 12, MAX_LINES = 1024 };
static const double stopped_from_s = 4, stopped_for_s = 5;

static char folder[] = "/tmp/r2nn-test-XXXXXX", port[16], url_text[64];
static pid_t broker, watcher;

static void path_of(const char *name, char path[256]) {
  snprintf(path, 256, "%s/%s", folder, name);
}

static pid_t start(const char *out, const char *const *words) {
  char path[256];
  path_of(out, path);
  return start_program(path, path, words);
}

static void end(pid_t *child, int number) {
  if (*child > 0) end_program(*child, number);
  *child = 0;
}

static bool is_answering(void) {
  struct sockaddr_in at = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool is_there = connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
  close(fd);
  return is_there;
}

static void start_broker(bool waits) {
  char conf[256];
  path_of("broker.conf", conf);
  broker = start("broker.log", (const char *const[]){"mosquitto", "-c", conf, NULL});
  for (int i = 0; waits && i < 500 && !is_answering(); i++) usleep(10000);
  if (waits) assert_true(is_answering());
}

/* A folder, a free port, a broker that remembers its sessions there, and somebody who watches all topics and comes back. */
static int begin(void **state) {
  char conf[256];
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  (void)state;
  assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
  close(fd);
  snprintf(port, sizeof port, "%d", ntohs(at.sin_port));
  snprintf(url_text, sizeof url_text, "mqtt://127.0.0.1:%s", port);
  assert_non_null(mkdtemp(folder));
  path_of("broker.conf", conf);
  FILE *file = fopen(conf, "w");
  fprintf(file, "listener %s 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location %s/\n", port, folder);
  if (geteuid() == 0) fprintf(file, "user root\n");
  assert_int_equal(fclose(file), 0);
  start_broker(true);
  watcher = start("heard", (const char *const[]){"mosquitto_sub", "-h", "127.0.0.1", "-p", port, "-t", "#", "-q", "1", "-c", "-i",
                                                 "watcher", "-F", "%r %t %p", NULL});
  return 0;
}

static int finish(void **state) {
  char line[300];
  (void)state;
  end(&watcher, SIGKILL);
  end(&broker, SIGKILL);
  snprintf(line, sizeof line, "rm -rf '%s'", folder);
  return system(line);
}

/* What came on a topic, in order; a message that came twice in a row counts once: QoS 1 allows it. */
static uint32_t heard_on(const char *topic, char (*texts)[2048]) {
  static char line[65536];
  char path[256], key[128];
  uint32_t n = 0;
  path_of("heard", path);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  snprintf(key, sizeof key, " %s ", topic);
  while (fgets(line, sizeof line, file) && n < MAX_LINES) {
    if (strncmp(line + 1, key, strlen(key)) != 0 || !strchr(line, '\n')) continue;
    *strchr(line, '\n') = '\0';
    snprintf(texts[n], 2048, "%s", line + 1 + strlen(key));
    if (n == 0 || strcmp(texts[n], texts[n - 1]) != 0) n++;
  }
  fclose(file);
  return n;
}

static char texts[MAX_LINES][2048];

static bool wait_for_last(const char *topic, const char *text) {
  for (int i = 0; i < 500; i++) {
    uint32_t n = heard_on(topic, texts);
    if (n && strcmp(texts[n - 1], text) == 0) return true;
    usleep(20000);
  }
  return false;
}

/* What a newcomer is told at once. */
static void retained(const char *topic, char *text, int size) {
  char line[256];
  snprintf(line, sizeof line, "mosquitto_sub -h 127.0.0.1 -p %s -t '%s' -C 1 -W 5", port, topic);
  FILE *pipe = popen(line, "r");
  assert_non_null(pipe);
  assert_non_null(fgets(text, size, pipe));
  pclose(pipe);
  text[strcspn(text, "\n")] = '\0';
}

/* A stream in a process of its own that is killed. */
static void a_sudden_end_is_told_by_the_broker(void **state) {
  (void)state;
  feed from = {.speed = 1};
  from.row = row_new(N_CLIPS, &from.n);
  pid_t child = fork();
  if (child == 0) {
    const live_wish sinks[] = {{&live_sink_mqtt, url_text}};
    _exit(feed_run(&from, sinks, 1));
  }
  bool was_online = wait_for_last("r2nn/unit/status", "online");
  end(&child, SIGKILL);
  assert_true(was_online);
  assert_true(wait_for_last("r2nn/unit/status", "offline"));
  free((void *)(uintptr_t)from.row);
}

/* The broker goes, and comes back. */
static void tick(void *context, live *to, double time_s) {
  int *phase = context;
  (void)to;
  if (*phase == 0 && time_s >= stopped_from_s) {
    end(&broker, SIGTERM);
    *phase = 1;
  }
  if (*phase == 1 && time_s >= stopped_from_s + stopped_for_s) {
    start_broker(false);
    *phase = 2;
  }
}

static void nothing_is_lost_while_the_broker_is_away(void **state) {
  (void)state;
  static row_decision expected[FEED_MAX_DECISIONS], made;
  char path[256];
  int phase = 0;
  feed from = {.speed = 1, .tick = tick, .context = &phase};
  from.row = row_new(N_CLIPS, &from.n);
  path_of("row.wav", path);
  uint32_t n = row_classify(path, from.row, from.n, expected, FEED_MAX_DECISIONS), n_away = 0;
  const live_wish sinks[] = {{&live_sink_mqtt, url_text}};
  uint32_t n_before = heard_on("r2nn/unit/decision", texts);
  assert_int_equal(feed_run(&from, sinks, 1), 0);
  assert_int_equal(phase, 2);
  assert_true(wait_for_last("r2nn/unit/status", "offline"));
  uint32_t n_heard = heard_on("r2nn/unit/decision", texts) - n_before;
  for (uint32_t i = 0; i < n; i++)
    n_away += expected[i].end_s > stopped_from_s + 0.5 && expected[i].end_s < stopped_from_s + stopped_for_s - 0.5;
  print_message("%u decisions, %u expected, %u while the broker was away\n", n_heard, n, n_away);
  assert_int_equal(n_heard, n);
  assert_true(n >= N_CLIPS && n_away >= 2);
  for (uint32_t i = 0; i < n; i++) {
    assert_true(row_read_decision(texts[n_before + i], &made));
    assert_string_equal(made.name, expected[i].name);
    assert_true(fabs(made.start_s - expected[i].start_s) < 1e-5 && fabs(made.end_s - expected[i].end_s) < 1e-5);
    assert_true(fabs(made.score - expected[i].score) < 1e-5);
  }
  char state_text[2048], status[64];
  retained("r2nn/unit/state", state_text, sizeof state_text);
  assert_string_equal(state_text, texts[n_before + n - 1]);
  retained("r2nn/unit/status", status, sizeof status);
  assert_string_equal(status, "offline");
  assert_true(heard_on("r2nn/unit/heartbeat", texts) >= from.n / ROW_RATE_HZ / 3);
  assert_true(heard_on("r2nn/unit/alert/0", texts) >= 1);
  assert_non_null(strstr(texts[0], "\"raised\": true"));
  free((void *)(uintptr_t)from.row);
}

/* No broker at all: the newest messages are kept, all are counted, and the end does not take long. */
static void what_does_not_arrive_is_counted(void **state) {
  (void)state;
  mqtt_link *link;
  r2nn_error error = {""};
  uint64_t n_left = 0;
  url nowhere = {.scheme = "mqtt", .host = "127.0.0.1", .port = 1};
  assert_int_equal(mqtt_link_begin(&nowhere, "r2nn/nobody/status", &link, &error), R2NN_OK);
  for (uint32_t i = 0; i < MQTT_MAX_WAITING + 10; i++) mqtt_link_publish(link, "r2nn/nobody/decision", "{}", 2, false);
  usleep(200000);
  mqtt_link_tell(link);
  assert_false(mqtt_link_is_up(link));
  assert_false(mqtt_link_end(link, &n_left, NULL));
  assert_int_equal(n_left, MQTT_MAX_WAITING + 10);
}

/* Half of what can wait is sent before the end, within its three seconds on a busy machine too. */
static void what_waits_is_sent_at_the_end(void **state) {
  (void)state;
  mqtt_link *link;
  r2nn_error error = {""};
  uint64_t n_left = 1;
  url to;
  assert_true(url_read(url_text, &to));
  assert_int_equal(mqtt_link_begin(&to, "r2nn/full/status", &link, &error), R2NN_OK);
  for (uint32_t i = 0; i < MQTT_MAX_WAITING / 2; i++)
    mqtt_link_publish(link, "r2nn/full/decision", "{\"class\": \"one\"}", 16, false);
  double began_s = progress_clock();
  assert_true(mqtt_link_end(link, &n_left, NULL));
  print_message("%d messages in %.2f s\n", MQTT_MAX_WAITING / 2, progress_clock() - began_s);
  assert_int_equal(n_left, 0);
}

static void wrong_urls_are_told_in_one_line(void **state) {
  (void)state;
  const char *const wrong[] = {"",           "host",          "http://host",     "mqtt://",       "mqtt://host:0",
                               "mqtt://:1",  "mqtt://host:x", "mqtt://host/a/#", "mqtt://a%2@h/", "mqtt://host:99999",
                               "mqtt://[::1"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    r2nn_error error = {""};
    if (live_sink_mqtt.check(wrong[i], &error)) fail_msg("%s was taken", wrong[i]);
    assert_true(strncmp(error.text, "--mqtt: ", 8) == 0 && !strchr(error.text, '\n'));
  }
  r2nn_error error = {""};
  assert_false(live_sink_mqtt.check("mqtt://me:secret@host:port", &error));
  assert_null(strstr(error.text, "secret"));
  url to;
  assert_true(url_read("mqtts://me:p%40ss:w@[::1]:8883/house/cellar", &to));
  assert_string_equal(to.scheme, "mqtts");
  assert_string_equal(to.user, "me");
  assert_string_equal(to.password, "p@ss:w");
  assert_string_equal(to.host, "::1");
  assert_string_equal(to.path, "house/cellar");
  assert_int_equal(to.port, 8883);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wrong_urls_are_told_in_one_line), cmocka_unit_test(a_sudden_end_is_told_by_the_broker),
      cmocka_unit_test(nothing_is_lost_while_the_broker_is_away), cmocka_unit_test(what_waits_is_sent_at_the_end),
      cmocka_unit_test(what_does_not_arrive_is_counted)};
  char place[4096];
  snprintf(place, sizeof place, "%s:/usr/sbin", getenv("PATH"));
  setenv("PATH", place, 1);
  if (system("command -v mosquitto mosquitto_sub >/dev/null") != 0) {
    printf("skipped: needs mosquitto and mosquitto_sub (apt: mosquitto mosquitto-clients)\n");
    return 77;
  }
  digits data = digits_read(); /* skips without the recordings */
  digits_free(&data);
  return cmocka_run_group_tests(tests, begin, finish);
}
#else
#include <stdio.h>

int main(void) {
  printf("skipped: built without libmosquitto\n");
  return 77;
}
#endif
