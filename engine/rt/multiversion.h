/* R2NN_MULTIVERSION compiles a function for several instruction sets; the loader picks the best one of this machine.
 * R2NN_INLINE is for what such a function is made of, so that it is compiled for the same ones. */
#ifndef R2NN_RT_MULTIVERSION_H
#define R2NN_RT_MULTIVERSION_H

/* By feature level, not by CPU name: a name matches one maker's processors only. gcc knows the levels from version 12 on. */
#if defined(__x86_64__) && defined(__GNUC__) && __GNUC__ >= 12 && !defined(__clang__) && defined(__ELF__) &&                       \
    !defined(R2NN_NO_MULTIVERSION)
#define R2NN_MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define R2NN_MULTIVERSION
#endif

#define R2NN_INLINE static inline __attribute__((always_inline))

#endif
