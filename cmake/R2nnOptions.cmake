# What a user may choose, besides the R2NN_<LIBRARY> switches of R2nnLibraries.cmake.

option(R2NN_WERROR "Treat warnings as errors, with the compilers that were tried: gcc up to 12, clang up to 14" OFF)
option(R2NN_BENCH "Build the benchmarks in tests/bench" ${PROJECT_IS_TOP_LEVEL})
option(R2NN_SOAK "Let the tests run their long soaks" OFF)
option(R2NN_FUZZERS "Build the fuzzers in tests/fuzz; needs clang and its libFuzzer" OFF)
set(R2NN_FUZZ_SECONDS 10 CACHE STRING "Seconds that ctest lets each fuzzer run; 0 replays its corpus alone")
set(R2NN_SHARED ${PROJECT_SOURCE_DIR}/../shared CACHE PATH "Folder with optional data (data/) that some tests use; they skip without it")
set(R2NN_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=: address,undefined or thread")
