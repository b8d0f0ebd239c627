/* A connection to an MQTT broker, by libmosquitto. Only the thread here touches the library's client, since a connection is made
 * there, which takes time; and it hands over messages only behind those that the library itself sends again, so order is kept. */
#include "sinks/mqtt_link.h"

#include "progress.h"
#include "say.h"

#include <errno.h>
#include <math.h>
#include <mosquitto.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { QOS = 1, KEEPALIVE_S = 15, LOOP_MS = 10, MAX_IN_FLIGHT = 100 };
static const double first_retry_s = 0.25, last_retry_s = 5, patience_s = 3;

typedef struct waiting {
  char *topic, *text; /* topic: one block of both, owned */
  size_t length;
  bool retain;
} waiting;

struct mqtt_link {
  url broker;
  char *status_topic; /* owned */
  pthread_t thread;
  /* the thread's */
  struct mosquitto *client;
  bool is_refused; /* by an answer, which trouble holds */
  double retry_s;
  /* under lock */
  pthread_mutex_t lock;
  waiting queue[MQTT_MAX_WAITING]; /* a ring */
  uint64_t n_put, n_taken;         /* into and out of the queue, ever */
  uint64_t n_dropped;
  uint32_t n_in_flight; /* handed to the library, not acknowledged */
  bool is_connected, is_ending;
  double give_up_s;  /* by progress_clock(): when is_ending */
  char trouble[160]; /* why there is no connection; "" when there is one */
  bool is_answer;    /* trouble is what the broker says, not how the connection fails */
  /* the main thread's */
  char told[160];
  uint64_t told_dropped;
};

static void set_trouble(mqtt_link *self, const char *reason, bool is_answer) {
  pthread_mutex_lock(&self->lock);
  self->is_connected = false;
  self->is_answer = is_answer;
  snprintf(self->trouble, sizeof self->trouble, "%.*s", (int)strcspn(reason, "."), reason); /* the library's end with a full stop */
  pthread_mutex_unlock(&self->lock);
}

/* On the thread: hand a message over. Without a connection the library keeps it as well. */
static void hand_over(mqtt_link *self, const char *topic, const char *text, size_t length, bool retain) {
  int code = mosquitto_publish(self->client, NULL, topic, (int)length, text, QOS, retain);
  bool is_kept = code != MOSQ_ERR_NOMEM && code != MOSQ_ERR_INVAL && code != MOSQ_ERR_PAYLOAD_SIZE &&
                 code != MOSQ_ERR_MALFORMED_UTF8 && code != MOSQ_ERR_OVERSIZE_PACKET;
  pthread_mutex_lock(&self->lock);
  self->n_in_flight += is_kept;
  self->n_dropped += !is_kept;
  pthread_mutex_unlock(&self->lock);
}

static void on_connect(struct mosquitto *client, void *context, int code) {
  mqtt_link *self = context;
  (void)client;
  if (code != 0) {
    self->is_refused = true;
    set_trouble(self, mosquitto_connack_string(code), true);
    return;
  }
  self->retry_s = first_retry_s;
  pthread_mutex_lock(&self->lock);
  self->is_connected = true;
  self->trouble[0] = '\0';
  pthread_mutex_unlock(&self->lock);
  hand_over(self, self->status_topic, "online", strlen("online"), true);
}

static void on_publish(struct mosquitto *client, void *context, int id) {
  mqtt_link *self = context;
  (void)client, (void)id;
  pthread_mutex_lock(&self->lock);
  if (self->n_in_flight) self->n_in_flight--;
  pthread_mutex_unlock(&self->lock);
}

/* The next message, if it may be sent now. */
static bool take(mqtt_link *self, waiting *next) {
  pthread_mutex_lock(&self->lock);
  bool is_due = self->is_connected && self->n_in_flight < MAX_IN_FLIGHT && self->n_taken < self->n_put;
  if (is_due) *next = self->queue[self->n_taken++ % MQTT_MAX_WAITING];
  pthread_mutex_unlock(&self->lock);
  return is_due;
}

static bool goes_on(mqtt_link *self) {
  pthread_mutex_lock(&self->lock);
  bool waits = self->n_taken < self->n_put || self->n_in_flight > 0;
  bool is_over = self->is_ending && (!waits || progress_clock() > self->give_up_s);
  pthread_mutex_unlock(&self->lock);
  return !is_over;
}

/* There is no connection: say why, and wait for longer and longer. */
static void wait_for_broker(mqtt_link *self, int code) {
  if (!self->is_refused) set_trouble(self, code == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(code), false);
  self->is_refused = false;
  for (double until_s = progress_clock() + self->retry_s; progress_clock() < until_s && goes_on(self);) usleep(20000);
  self->retry_s = fmin(2 * self->retry_s, last_retry_s);
}

static void *run(void *context) {
  mqtt_link *self = context;
  waiting next;
  int code = mosquitto_connect(self->client, self->broker.host, (int)self->broker.port, KEEPALIVE_S);
  while (goes_on(self)) {
    if (code != MOSQ_ERR_SUCCESS) {
      wait_for_broker(self, code);
      code = mosquitto_reconnect(self->client);
      continue;
    }
    while (take(self, &next)) {
      hand_over(self, next.topic, next.text, next.length, next.retain);
      free(next.topic);
    }
    code = mosquitto_loop(self->client, LOOP_MS, 1);
  }
  mosquitto_disconnect(self->client);
  return NULL;
}

