/* A connection to an MQTT broker that comes back by itself: what is published waits in order, in a thread of its own. */
#ifndef HOSTS_SINKS_MQTT_LINK_H
#define HOSTS_SINKS_MQTT_LINK_H

#include "sinks/url.h"

enum { MQTT_MAX_WAITING = 8192 }; /* messages; the oldest go when more wait */

typedef struct mqtt_link mqtt_link;

/* Begin to connect. status_topic, copied, holds "online" while the link stands and "offline" otherwise, also after a sudden end.
 * Main thread, as all here; nothing waits but mqtt_link_end(). */
r2nn_status mqtt_link_begin(const url *broker, const char *status_topic, mqtt_link **link, r2nn_error *error);

/* Publish at QoS 1, at once or when the broker is there again; text ends at length. */
void mqtt_link_publish(mqtt_link *link, const char *topic, const char *text, size_t length, bool retain);

/* Say what has changed: the broker is gone, is back, messages are lost. */
void mqtt_link_tell(mqtt_link *link);

/* Is the broker there? */
bool mqtt_link_is_up(mqtt_link *link);

/* Publish what waits, for three seconds at most, say goodbye and free. False: so many messages were not delivered; error says where
 * and why. */
bool mqtt_link_end(mqtt_link *link, uint64_t *n_left, r2nn_error *error);

#endif
