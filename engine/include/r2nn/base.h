/* What every room shares: version, status codes, error text, the real-time mark and the worker hook. */
#ifndef R2NN_BASE_H
#define R2NN_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Marks a function the audio thread may call: it never allocates, locks, logs, waits or fails.
 * Clang 20 checks the mark; tests/test_realtime checks the objects of engine/rt with nm. */
#if defined(__clang__) && __clang_major__ >= 20 && !defined(__cplusplus)
#define R2NN_RT __attribute__((nonblocking))
#else
#define R2NN_RT
#endif

#if defined(__GNUC__) || defined(__clang__)
#define R2NN_PRINTF(format_index, first_argument) __attribute__((format(printf, format_index, first_argument)))
#else
#define R2NN_PRINTF(format_index, first_argument)
#endif

/* What a function answers. R2NN_OK is 0; every other value comes with a filled r2nn_error. */
typedef enum r2nn_status {
  R2NN_OK = 0,
  R2NN_NO_MEMORY,    /* an allocation failed */
  R2NN_BAD_ARGUMENT, /* the caller's value is out of its stated range */
  R2NN_BAD_MODEL,    /* a model text or structure breaks its format or bounds */
  R2NN_UNSTABLE,     /* the circuit has a growing or an undamped mode */
  R2NN_BAD_DATA      /* the recordings cannot be used as asked */
} r2nn_status;

/* One line for the user: what is wrong, where, what would be right. UTF-8, no newline. */
typedef struct r2nn_error {
  char text[512];
} r2nn_error;

/* The project's version, "major.minor.patch". Any thread. */
const char *r2nn_version(void);

/* A short English name of a status, never NULL. Any thread. */
const char *r2nn_strerror(r2nn_status status);

/* Write the formatted line into error (may be NULL) and return status. Truncates at 511 bytes. Any thread. */
r2nn_status r2nn_fail(r2nn_error *error, r2nn_status status, const char *format, ...) R2NN_PRINTF(3, 4);
#ifdef __clang_analyzer__ /* which looks at one file at a time */
#define r2nn_fail(error, status, ...) ((void)r2nn_fail(error, status, __VA_ARGS__), (status))
#endif

/* How the engine gets parallel work done without starting threads itself: run() calls task(argument, i) once for every
 * i in 0..n_tasks-1, on any threads in any order, and returns when all are done. A NULL workers pointer or a NULL run
 * means one after the other in the caller. Results never depend on which thread ran what. */
typedef struct r2nn_workers {
  void (*run)(void *context, uint32_t n_tasks, void (*task)(void *argument, uint32_t index), void *argument);
  void *context;
} r2nn_workers;

/* Run tasks through workers, or in the calling thread. Main thread. */
void r2nn_workers_run(const r2nn_workers *workers, uint32_t n_tasks, void (*task)(void *argument, uint32_t index), void *argument);

#ifdef __cplusplus
}
#endif
#endif