static void free_link(mqtt_link *self) {
  if (self->client) mosquitto_destroy(self->client);
  for (; self->n_taken < self->n_put; self->n_taken++) free(self->queue[self->n_taken % MQTT_MAX_WAITING].topic);
  pthread_mutex_destroy(&self->lock);
  free(self->status_topic);
  free(self);
}

/* Signals are the main thread's. */
static int start(mqtt_link *self) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int code = pthread_create(&self->thread, NULL, run, self);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return code;
}

r2nn_status mqtt_link_begin(const url *broker, const char *status_topic, mqtt_link **link, r2nn_error *error) {
  mosquitto_lib_init();
  mqtt_link *self = *link = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  pthread_mutex_init(&self->lock, NULL);
  self->broker = *broker;
  self->retry_s = first_retry_s;
  self->status_topic = strdup(status_topic);
  self->client = mosquitto_new(NULL, true, self);
  bool is_made = self->status_topic && self->client;
  if (is_made) {
    mosquitto_connect_callback_set(self->client, on_connect);
    mosquitto_publish_callback_set(self->client, on_publish);
    mosquitto_max_inflight_messages_set(self->client, MAX_IN_FLIGHT);
    mosquitto_int_option(self->client, MOSQ_OPT_TCP_NODELAY, 1);
    is_made = mosquitto_will_set(self->client, status_topic, strlen("offline"), "offline", QOS, true) == MOSQ_ERR_SUCCESS;
  }
  if (is_made && broker->user[0])
    is_made = mosquitto_username_pw_set(self->client, broker->user, broker->password) == MOSQ_ERR_SUCCESS;
  /* The system's certificates; without the second option libmosquitto 2.0 takes what it made of them at the first connection for
   * the caller's own, and refuses every later one. */
  if (is_made && strcmp(broker->scheme, "mqtts") == 0)
    is_made = mosquitto_int_option(self->client, MOSQ_OPT_TLS_USE_OS_CERTS, 1) == MOSQ_ERR_SUCCESS &&
              mosquitto_int_option(self->client, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0) == MOSQ_ERR_SUCCESS;
  int code = is_made ? start(self) : 0;
  if (is_made && code == 0) return R2NN_OK;
  free_link(self);
  return r2nn_fail(error, R2NN_BAD_DATA, "--mqtt: no client can be made: %s", code ? strerror(code) : "libmosquitto refuses");
}

void mqtt_link_publish(mqtt_link *self, const char *topic, const char *text, size_t length, bool retain) {
  size_t n_topic = strlen(topic) + 1;
  char *block = malloc(n_topic + length + 1), *oldest = NULL;
  if (block) {
    memcpy(block, topic, n_topic);
    memcpy(block + n_topic, text, length);
  }
  pthread_mutex_lock(&self->lock);
  if (!block || self->n_put - self->n_taken == MQTT_MAX_WAITING) self->n_dropped++;
  if (block && self->n_put - self->n_taken == MQTT_MAX_WAITING) oldest = self->queue[self->n_taken++ % MQTT_MAX_WAITING].topic;
  if (block) self->queue[self->n_put++ % MQTT_MAX_WAITING] = (waiting){block, block + n_topic, length, retain};
  pthread_mutex_unlock(&self->lock);
  free(oldest);
}

void mqtt_link_tell(mqtt_link *self) {
  char now[sizeof self->trouble];
  const url *broker = &self->broker;
  pthread_mutex_lock(&self->lock);
  memcpy(now, self->trouble, sizeof now);
  bool is_answer = self->is_answer;
  uint64_t n_dropped = self->n_dropped;
  pthread_mutex_unlock(&self->lock);
  bool is_news = !now[0] != !self->told[0] || (now[0] && is_answer && strcmp(now, self->told) != 0);
  if (is_news) {
    if (now[0])
      say_warning("--mqtt: %s:%u: %s; trying again and again, messages wait", broker->host, broker->port, now);
    else
      say_note("--mqtt: %s:%u: connected", broker->host, broker->port);
    memcpy(self->told, now, sizeof now);
  }
  if (n_dropped && !self->told_dropped)
    say_warning("--mqtt: %s:%u: more than %d messages wait: the oldest are lost", broker->host, broker->port, MQTT_MAX_WAITING);
  self->told_dropped = n_dropped;
}

bool mqtt_link_is_up(mqtt_link *self) {
  pthread_mutex_lock(&self->lock);
  bool is_connected = self->is_connected;
  pthread_mutex_unlock(&self->lock);
  return is_connected;
}

bool mqtt_link_end(mqtt_link *self, uint64_t *n_left, r2nn_error *error) {
  struct timespec until;
  mqtt_link_tell(self);
  if (mqtt_link_is_up(self)) mqtt_link_publish(self, self->status_topic, "offline", strlen("offline"), true);
  pthread_mutex_lock(&self->lock);
  self->is_ending = true;
  self->give_up_s = progress_clock() + patience_s;
  pthread_mutex_unlock(&self->lock);
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += (time_t)patience_s + 2;
  bool has_ended = pthread_timedjoin_np(self->thread, NULL, &until) == 0;
  pthread_mutex_lock(&self->lock);
  *n_left = self->n_put - self->n_taken + self->n_in_flight + self->n_dropped;
  if (*n_left)
    r2nn_fail(error, R2NN_BAD_DATA, "--mqtt: %s:%u: %llu messages did not reach the broker%s%s", self->broker.host,
              self->broker.port, (unsigned long long)*n_left, self->trouble[0] ? ": " : "", self->trouble);
  pthread_mutex_unlock(&self->lock);
  if (has_ended) free_link(self); /* otherwise it hangs in a connection that is being made, and ends with the program */
  return *n_left == 0;
}
