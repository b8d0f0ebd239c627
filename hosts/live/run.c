/* The main loop of a live command. */
#include "interrupt.h"
#include "live/sinks.h"

static const int period_ms = 4; /* how long a decision may wait for its sinks */

int live_run(live *self, const live_host *host) {
  struct pollfd fds[LIVE_MAX_SINKS + 2];
  fds[0] = (struct pollfd){.fd = interrupt_watch(), .events = POLLIN};
  while (!live_is_stopped(self)) {
    uint32_t n = live_watch(self, fds + 1);
    poll(fds, n + 1, period_ms);
    interrupt_news news = interrupt_read();
    if (news.stop) live_stop(self, EXIT_DONE);
    if (news.reload) live_load(self, NULL);
    if (host->tick && !live_is_stopped(self)) host->tick(host->context, self);
    live_pump(self);
  }
  if (host->stop) host->stop(host->context);
  return live_end(self);
}
