/* A pool of threads that serves r2nn_workers. */
#include "workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_JOBS = 256 };

struct workers {
  r2nn_workers hook;
  uint32_t n_jobs, n_threads; /* n_threads were started: n_jobs - 1 */
  pthread_t threads[MAX_JOBS];
  pthread_mutex_t lock;
  pthread_cond_t work_came, work_done;
  /* Under the lock: */
  void (*task)(void *argument, uint32_t index);
  void *argument;
  uint32_t n_tasks, n_taken, n_finished;
  bool leave;
};

static _Thread_local bool inside_task;

/* Take and run tasks until none is left. Called and left with the lock held. */
static void run_tasks(workers *self) {
  while (self->n_taken < self->n_tasks) {
    uint32_t index = self->n_taken++;
    pthread_mutex_unlock(&self->lock);
    self->task(self->argument, index);
    pthread_mutex_lock(&self->lock);
    if (++self->n_finished == self->n_tasks) pthread_cond_signal(&self->work_done);
  }
}

static void *thread_main(void *context) {
  workers *self = context;
  inside_task = true;
  pthread_mutex_lock(&self->lock);
  while (!self->leave) {
    run_tasks(self);
    if (!self->leave) pthread_cond_wait(&self->work_came, &self->lock);
  }
  pthread_mutex_unlock(&self->lock);
  return NULL;
}

static void pool_run(void *context, uint32_t n_tasks, void (*task)(void *argument, uint32_t index), void *argument) {
  workers *self = context;
  if (inside_task || self->n_threads == 0 || n_tasks < 2) {
    for (uint32_t i = 0; i < n_tasks; i++) task(argument, i);
    return;
  }
  pthread_mutex_lock(&self->lock);
  self->task = task;
  self->argument = argument;
  self->n_taken = self->n_finished = 0;
  self->n_tasks = n_tasks;
  pthread_cond_broadcast(&self->work_came);
  inside_task = true;
  run_tasks(self);
  inside_task = false;
  while (self->n_finished < self->n_tasks) pthread_cond_wait(&self->work_done, &self->lock);
  self->n_tasks = self->n_taken = 0;
  pthread_mutex_unlock(&self->lock);
}

workers *workers_new(uint32_t n_jobs) {
  if (n_jobs == 0) {
    long n_processors = sysconf(_SC_NPROCESSORS_ONLN);
    n_jobs = n_processors > 0 ? (uint32_t)n_processors : 1;
  }
  workers *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->hook = (r2nn_workers){pool_run, self};
  self->n_jobs = n_jobs < MAX_JOBS ? n_jobs : MAX_JOBS;
  pthread_mutex_init(&self->lock, NULL);
  pthread_cond_init(&self->work_came, NULL);
  pthread_cond_init(&self->work_done, NULL);

  /* Signals go to the main thread. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (self->n_threads + 1 < self->n_jobs && pthread_create(&self->threads[self->n_threads], NULL, thread_main, self) == 0)
    self->n_threads++;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return self;
}

void workers_free(workers *self) {
  if (!self) return;
  pthread_mutex_lock(&self->lock);
  self->leave = true;
  pthread_cond_broadcast(&self->work_came);
  pthread_mutex_unlock(&self->lock);
  for (uint32_t i = 0; i < self->n_threads; i++) pthread_join(self->threads[i], NULL);
  pthread_cond_destroy(&self->work_came);
  pthread_cond_destroy(&self->work_done);
  pthread_mutex_destroy(&self->lock);
  free(self);
}

const r2nn_workers *workers_hook(const workers *self) {
  return &self->hook;
}
uint32_t workers_n_jobs(const workers *self) {
  return self->n_jobs;
}
