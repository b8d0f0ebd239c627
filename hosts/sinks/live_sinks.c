/* The kinds of live sinks that have an option of their own: a line each. */
#include "live/sink.h"

extern const live_sink live_sink_exec, live_sink_osc, live_sink_osc_listen, live_sink_mqtt, live_sink_midi_alsa;

const live_sink *const live_sinks[] = {
    &live_sink_exec,
#ifdef R2NN_WITH_LO
    &live_sink_osc,       &live_sink_osc_listen,
#endif
#ifdef R2NN_WITH_MOSQUITTO
    &live_sink_mqtt,
#endif
#ifdef R2NN_WITH_ALSA
    &live_sink_midi_alsa,
#endif
};
const uint32_t n_live_sinks = sizeof live_sinks / sizeof *live_sinks;
