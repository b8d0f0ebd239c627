# cppcheck finds nothing in the engine and the hosts but what tests/cppcheck.supp explains.
# ctest-labels: lint
# ctest-timeout: 600
set -u
cd "$R2NN_SOURCE" || exit 1
command -v cppcheck >/dev/null || { echo "skipped: there is no cppcheck"; exit 77; }
found=$(mktemp) || exit 1
trap 'rm -f "$found"' EXIT
cppcheck --enable=warning,performance,portability --std=c11 --quiet --error-exitcode=1 -j 2 -Iengine/include -Iengine -Ihosts \
  --suppressions-list=tests/cppcheck.supp engine hosts 2>"$found" || {
  cat "$found"
  exit 1
}
echo "$(find engine hosts -name '*.c' | wc -l) files are clean"
