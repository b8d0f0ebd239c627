/* What r2nn hardware can do. */
#ifndef HOSTS_HARDWARE_COMMANDS_H
#define HOSTS_HARDWARE_COMMANDS_H

#include "command.h"

extern const command hardware_latency, hardware_identify, hardware_verify, hardware_run, hardware_refit, hardware_board;

#endif
