/* Condition monitoring: has a class held for so long that somebody should know? */
#ifndef HOSTS_LIVE_ALERT_H
#define HOSTS_LIVE_ALERT_H

#include "r2nn/base.h"

typedef struct live_alert {
  const char *class_name;
  double hold_s;   /* s, >= 0: raised when the class has held so long, cleared when it has been away so long */
  bool is_raised;  /* now */
  bool is_present; /* the last decision was this class */
  double since_s;  /* s of stream: since when it has been present, or away */
  double turned_s; /* s of stream: when it was last raised or cleared */
} live_alert;

/* "CLASS[,HOLD_S]"; a class's name may hold commas, as long as no number follows the last. The name is memory of text, changed. */
bool live_alert_parse(char *text, live_alert *alert, r2nn_error *error);

/* A decision of class_name over start_s..end_s of the stream; true if the alert turned. */
bool live_alert_decide(live_alert *alert, const char *class_name, double start_s, double end_s);

/* No event is open and nothing was decided up to now_s: whatever was is over. True if the alert turned. */
bool live_alert_silence(live_alert *alert, double now_s);

#endif
