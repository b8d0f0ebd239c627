/* An allocator that fails when told to. The linker puts it in front of the engine's calls (--wrap, in tests/CMakeLists.txt), and
 * Jansson is given it; what is taken while a case runs and not given back is found. Included by a test's only source file, which
 * runs on one thread. */
#ifndef R2NN_TESTS_FAILING_H
#define R2NN_TESTS_FAILING_H

#include "r2nn/base.h"
#include "unit.h"

#include <errno.h>
#include <fftw3.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
  bool is_on, is_shown;
  uint64_t result;            /* what the case has told of its results, hashed */
  uint64_t n_calls, fails_at; /* the fails_at-th call since it was switched on fails, counted from 1 */
  void *taken[1 << 17];       /* what has not been given back, by hash; NULL: free, GONE: was taken */
  uint32_t n_taken;
} failing;
#define GONE ((void *)&failing)

static uint32_t failing_place(const void *block) {
  return (uint32_t)(((uintptr_t)block >> 4) * 2654435761u) & (sizeof failing.taken / sizeof *failing.taken - 1);
}

static void *failing_note(void *block) {
  if (!block || !failing.is_on) return block;
  uint32_t i = failing_place(block);
  while (failing.taken[i] && failing.taken[i] != GONE) i = (i + 1) & (sizeof failing.taken / sizeof *failing.taken - 1);
  failing.taken[i] = block;
  if (++failing.n_taken > sizeof failing.taken / sizeof *failing.taken / 2) fail_msg("more blocks than the test has room for");
  return block;
}

static void failing_forget(const void *block) {
  if (!block || !failing.is_on) return;
  uint32_t i = failing_place(block);
  while (failing.taken[i] && failing.taken[i] != block) i = (i + 1) & (sizeof failing.taken / sizeof *failing.taken - 1);
  if (!failing.taken[i]) return; /* taken by the C library */
  failing.taken[i] = GONE;
  failing.n_taken--;
}

void __sanitizer_print_stack_trace(void) __attribute__((weak)); /* there is one in a sanitizer's build */

static bool failing_now(void) {
  if (!failing.is_on || ++failing.n_calls != failing.fails_at) return false;
  if (failing.is_shown && __sanitizer_print_stack_trace) __sanitizer_print_stack_trace();
  errno = ENOMEM;
  return true;
}

#define WRAP(result, name, parameters, arguments)                                                                                  \
  result __real_##name parameters;                                                                                                 \
  result __wrap_##name parameters;                                                                                                 \
  result __wrap_##name parameters {                                                                                                \
    return failing_now() ? NULL : failing_note(__real_##name arguments);                                                           \
  }
WRAP(void *, malloc, (size_t size), (size))
WRAP(void *, calloc, (size_t n, size_t size), (n, size))
WRAP(void *, aligned_alloc, (size_t alignment, size_t size), (alignment, size))
WRAP(char *, strdup, (const char *text), (text))
#undef WRAP
#define WRAP(result, name, parameters, arguments)                                                                                  \
  result __real_##name parameters;                                                                                                 \
  result __wrap_##name parameters;                                                                                                 \
  result __wrap_##name parameters {                                                                                                \
    return failing_now() ? NULL : __real_##name arguments;                                                                         \
  }
WRAP(void *, fftw_malloc, (size_t size), (size))
WRAP(double *, fftw_alloc_real, (size_t n), (n))
WRAP(fftw_complex *, fftw_alloc_complex, (size_t n), (n))
WRAP(FILE *, open_memstream, (char **text, size_t *size), (text, size))
#undef WRAP

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size) {
  if (failing_now()) return NULL;
  failing_forget(old);
  return failing_note(__real_realloc(old, size));
}

void __real_free(void *block);
void __wrap_free(void *block);
void __wrap_free(void *block) {
  failing_forget(block);
  __real_free(block);
}

/* Jansson's. Its buffer for a string, 32, 64, 256... bytes or long, forgets characters where it cannot grow (2.14): that is not for
 * us to mend, so it may always grow. */
static inline void *failing_json(size_t size) {
  bool is_buffer = size >= 32 && ((size & (size - 1)) == 0 || size > 200) && size != 128; /* 128: a table of fields */
  return is_buffer ? __real_malloc(size) : __wrap_malloc(size);
}

/* For cases to tell what has come out: it is to be the same whenever they manage. */
static inline void failing_tell(const char *text) {
  for (; text && *text; text++) failing.result = (failing.result ^ (uint8_t)*text) * 1099511628211u;
}

/* What a case does: everything that it makes is gone when it returns, whatever it returns. */
typedef r2nn_status (*failing_case)(const void *given, r2nn_error *error);

/* What is wrong about the k-th allocation failing, or NULL. */
static inline const char *failing_once(failing_case run, const void *given, uint64_t k, r2nn_status *status, r2nn_error *error) {
  static uint64_t wanted;
  memset(failing.taken, 0, sizeof failing.taken);
  *error = (r2nn_error){""};
  failing.n_taken = 0;
  failing.n_calls = failing.result = 0;
  failing.fails_at = k; /* 0: none */
  failing.is_on = true;
  *status = run(given, error);
  failing.is_on = false;
  if (failing.n_taken) return "blocks are lost";
  if (k == 0) wanted = failing.result;
  if (*status == R2NN_OK) return failing.result == wanted ? NULL : "another result";
  if (k == 0 || *status != R2NN_NO_MEMORY) return "another error";
  return error->text[0] && !strchr(error->text, '\n') ? NULL : "not one line";
}

/* Run a case with the first, the second, ... allocation failing (by strides where there are more than most_runs; every one in a
 * soak). It may manage without; otherwise it says in one line that there is no memory, and holds none. Where it does not, a
 * sanitizer's build shows whose allocation it was. */
static inline void failing_in_turn(const char *what, failing_case run, const void *given, uint64_t most_runs) {
  const char *soak = getenv("R2NN_SOAK");
  r2nn_status status;
  r2nn_error error;
  const char *wrong = failing_once(run, given, 0, &status, &error);
  if (wrong) fail_msg("%s: %s: %s, %u blocks lost", what, wrong, error.text, failing.n_taken);
  uint64_t n_all = failing.n_calls, step = soak && soak[0] == '1' ? 1 : (n_all + most_runs - 1) / most_runs;
  uint32_t n_runs = 0, n_managed = 0, n_wrong = 0;
  assert_true(n_all > 0);
  for (uint64_t k = 1; k <= n_all; k += step, n_runs++) {
    wrong = failing_once(run, given, k, &status, &error);
    n_managed += status == R2NN_OK;
    if (!wrong) continue;
    print_message("%s, allocation %llu: %s: %s: \"%s\", %u blocks lost\n", what, (unsigned long long)k, wrong,
                  r2nn_strerror(status), error.text, failing.n_taken);
    n_wrong++;
    failing.is_shown = true;
    failing_once(run, given, k, &status, &error);
    failing.is_shown = false;
  }
  print_message("%-28s %6llu allocations, %5u failed in turn, %u managed without\n", what, (unsigned long long)n_all, n_runs,
                n_managed);
  if (n_wrong) fail_msg("%s: %u of %u times", what, n_wrong, n_runs);
}

#endif
