/* Runs a model over sound files, block by block, and hands on its decisions: a file of any length needs the same memory. */
#ifndef HOSTS_STREAM_H
#define HOSTS_STREAM_H

#include "audio/file.h"
#include "r2nn/engine.h"
#include "wholes.h"

/* A ring-out that takes longer than this is cut: a resonator of Q 1000 at 150 Hz has fallen by 60 dB after 2.2 s. */
#define STREAM_TAIL_S 2.0

/* One decision of a file; it lives until the sink returns. */
typedef void (*stream_sink)(void *context, double rate_hz, const r2nn_decision *decision);

/* Told about the share of the file that is done, 0..1, or -1 while that is not known. NULL allowed. */
typedef void (*stream_progress)(void *context, double share);

/* Change what was read, values[n_values] interleaved, before the engine hears it. */
typedef void (*stream_filter)(void *context, float *values, size_t n_values);

typedef struct stream {
  const r2nn_model *model;
  r2nn_readout readout;          /* what the engines do */
  const channel_list *channels;  /* NULL or empty = all */
  struct stream_engine *engines; /* [n_engines], owned: one a rate met */
  uint32_t n_engines;
  float *block;            /* [AUDIO_BLOCK][n_channels], owned */
  wholes_room room;        /* for clips of by_spectrum */
  const r2nn_flaws *flaws; /* of the circuit that the model is; NULL unless set after stream_begin() */
  bool is_known;           /* each file is one of the classes: no margin is too small; off unless set after stream_begin() */
  bool find_onset;         /* look closely when the gate opens first; off unless set after stream_begin() */
  wholes *by_spectrum;     /* clips that it has a spectrum for are not run; NULL unless set after stream_begin() */
  stream_filter filter;    /* NULL unless set */
  void *filter_context;
} stream;

typedef struct stream_result {
  double seconds; /* of sound */
  uint64_t n_frames,
      onset; /* onset: the frame, within a millisecond, at which the level gate opened; 0 if never or not looked for */
  uint64_t n_decisions;
  char remark[256]; /* "" or what was odd about the file */
} stream_result;

/* Ready to run; the model and channels must outlive it. One thread at a time. Free it with stream_free() whatever happens. */
r2nn_status stream_begin(stream *self, const r2nn_model *model, const r2nn_readout *readout, const channel_list *channels,
                         r2nn_error *error);
void stream_free(stream *self);

/* Run one file from rest to its end. In file mode the network rings out before the decision. The error does not name the file. */
r2nn_status stream_file(stream *self, const char *path, stream_sink sink, stream_progress progress, void *context,
                        stream_result *result, r2nn_error *error);

/* The parts that it is made of: open a file that fits the model, which the caller closes; the engine for a rate, at rest, which
 * stays the stream's. */
r2nn_status stream_open(const stream *self, const char *path, audio_file **file, audio_info *info, r2nn_error *error);
r2nn_status stream_engine_at(stream *self, double rate_hz, r2nn_engine **engine, r2nn_error *error);

/* What the stream's engines for a rate are made of. */
r2nn_engine_def stream_engine_def(const stream *self, double rate_hz);

/* Can the file be opened and does it fit the model? */
r2nn_status stream_check(const stream *self, const char *path, r2nn_error *error);

#endif
