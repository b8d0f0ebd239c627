/* A player on an audio track: what a plugin's audio thread runs. The sound goes through as it is, the network hears a copy; a
 * node's voltage can be listened to, decisions become notes, and live controls come with each block. */
#ifndef R2NN_TRACK_H
#define R2NN_TRACK_H

#include "r2nn/notes.h"

#ifdef __cplusplus
extern "C" {
#endif

#define R2NN_TRACK_NODES 256u /* outputs of stage 0 whose envelopes are kept, and that can be listened to */

/* What a user may turn while it plays; drive and listen glide, the rest holds from the block's first frame on. */
typedef struct r2nn_controls {
  float drive_db;      /* dB: gain before the network */
  float gate_db;       /* dB by which the gate's threshold is higher than the model's */
  float margin;        /* by which the least margin is higher than the model's, -1..1 */
  float listen;        /* 0: the track .. 1: the node */
  uint32_t node;       /* output of stage 0 to listen to; counts from 0, the last one if there are not so many */
  float hold_s, gap_s; /* s: r2nn_notes_settings */
  uint8_t first_note;  /* 0..127 */
  uint8_t channel;     /* 0..15 */
  bool is_bypassed;    /* the sound goes through, nothing is heard or decided */
} r2nn_controls;

/* Called on the audio thread after each piece of n frames: block [n][n_channels] is what the network heard, V. */
typedef void (*r2nn_track_look)(void *context, const float *block, uint32_t n);

/* Zero at the start, but player.program and .programs, and hear, look (NULL: nobody) and their context. Belongs to the audio
 * thread. */
typedef struct r2nn_track {
  r2nn_player player; /* its hear and context are the track's own */
  void (*hear)(void *context, const r2nn_news *news);
  r2nn_track_look look;
  void *context;
  r2nn_notes notes;
  float drive, listen; /* the gliding gain, and share of the node */
  float last, jump;    /* V: what was listened to last; what is left of a step between two nodes or models, which glides too */
  uint64_t listened;   /* to a node of which kin; 0: to none */
  uint32_t node;
  float envelope[R2NN_TRACK_NODES]; /* V: peaks of the outputs of stage 0; fall by 60 dB in 0.4 s */
  uint64_t clock, begun, shift; /* frames since the track began, at the last block's begin, and by how many player.time is less */
  bool is_running, is_bypassed;
} r2nn_track;

/* n_frames of in[n_in] go to out[n_out], n_out <= n_in, which may be the same rows; bit for bit unless a node is listened to. A
 * model of one channel hears their mean, others the first ones; a channel that is not there is silent. Then the notes until the
 * block's end are ready: r2nn_track_note(). The program must have its nodes and kin. Real time. */
R2NN_RT void r2nn_track_run(r2nn_track *track, const r2nn_controls *controls, const float *const *in, uint32_t n_in,
                            float *const *out, uint32_t n_out, uint32_t n_frames);

/* The next note of the last block and its frame there; false if there is none. Real time. */
R2NN_RT bool r2nn_track_note(r2nn_track *track, r2nn_note *note, uint32_t *frame);

/* The stream begins anew: at rest, nothing glides, what sounded goes off. Real time. */
R2NN_RT void r2nn_track_restart(r2nn_track *track);

#ifdef __cplusplus
}
#endif
#endif
