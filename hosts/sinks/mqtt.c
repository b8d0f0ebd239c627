/* A live sink that publishes decisions as JSON to an MQTT broker. */
#include "live/live.h"
#include "live/sink.h"
#include "sinks/mqtt_link.h"

#include <stdlib.h>
#include <string.h>

extern const live_sink live_sink_mqtt;

enum { TOPIC_SIZE = 1024 };

typedef struct mqtt {
  mqtt_link *link;
  char base[TOPIC_SIZE / 2]; /* "r2nn/NAME/" */
  FILE *line;                /* into text [length] */
  char *text;
  size_t length;
} mqtt;

/* "mqtt[s]://[USER:PASSWORD@]HOST[:PORT][/PREFIX]"; the message does not show the password. */
static bool read_broker(const char *argument, url *broker, r2nn_error *error) {
  bool is_url = url_read(argument, broker), is_secure = strcmp(broker->scheme, "mqtts") == 0;
  if (!is_url || (!is_secure && strcmp(broker->scheme, "mqtt") != 0)) {
    r2nn_fail(error, R2NN_BAD_ARGUMENT, "--mqtt: must be mqtt://HOST or mqtt[s]://[USER:PASSWORD@]HOST[:PORT][/PREFIX]%s%.200s",
              strchr(argument, '@') ? "" : ", is ", strchr(argument, '@') ? "" : argument);
    return false;
  }
  if (strpbrk(broker->path, "+#")) {
    r2nn_fail(error, R2NN_BAD_ARGUMENT, "--mqtt: a prefix must be without + and #, is \"%s\"", broker->path);
    return false;
  }
  size_t n = strlen(broker->path);
  if (n && broker->path[n - 1] == '/') broker->path[n - 1] = '\0';
  if (!broker->path[0]) strcpy(broker->path, "r2nn");
  if (!broker->port) broker->port = is_secure ? 8883 : 1883;
  return true;
}

static bool check(const char *argument, r2nn_error *error) {
  url broker;
  return read_broker(argument, &broker, error);
}

/* A level of a topic: what means something there, or nothing that can be read, becomes '_'. */
static void put_level(char *to, size_t size, const char *name) {
  size_t n = 0;
  for (; name[n] && n + 1 < size; n++) to[n] = strchr("/+#", name[n]) || (unsigned char)name[n] < 0x20 ? '_' : name[n];
  to[n] = '\0';
}

static r2nn_status open_mqtt(live *of, const char *argument, void **made, r2nn_error *error) {
  url broker;
  char name[128], status[TOPIC_SIZE];
  const char *source = live_look(of)->source, *colon = strchr(source, ':');
  if (!read_broker(argument, &broker, error)) return R2NN_BAD_ARGUMENT;
  mqtt *self = *made = calloc(1, sizeof *self);
  if (self) self->line = open_memstream(&self->text, &self->length);
  if (!self || !self->line) {
    free(self);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  put_level(name, sizeof name, colon && colon[1] ? colon + 1 : source);
  snprintf(self->base, sizeof self->base, "%s/%s/", broker.path, name);
  snprintf(status, sizeof status, "%sstatus", self->base);
  r2nn_status made_link = mqtt_link_begin(&broker, status, &self->link, error);
  if (made_link == R2NN_OK) return R2NN_OK;
  fclose(self->line);
  free(self->text);
  free(self);
  return made_link;
}

/* The line that was written, without its end. */
static void publish(mqtt *self, const char *topic, bool retain) {
  char full[TOPIC_SIZE];
  snprintf(full, sizeof full, "%s%s", self->base, topic);
  fflush(self->line);
  if (self->length > 0) mqtt_link_publish(self->link, full, self->text, self->length - 1, retain);
}

static void hear(void *sink, const live_event *told) {
  mqtt *self = sink;
  char topic[TOPIC_SIZE / 4] = "alert/";
  rewind(self->line);
  switch (told->kind) {
  case LIVE_EVENT_DECISION:
    sink_json.event(self->line, told->view->program->model, 0, told->decision);
    publish(self, "decision", false);
    publish(self, "state", true);
    break;
  case LIVE_EVENT_ALERT:
    sink_json.notice(self->line, told);
    put_level(topic + strlen(topic), sizeof topic - strlen(topic), told->alert->class_name);
    publish(self, topic, true);
    break;
  case LIVE_EVENT_HEARTBEAT: /* an old one says nothing */
    if (!mqtt_link_is_up(self->link)) break;
    sink_json.notice(self->line, told);
    publish(self, "heartbeat", false);
    break;
  case LIVE_EVENT_ONSET:
  case LIVE_EVENT_END:
  case LIVE_EVENT_LEVEL:
  case LIVE_EVENT_MODEL:
  case LIVE_EVENT_REFUSED:
    break;
  }
}

static bool tick(void *sink, const live_view *view, r2nn_error *error) {
  mqtt *self = sink;
  (void)view, (void)error;
  mqtt_link_tell(self->link);
  return true;
}

static r2nn_status close_mqtt(void *sink, r2nn_error *error) {
  mqtt *self = sink;
  uint64_t n_left;
  bool is_done = mqtt_link_end(self->link, &n_left, error);
  fclose(self->line);
  free(self->text);
  free(self);
  return is_done ? R2NN_OK : R2NN_BAD_DATA;
}

const live_sink live_sink_mqtt = {
    .name = "mqtt",
    .argument = "URL",
    .help = "publish decisions as JSON to the MQTT broker mqtt://HOST, or with TLS mqtts://HOST; the manual tells more",
    .check = check,
    .open = open_mqtt,
    .hear = hear,
    .tick = tick,
    .close = close_mqtt};
