# Every public header compiles alone, as C11 and as C++17, under strict warnings.
# ctest-labels: build
set -u
cc=${R2NN_CC:-cc} cxx=${R2NN_CXX:-c++}
include=$R2NN_SOURCE/engine/include
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

command -v "$cxx" >/dev/null 2>&1 || { echo "skipped: there is no C++ compiler"; exit 77; }
strict="-Wall -Wextra -Wpedantic -pedantic-errors -Werror -Wshadow -Wundef -Wcast-qual -Wconversion -fsyntax-only"
failed=0 count=0

check() { # check HEADER: twice in one file, so that the include guard is seen too
  printf '#include "%s"\n#include "%s"\nint r2nn_probe;\n' "$1" "$1" >"$work/probe.c"
  cp "$work/probe.c" "$work/probe.cc"
  "$cc" -std=c11 $strict -Wstrict-prototypes -I"$2" "$work/probe.c" || { echo "as C11: $1"; return 1; }
  "$cxx" -std=c++17 $strict -Wold-style-cast -I"$2" "$work/probe.cc" || { echo "as C++17: $1"; return 1; }
}

# The check itself must be able to fail.
printf '#define GOOD 1\nint r2nn_bad(size_t n);\n' >"$work/bad.h"
if check bad.h "$work" >/dev/null 2>&1; then
  echo "a header that needs another one before it was let through"
  exit 1
fi

for header in "$include"/r2nn/*.h; do
  count=$((count + 1))
  check "r2nn/$(basename "$header")" "$include" || failed=$((failed + 1))
done
[ $count -gt 0 ] || { echo "no headers found in $include/r2nn"; exit 1; }
echo "$count headers, $failed failed"
[ $failed -eq 0 ]
