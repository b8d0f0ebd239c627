/* A model on a live signal: what every host with an audio thread runs. A player runs one program, a model made ready for a sample
 * rate, changes to another one where it costs no decision, and tells in order what comes about.
 *
 * A player belongs to the audio thread; programs are made and freed elsewhere and change hands through an exchange (ring.h). */
#ifndef R2NN_PLAYER_H
#define R2NN_PLAYER_H

#include "r2nn/engine.h"
#include "r2nn/ring.h"

#ifdef __cplusplus
extern "C" {
#endif

#define R2NN_PIECE 256u /* most frames that an engine runs between two looks at it */

/* An engine with what the audio thread must know about it; the host's own program may begin with one. */
typedef struct r2nn_program {
  r2nn_engine *engine; /* owned */
  bool has_events;     /* decides by events; otherwise again and again */
  double rate_hz;
  uint64_t kin; /* not 0: between programs of one kin the player changes at once and unheard: nothing is interrupted or told */
  uint32_t n_channels, n_classes, n_nodes; /* n_channels: r2nn_engine_width(); n_nodes: outputs of stage 0 */
  uint32_t piece; /* frames, 1..R2NN_PIECE: in so many the gate turns at most once each way and the queue holds all decisions */
  float *block;   /* [R2NN_PIECE][n_channels], owned: room for the frames of a piece */
  float *nodes;   /* [R2NN_PIECE][n_nodes], owned, or NULL: room for the voltages of stage 0's outputs */
} r2nn_program;

/* Make an engine of the model, which the program does not keep. What decides once a file decides by events: a live signal has no
 * end. has_nodes: room for the nodes too. The errors of r2nn_engine_new(). Main thread. */
r2nn_status r2nn_program_init(r2nn_program *program, const r2nn_model *model, const r2nn_engine_def *def, bool has_nodes,
                              r2nn_error *error);
void r2nn_program_end(r2nn_program *program);

typedef enum r2nn_news_kind {
  R2NN_NEWS_ONSET,    /* the gate opened */
  R2NN_NEWS_DECISION, /* decision */
  R2NN_NEWS_END,      /* the gate closed */
  R2NN_NEWS_SWAP      /* from here on another program speaks */
} r2nn_news_kind;

/* One thing that came about. */
typedef struct r2nn_news {
  r2nn_news_kind kind;
  uint64_t time;                 /* frames that had been heard by then; an event's first frame is the one before */
  const r2nn_decision *decision; /* R2NN_NEWS_DECISION, else NULL; its arrays live until hear returns */
  r2nn_gate_report gate;
} r2nn_news;

/* Owned by whoever runs the audio thread; zero but program, programs, hear and context at the start. */
typedef struct r2nn_player {
  r2nn_program *program;                              /* owned, never NULL while it runs */
  r2nn_program *next;                                 /* owned: taken, and waits until it costs no decision; or NULL */
  r2nn_exchange *programs;                            /* new ones in, old ones out */
  void (*hear)(void *context, const r2nn_news *news); /* on the audio thread, in order */
  void *context;
  double origin_s;         /* s of stream before frame 0: frames count from the last change of the rate, or restart */
  uint64_t time;           /* frames since origin_s */
  uint64_t opened, closed; /* as the engine last reported them */
  uint64_t wants_since;    /* frames: since when another program waits; only while is_asked */
  bool is_asked, decided;  /* decided: a decision has just come out */
} r2nn_player;

/* How many frames to run now, at most n (> 0) and R2NN_PIECE. If another program waits, may_swap allows it and it costs no
 * decision, or is_urgent, the player goes on with it from here. Real time. */
R2NN_RT uint32_t r2nn_player_piece(r2nn_player *player, uint32_t n, bool may_swap, bool is_urgent);

/* Run as many frames as r2nn_player_piece() said, or fewer: in is [n][n_channels], program->block or elsewhere; program->nodes is
 * filled if it is there. Real time. */
R2NN_RT void r2nn_player_run(r2nn_player *player, const float *in, uint32_t n);

/* The stream has ended: decide what is open. Real time. */
R2NN_RT void r2nn_player_finish(r2nn_player *player);

/* The stream has a gap: end what is open, having decided it if decides, and begin anew, at rest, at_s after the stream's beginning.
 * Real time. */
R2NN_RT void r2nn_player_restart(r2nn_player *player, double at_s, bool decides);

#ifdef __cplusplus
}
#endif
#endif
