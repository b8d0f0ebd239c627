/* What listens to a live stream: one of these a kind, any number open at once, all on the main thread. */
#ifndef HOSTS_LIVE_SINK_H
#define HOSTS_LIVE_SINK_H

#include "live/alert.h"
#include "live/view.h"
#include "sinks/sink.h"

#include <poll.h>

struct live;

typedef enum live_event_kind {
  LIVE_EVENT_ONSET,     /* an event began */
  LIVE_EVENT_DECISION,  /* decision */
  LIVE_EVENT_END,       /* the event ended; its decision came before, unless it was too short */
  LIVE_EVENT_LEVEL,     /* view->level_db and view->scores are new, about thirty times a second */
  LIVE_EVENT_ALERT,     /* alert was raised or cleared */
  LIVE_EVENT_HEARTBEAT, /* view->counters, every --heartbeat seconds */
  LIVE_EVENT_MODEL,     /* view->program is another, by this wish; also the first event of all */
  LIVE_EVENT_REFUSED    /* of this wish nothing came */
} live_event_kind;

/* Valid until the sink returns. */
typedef struct live_event {
  live_event_kind kind;
  double time_s; /* s of stream: when it came about */
  double unix_s; /* s since 1970: the same by the clock */
  const live_view *view;
  const sink_event *decision; /* LIVE_EVENT_DECISION, else NULL */
  int32_t class_index;        /* its class, -1: unknown */
  float level_db;             /* its level, dB re 1 V */
  const live_alert *alert;    /* LIVE_EVENT_ALERT, else NULL */
  uint64_t wish;              /* LIVE_EVENT_MODEL, LIVE_EVENT_REFUSED: which call of live_load() it was; 0: none */
  uint64_t offered;    /* LIVE_EVENT_REFUSED: the newest wish whose model was offered to the audio thread, taken or not yet */
  const char *refusal; /* LIVE_EVENT_REFUSED: why, for the user; else NULL */
} live_event;

/* A kind of sink. Functions that it does not need are NULL, but open and close. None may wait. */
typedef struct live_sink {
  const char *name;     /* its option, without the dashes */
  const char *argument; /* what the option's argument is called in the help; NULL: none */
  const char *help;
  /* Is the option's argument well formed? Asked while the command line is read, so that a mistake is wrong use. */
  bool (*check)(const char *argument, r2nn_error *error);
  /* Make one from the option's argument, which outlives it. live: for live_load() and live_stop(). */
  r2nn_status (*open)(struct live *live, const char *argument, void **sink, r2nn_error *error);
  void (*hear)(void *sink, const live_event *event);
  /* Called some 250 times a second, after the events: flush, draw, reconnect. False: it cannot go on, error says why; the run ends.
   */
  bool (*tick)(void *sink, const live_view *view, r2nn_error *error);
  /* What poll() should watch, fd -1 for nothing; tick() is called soon after something came. */
  struct pollfd (*watch)(void *sink);
  /* The stream has ended; frees it. */
  r2nn_status (*close)(void *sink, r2nn_error *error);
} live_sink;

/* Those with an option of their own, and those that --format and -o choose. */
extern const live_sink *const live_sinks[];
extern const uint32_t n_live_sinks;
extern const live_sink live_sink_writer, live_sink_terminal;

#endif
