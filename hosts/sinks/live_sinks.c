/* The kinds of live sinks that have an option of their own: a line each. */
#include "live/sink.h"

extern const live_sink live_sink_exec;

const live_sink *const live_sinks[] = {
    &live_sink_exec,
};
const uint32_t n_live_sinks = sizeof live_sinks / sizeof *live_sinks;
