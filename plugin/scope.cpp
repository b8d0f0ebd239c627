/* The numbers that the audio thread shows to the window. */
#include "scope.h"

r2nn_scope::r2nn_scope()
    : sound{}, sound_count{0}, rate_hz{0}, envelope{}, n_nodes{0}, level_db{-200}, opens_db{-200}, is_open{false}, scores{},
      n_classes{0}, class_index{-1}, score{0}, margin{0}, playing{0}, n_refused{0}, last_{}, n_decisions_{0} {}

void r2nn_scope::write_decision(const r2nn_scope_decision &made) {
  uint32_t count = n_decisions_.load(std::memory_order_relaxed);
  slot &at = last_[count % decisions_size];
  at.start_s.store(made.start_s, std::memory_order_relaxed);
  at.end_s.store(made.end_s, std::memory_order_relaxed);
  at.score.store(made.score, std::memory_order_relaxed);
  at.margin.store(made.margin, std::memory_order_relaxed);
  at.class_index.store(made.class_index, std::memory_order_relaxed);
  at.generation.store(made.generation, std::memory_order_relaxed);
  n_decisions_.store(count + 1, std::memory_order_release);
}

uint32_t r2nn_scope::decisions(r2nn_scope_decision made[decisions_size], uint32_t *count) const {
  uint32_t total = n_decisions_.load(std::memory_order_acquire);
  uint32_t n = total < decisions_size ? total : decisions_size;
  for (uint32_t i = 0; i < n; i++) {
    const slot &at = last_[(total - n + i) % decisions_size];
    made[i] = {at.start_s.load(std::memory_order_relaxed),     at.end_s.load(std::memory_order_relaxed),
               at.class_index.load(std::memory_order_relaxed), at.score.load(std::memory_order_relaxed),
               at.margin.load(std::memory_order_relaxed),      at.generation.load(std::memory_order_relaxed)};
  }
  *count = total;
  return n;
}
