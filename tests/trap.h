/* A trap for an audio thread: while is_audio is set in a thread, what it allocates and locks is counted, and after
 * forbid_system_calls() a system call ends the program. Included by a test's only source file. */
#ifndef R2NN_TESTS_TRAP_H
#define R2NN_TESTS_TRAP_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

static _Thread_local bool is_audio;
static _Atomic uint32_t n_calls; /* forbidden ones */

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && defined(__GLIBC__)
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

static void note_call(void) {
  if (is_audio) atomic_fetch_add(&n_calls, 1);
}

/* These stand before the C library's own. */
void *malloc(size_t size) {
  note_call();
  return __libc_malloc(size);
}
void *calloc(size_t n, size_t size) {
  note_call();
  return __libc_calloc(n, size);
}
void *realloc(void *old, size_t size) {
  note_call();
  return __libc_realloc(old, size);
}
void free(void *old) {
  note_call();
  __libc_free(old);
}

static int (*lock_of_libc)(pthread_mutex_t *);
int pthread_mutex_lock(pthread_mutex_t *mutex) {
  note_call();
  return lock_of_libc ? lock_of_libc(mutex) : 0;
}

#include <dlfcn.h>
__attribute__((constructor)) static void find_lock(void) {
  *(void **)&lock_of_libc = dlsym(RTLD_NEXT, "pthread_mutex_lock");
}

/* From here on any system call of this thread ends the program. */
static bool forbid_system_calls(void) {
  struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
  struct sock_fprog filter = {1, all};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}
static const bool is_trapped = true;
#else
static bool forbid_system_calls(void) {
  return false;
}
static const bool is_trapped = false;
#endif

/* The clock without a system call. */
static double now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now); /* in the vDSO */
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
