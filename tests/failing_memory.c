/* A library to be loaded before a program (LD_PRELOAD), in which the FAIL_AT-th allocation fails; 0: none. The file FAIL_COUNT then
 * holds how many there were. What the libraries named in FAIL_SPARE ask for is always there and does not count. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void *(*next_aligned)(size_t, size_t);
static int (*next_memalign)(void **, size_t, size_t);
static void (*next_free)(void *);

/* What dlsym() itself takes before it has found the others. */
static char early[1 << 16];
static size_t n_early;

static bool is_early(const void *block) {
  return (const char *)block >= early && (const char *)block < early + sizeof early;
}

static void *take_early(size_t size) {
  void *block = early + n_early;
  n_early += (size + 15) / 16 * 16;
  return n_early <= sizeof early ? block : NULL;
}

static void find(void) {
  static bool is_finding;
  if (next_free || is_finding) return;
  is_finding = true;
  *(void **)&next_malloc = dlsym(RTLD_NEXT, "malloc");
  *(void **)&next_calloc = dlsym(RTLD_NEXT, "calloc");
  *(void **)&next_realloc = dlsym(RTLD_NEXT, "realloc");
  *(void **)&next_aligned = dlsym(RTLD_NEXT, "aligned_alloc");
  *(void **)&next_memalign = dlsym(RTLD_NEXT, "posix_memalign");
  *(void **)&next_free = dlsym(RTLD_NEXT, "free");
}

static _Atomic uint64_t n_calls;
static uint64_t fail_at;
static bool is_on;
static const char *spared = "", *count_path;

static void write_count(void) {
  is_on = false;
  FILE *file = count_path ? fopen(count_path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%llu\n", (unsigned long long)n_calls);
  fclose(file);
}

__attribute__((constructor)) static void begin(void) {
  find();
  const char *at = getenv("FAIL_AT"), *names = getenv("FAIL_SPARE");
  if (!at) return;
  if (names) spared = names;
  count_path = getenv("FAIL_COUNT");
  fail_at = strtoull(at, NULL, 10);
  atexit(write_count);
  is_on = true;
}

/* Is it the library of this caller's that is spared? */
static bool is_spared(void *caller) {
  Dl_info info;
  if (!dladdr(caller, &info) || !info.dli_fname) return false;
  const char *slash = strrchr(info.dli_fname, '/'), *name = slash ? slash + 1 : info.dli_fname;
  for (const char *p = spared; *p;) {
    size_t n = strcspn(p, " ");
    if (n && strncmp(name, p, n) == 0) return true;
    p += n + (p[n] == ' ');
  }
  return false;
}

static bool fails(void *caller) {
  find();
  if (!is_on || is_spared(caller) || atomic_fetch_add(&n_calls, 1) + 1 != fail_at) return false;
  errno = ENOMEM;
  return true;
}

void *malloc(size_t size) {
  if (fails(__builtin_return_address(0))) return NULL;
  return next_malloc ? next_malloc(size) : take_early(size);
}
void *calloc(size_t n, size_t size) {
  if (fails(__builtin_return_address(0))) return NULL;
  return next_calloc ? next_calloc(n, size) : take_early(n * size);
}
void *realloc(void *old, size_t size) {
  if (fails(__builtin_return_address(0))) return NULL;
  return next_realloc(is_early(old) ? NULL : old, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
  return fails(__builtin_return_address(0)) ? NULL : next_aligned(alignment, size);
}
char *strdup(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = fails(__builtin_return_address(0)) ? NULL : next_malloc(size);
  return copy ? memcpy(copy, text, size) : NULL;
}
int posix_memalign(void **block, size_t alignment, size_t size) {
  return fails(__builtin_return_address(0)) ? ENOMEM : next_memalign(block, alignment, size);
}
void free(void *block) {
  if (block && !is_early(block)) next_free(block);
}
