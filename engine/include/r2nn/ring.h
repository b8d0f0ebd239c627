/* What passes between an audio thread and another thread without either ever waiting: a ring of records one way, and an exchange
 * of objects (a new model for an old one) both ways. Each has one thread at either end. */
#ifndef R2NN_RING_H
#define R2NN_RING_H

#include "r2nn/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A ring of n_slots records of slot_size bytes: one thread writes, another reads, neither waits. A record is written and read where
 * it lies. */
typedef struct r2nn_ring r2nn_ring;

/* Bytes that a ring needs; n_slots is a power of two up to 2^30. Any thread. */
size_t r2nn_ring_size(uint32_t n_slots, size_t slot_size);

/* Make an empty ring in memory of r2nn_ring_size() bytes, aligned as malloc() aligns; it ends with its memory. Before both threads.
 */
r2nn_ring *r2nn_ring_init(void *memory, uint32_t n_slots, size_t slot_size);

/* The writer: a place for the next record, aligned to 16 bytes, or NULL when the ring is full, which counts as a lost record.
 * Nobody sees the record before r2nn_ring_commit(); a place that is not committed is given again. Real time. */
R2NN_RT void *r2nn_ring_reserve(r2nn_ring *ring);
R2NN_RT void r2nn_ring_commit(r2nn_ring *ring);

/* The writer: places that are certainly free. Real time. */
R2NN_RT uint32_t r2nn_ring_space(const r2nn_ring *ring);

/* The reader: the oldest record, or NULL; it stays until r2nn_ring_release(). Real time. */
R2NN_RT const void *r2nn_ring_peek(r2nn_ring *ring);
R2NN_RT void r2nn_ring_release(r2nn_ring *ring);

/* Records that found no place since the ring was made, modulo 2^32. Any thread, real time. */
R2NN_RT uint32_t r2nn_ring_lost(const r2nn_ring *ring);

/* An exchange: one thread offers new objects, the audio thread takes one when it likes and leaves its old one, which goes back to
 * the first thread to be freed there. NULL stands for no object. */
typedef struct r2nn_exchange r2nn_exchange;

size_t r2nn_exchange_size(void);
r2nn_exchange *r2nn_exchange_init(void *memory);

/* The offering thread: from now on next may be taken. Returns an earlier offer that nobody took and nobody will, or NULL: the
 * caller's again. */
R2NN_RT void *r2nn_exchange_offer(r2nn_exchange *exchange, void *next);

/* The audio thread: is there something to take, and place for the old? Real time. */
R2NN_RT bool r2nn_exchange_waits(const r2nn_exchange *exchange);

/* The audio thread: the object to go on with, or NULL if r2nn_exchange_waits() is false. Then r2nn_exchange_leave() gives the
 * present one back, once nothing looks at it any more. Real time. */
R2NN_RT void *r2nn_exchange_take(r2nn_exchange *exchange);
R2NN_RT void r2nn_exchange_leave(r2nn_exchange *exchange, void *old);

/* The offering thread: the old object that came back, the caller's again, or NULL. Until it is collected no other is taken. */
R2NN_RT void *r2nn_exchange_collect(r2nn_exchange *exchange);

#ifdef __cplusplus
}
#endif
#endif
