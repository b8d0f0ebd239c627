/* Condition monitoring. */
#include "live/alert.h"

#include "parse.h"

#include <string.h>

bool live_alert_parse(char *text, live_alert *alert, r2nn_error *error) {
  *alert = (live_alert){.class_name = text};
  char *comma = strrchr(text, ',');
  if (comma && comma[1] && strspn(comma + 1, "0123456789.") == strlen(comma + 1)) {
    if (!parse_number("--alert CLASS,HOLD_S", comma + 1, 0, 1e6, &alert->hold_s, error)) return false;
    *comma = '\0';
  }
  if (text[0]) return true;
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "--alert: must be CLASS or CLASS,HOLD_S, like worn,30");
  return false;
}

/* Present or away without a break since since_s, and still at now_s. */
static bool follow(live_alert *alert, bool is_present, double since_s, double now_s) {
  if (is_present != alert->is_present) {
    alert->is_present = is_present;
    alert->since_s = since_s;
  }
  if (is_present == alert->is_raised || now_s - alert->since_s < alert->hold_s) return false;
  alert->is_raised = is_present;
  alert->turned_s = now_s;
  return true;
}

bool live_alert_decide(live_alert *alert, const char *class_name, double start_s, double end_s) {
  return follow(alert, strcmp(class_name, alert->class_name) == 0, start_s, end_s);
}

bool live_alert_silence(live_alert *alert, double now_s) {
  return follow(alert, false, now_s, now_s);
}
