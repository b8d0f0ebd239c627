/* A lock-free exchange of a new object for an old one. */
#include "r2nn/ring.h"

#include <stdatomic.h>

struct r2nn_exchange {
  _Atomic(void *) next; /* offered, not yet taken */
  _Atomic(void *) old;  /* left by the audio thread, not yet collected */
};

size_t r2nn_exchange_size(void) {
  return sizeof(r2nn_exchange);
}

r2nn_exchange *r2nn_exchange_init(void *memory) {
  r2nn_exchange *exchange = memory;
  atomic_init(&exchange->next, NULL);
  atomic_init(&exchange->old, NULL);
  return exchange;
}

void *r2nn_exchange_offer(r2nn_exchange *exchange, void *next) {
  return atomic_exchange_explicit(&exchange->next, next, memory_order_acq_rel);
}

bool r2nn_exchange_waits(const r2nn_exchange *exchange) {
  return atomic_load_explicit(&exchange->next, memory_order_relaxed) && !atomic_load_explicit(&exchange->old, memory_order_relaxed);
}

void *r2nn_exchange_take(r2nn_exchange *exchange) {
  if (!r2nn_exchange_waits(exchange)) return NULL;
  return atomic_exchange_explicit(&exchange->next, NULL, memory_order_acq_rel); /* NULL: taken back meanwhile */
}

void r2nn_exchange_leave(r2nn_exchange *exchange, void *old) {
  atomic_store_explicit(&exchange->old, old, memory_order_release);
}

void *r2nn_exchange_collect(r2nn_exchange *exchange) {
  return atomic_exchange_explicit(&exchange->old, NULL, memory_order_acq_rel);
}
