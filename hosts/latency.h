/* Decides a sound file again and again while it sounds. */
#ifndef HOSTS_LATENCY_H
#define HOSTS_LATENCY_H

#include "stream.h"
#include "sweep.h"

/* From rest at frame onset of n_frames, decide at each of the times that lie before the end, as times->points[i].at is reached:
 * decided[*n_cut]. with is in file mode. What sounds later is never heard and nothing rings out. */
r2nn_status latency_file(stream *with, const char *path, uint64_t onset, uint64_t n_frames, const sweep *times, int32_t *decided,
                         uint32_t *n_cut, r2nn_error *error);

#endif
