/* All memory of an engine in one block: laid out twice, the first time only to count. */
#ifndef R2NN_CORE_ARENA_H
#define R2NN_CORE_ARENA_H

#include <stddef.h>

#define R2NN_ALIGN 64u /* bytes: a line of the cache, and the widest vectors */

/* base NULL: it only counts; otherwise it hands out. */
typedef struct r2nn_arena {
  char *base;
  size_t used;
} r2nn_arena;

/* NULL while it only counts. */
static inline void *r2nn_arena_take(r2nn_arena *a, size_t count, size_t size) {
  size_t at = a->used;
  a->used += (count * size + R2NN_ALIGN - 1) / R2NN_ALIGN * R2NN_ALIGN;
  return a->base ? a->base + at : NULL;
}

#endif
