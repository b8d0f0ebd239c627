# cppcheck and clang-tidy find nothing in the engine and the hosts but what tests/cppcheck.supp and .clang-tidy explain; nothing starts
# a shell, and every format is a literal but where one is handed on.
# ctest-labels: lint
# ctest-timeout: 600
set -u
cd "$R2NN_SOURCE" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
fail() {
  echo "FAILED: $*"
  failed=1
}

grep -nE '\b(system|popen|execlp|execvp|wordexp)[[:space:]]*\(' -r engine hosts plugin --include='*.[ch]' --include='*.[ch]pp' >"$work/shell" && fail "what may start a shell: $(cat "$work/shell")"
# gcc and clang warn of formats that are no literals, in all but functions declared as handing one on: those are few.
[ "$(grep -nE '\bv(asprintf|s?n?f?printf)\(' -r engine hosts --include='*.[ch]' | wc -l)" -le 20 ] || fail "many places hand on a format"

if command -v cppcheck >/dev/null; then
  cppcheck --enable=warning,performance,portability --std=c11 --quiet --error-exitcode=1 -j 2 -Iengine/include -Iengine -Ihosts \
    --suppressions-list=tests/cppcheck.supp engine hosts 2>"$work/found" || fail "cppcheck: $(cat "$work/found")"
  echo "cppcheck: $(git ls-files 'engine/*.c' 'hosts/*.c' | wc -l) files"
else
  echo "not tried: there is no cppcheck"
fi

# The list of how files are compiled, without what clang does not know; which warnings there are is the builds' business.
if command -v clang-tidy >/dev/null && [ -f "$R2NN_BUILD/compile_commands.json" ]; then
  sed -e 's/ -W[a-z][a-z0-9=-]*//g' -e 's/ -fcx-limited-range//g' "$R2NN_BUILD/compile_commands.json" >"$work/compile_commands.json"
  grep -o '"file": "[^"]*/\(engine\|hosts\)/[^"]*\.c"' "$work/compile_commands.json" | cut -d'"' -f4 | sort -u |
    xargs -P "$(nproc)" -n 8 clang-tidy -quiet -p "$work" --extra-arg=-Wno-everything \
      --extra-arg='-DCMPLX(x,y)=__builtin_complex((double)(x),(double)(y))' >"$work/found" 2>/dev/null
  grep -q 'error:' "$work/found" && fail "clang-tidy: $(grep -A2 'error:' "$work/found")"
  echo "clang-tidy: done"
else
  echo "not tried: there is no clang-tidy"
fi
[ $failed = 0 ] && echo passed
exit $failed
