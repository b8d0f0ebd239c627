/* A lock-free ring of records between two threads. */
#include "r2nn/ring.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

enum { LINE = 64, ALIGN = 16 }; /* bytes: a cache line, so that the two threads do not slow each other; a record's alignment */

/* Counters run on and on, modulo 2^32; the slot is their remainder. */
struct r2nn_ring {
  size_t slot_size;
  uint32_t mask; /* n_slots - 1 */
  uint8_t *slots;
  _Alignas(LINE) _Atomic uint32_t written;
  _Atomic uint32_t lost;
  _Alignas(LINE) _Atomic uint32_t read;
};

static size_t round_up(size_t size, size_t unit) {
  return (size + unit - 1) / unit * unit;
}

size_t r2nn_ring_size(uint32_t n_slots, size_t slot_size) {
  return LINE + sizeof(r2nn_ring) + n_slots * round_up(slot_size, ALIGN);
}

r2nn_ring *r2nn_ring_init(void *memory, uint32_t n_slots, size_t slot_size) {
  assert(n_slots && n_slots <= 1u << 30 && !(n_slots & (n_slots - 1)));
  r2nn_ring *ring = (r2nn_ring *)(void *)((uint8_t *)memory + (LINE - (uintptr_t)memory % LINE) % LINE);
  ring->slot_size = round_up(slot_size, ALIGN);
  ring->mask = n_slots - 1;
  ring->slots = (uint8_t *)(ring + 1);
  atomic_init(&ring->written, 0);
  atomic_init(&ring->lost, 0);
  atomic_init(&ring->read, 0);
  return ring;
}

uint32_t r2nn_ring_space(const r2nn_ring *ring) {
  uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
  return ring->mask + 1 - (written - atomic_load_explicit(&ring->read, memory_order_acquire));
}

void *r2nn_ring_reserve(r2nn_ring *ring) {
  if (!r2nn_ring_space(ring)) {
    atomic_fetch_add_explicit(&ring->lost, 1, memory_order_relaxed);
    return NULL;
  }
  return ring->slots + (atomic_load_explicit(&ring->written, memory_order_relaxed) & ring->mask) * ring->slot_size;
}

void r2nn_ring_commit(r2nn_ring *ring) {
  atomic_fetch_add_explicit(&ring->written, 1, memory_order_release);
}

const void *r2nn_ring_peek(r2nn_ring *ring) {
  uint32_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
  if (atomic_load_explicit(&ring->written, memory_order_acquire) == read) return NULL;
  return ring->slots + (read & ring->mask) * ring->slot_size;
}

void r2nn_ring_release(r2nn_ring *ring) {
  atomic_fetch_add_explicit(&ring->read, 1, memory_order_release);
}

uint32_t r2nn_ring_lost(const r2nn_ring *ring) {
  return atomic_load_explicit(&ring->lost, memory_order_relaxed);
}
