# r2nn_strict: how every file of ours is compiled. Linked PRIVATE; users of the libraries see nothing of it.

add_library(r2nn_strict INTERFACE)

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON) # gnu17: vector types

# Newer compilers find new things to warn about; they must not keep anybody from building.
set(werror OFF)
if(R2NN_WERROR AND ((CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_C_COMPILER_VERSION VERSION_LESS 13) OR
                    (CMAKE_C_COMPILER_ID STREQUAL "Clang" AND CMAKE_C_COMPILER_VERSION VERSION_LESS 15)))
  set(werror ON)
endif()

target_compile_options(r2nn_strict INTERFACE
  -Wall -Wextra -Wpedantic -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla -Wundef
  -Wformat=2 -Wpointer-arith -Wcast-qual -Wwrite-strings
  # A type and a variable of it may share a name in one file: gcc counts that as shadowing unless told to look at locals alone.
  $<IF:$<C_COMPILER_ID:GNU>,-Wshadow=local,-Wshadow>
  # clang, unlike gcc, takes a format handed on to vfprintf for one that nobody checks.
  $<$<C_COMPILER_ID:Clang>:-Wno-format-nonliteral>
  $<$<BOOL:${werror}>:-Werror>
  # What results do not depend on: nobody reads errno or the floating-point traps. Never -ffast-math.
  -fno-math-errno -fno-trapping-math)

# Vectors wider than the base instruction set are only passed between functions of one file.
target_compile_options(r2nn_strict INTERFACE -Wno-psabi)

# glibc gives C11's CMPLX to gcc alone; clang has what it is made of.
include(CheckCSourceCompiles)
check_c_source_compiles("#include <complex.h>\nint main(void) { return (int)creal(CMPLX(0.0, 1.0)); }" R2NN_HAVE_CMPLX)
if(NOT R2NN_HAVE_CMPLX)
  target_compile_options(r2nn_strict INTERFACE
    "-DCMPLX(x,y)=__builtin_complex((double)(x),(double)(y))" "-DCMPLXF(x,y)=__builtin_complex((float)(x),(float)(y))")
endif()

if(R2NN_SANITIZE)
  target_compile_options(r2nn_strict INTERFACE -fsanitize=${R2NN_SANITIZE} -fno-omit-frame-pointer -g)
  if(NOT R2NN_SANITIZE MATCHES "thread")
    target_compile_options(r2nn_strict INTERFACE -fno-sanitize-recover=all)
  endif()
  target_link_options(r2nn_strict INTERFACE -fsanitize=${R2NN_SANITIZE})
endif()
if(R2NN_FUZZERS)
  target_compile_options(r2nn_strict INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(R2NN_SANITIZE OR R2NN_FUZZERS)
  # The resolvers of multiversioned functions run before the sanitizers are ready.
  target_compile_definitions(r2nn_strict INTERFACE R2NN_NO_MULTIVERSION)
endif()
