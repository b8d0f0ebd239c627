/* The ring and the exchange, with a thread at either end. ctest-labels: threads */
#include "r2nn/ring.h"
#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { N_SLOTS = 8, N_RECORDS = 200000, N_SWAPS = 20000 };

typedef struct record {
  uint32_t number, copies[7];
} record;

static void *write_records(void *argument) {
  r2nn_ring *ring = argument;
  for (uint32_t i = 0; i < N_RECORDS;) {
    record *place = r2nn_ring_space(ring) ? r2nn_ring_reserve(ring) : NULL;
    if (!place) continue;
    place->number = i;
    for (int k = 0; k < 7; k++) place->copies[k] = i;
    r2nn_ring_commit(ring);
    i++;
  }
  return NULL;
}

static void every_record_arrives_whole_and_in_order(void **state) {
  (void)state;
  void *memory = malloc(r2nn_ring_size(N_SLOTS, sizeof(record)));
  r2nn_ring *ring = r2nn_ring_init(memory, N_SLOTS, sizeof(record));
  pthread_t writer;
  assert_int_equal(pthread_create(&writer, NULL, write_records, ring), 0);
  for (uint32_t i = 0; i < N_RECORDS;) {
    const record *seen = r2nn_ring_peek(ring);
    if (!seen) continue;
    assert_int_equal(seen->number, i);
    for (int k = 0; k < 7; k++) assert_int_equal(seen->copies[k], i);
    r2nn_ring_release(ring);
    i++;
  }
  pthread_join(writer, NULL);
  assert_null(r2nn_ring_peek(ring));
  assert_int_equal(r2nn_ring_lost(ring), 0);
  free(memory);
}

static void a_full_ring_refuses_and_counts(void **state) {
  (void)state;
  void *memory = malloc(r2nn_ring_size(N_SLOTS, sizeof(record)));
  r2nn_ring *ring = r2nn_ring_init(memory, N_SLOTS, sizeof(record));
  for (uint32_t i = 0; i < N_SLOTS; i++) {
    record *place = r2nn_ring_reserve(ring);
    assert_non_null(place);
    assert_ptr_equal(r2nn_ring_reserve(ring), place); /* not committed: given again */
    place->number = i;
    r2nn_ring_commit(ring);
  }
  assert_null(r2nn_ring_reserve(ring));
  assert_null(r2nn_ring_reserve(ring));
  assert_int_equal(r2nn_ring_lost(ring), 2);
  assert_int_equal(((const record *)r2nn_ring_peek(ring))->number, 0);
  r2nn_ring_release(ring);
  assert_int_equal(r2nn_ring_space(ring), 1);
  assert_non_null(r2nn_ring_reserve(ring));
  free(memory);
}

static _Atomic bool is_over;

/* The audio thread: always has a living object, and leaves the old one. */
static void *take_objects(void *argument) {
  r2nn_exchange *exchange = argument;
  int *present = malloc(sizeof *present);
  for (*present = 0; !atomic_load(&is_over);) {
    int before = *present;
    int *next = r2nn_exchange_take(exchange);
    if (!next) continue;
    assert_true(*next > before && *present == before);
    r2nn_exchange_leave(exchange, present);
    present = next;
  }
  return present;
}

static void objects_are_exchanged_and_none_is_lost(void **state) {
  (void)state;
  void *memory = malloc(r2nn_exchange_size());
  r2nn_exchange *exchange = r2nn_exchange_init(memory);
  pthread_t taker;
  assert_int_equal(pthread_create(&taker, NULL, take_objects, exchange), 0);
  uint32_t n_back = 0;
  for (int i = 1; i <= N_SWAPS; i++) {
    int *next = malloc(sizeof *next), *never_taken, *old;
    *next = i;
    never_taken = r2nn_exchange_offer(exchange, next);
    old = r2nn_exchange_collect(exchange);
    n_back += (never_taken != NULL) + (old != NULL);
    free(never_taken);
    free(old);
  }
  atomic_store(&is_over, true);
  void *last;
  pthread_join(taker, &last);
  int *waiting = r2nn_exchange_offer(exchange, NULL), *old = r2nn_exchange_collect(exchange);
  n_back += (last != NULL) + (waiting != NULL) + (old != NULL);
  assert_int_equal(n_back, N_SWAPS + 1);
  free(last);
  free(waiting);
  free(old);
  free(memory);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_record_arrives_whole_and_in_order),
                                     cmocka_unit_test(a_full_ring_refuses_and_counts),
                                     cmocka_unit_test(objects_are_exchanged_and_none_is_lost)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
