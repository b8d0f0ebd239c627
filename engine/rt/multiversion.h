/* R2NN_MULTIVERSION compiles a function for several instruction sets; the loader picks the best one of this machine. */
#ifndef R2NN_RT_MULTIVERSION_H
#define R2NN_RT_MULTIVERSION_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__ELF__) && !defined(R2NN_NO_MULTIVERSION)
#define R2NN_MULTIVERSION __attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#else
#define R2NN_MULTIVERSION
#endif

#endif
