# ./demo ends with what it promises. Only where its recordings are installed already.
# ctest-labels: data slow serial
# ctest-timeout: 600
set -u
[ -z "${R2NN_SANITIZE:-}" ] || { echo "skipped: the demo makes the release build"; exit 77; }
dpkg-query -W -f '${Status}\n' asterisk-core-sounds-en-wav 2>/dev/null | grep -q 'ok installed' ||
  { echo "skipped: the package asterisk-core-sounds-en-wav is not installed"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

"$R2NN_SOURCE/demo" "$work/out" >"$work/log" 2>&1 || { cat "$work/log"; echo "FAILED: ./demo"; exit 1; }
fail() { cat "$work/log"; echo "FAILED: $*"; exit 1; }
grep -q '<svg' "$work/out/landscape.svg" || fail "there is no picture"
[ -s "$work/out/vowels.json" ] || fail "there is no model"
# Ten numbers by the preset digits, where there is one; chance is one.
if [ -f "$R2NN_SOURCE/presets/digits.json" ] || [ -n "${R2NN_DIGITS:-}" ]; then
  grep -q '<svg' "$work/out/numbers.svg" || fail "there is no picture of the numbers"
  right=$(sed -n 's/^  10 events, \([0-9]*\) of 10 numbers right$/\1/p' "$work/log")
  [ "${right:-0}" -ge 6 ] || fail "${right:-none} of 10 numbers right"
fi
# Nine recordings are tested; chance is three.
right=$(sed -n 's/^  \([0-9]*\) of 9 right$/\1/p' "$work/log")
[ "${right:-0}" -ge 6 ] || fail "${right:-none} of 9 right"
echo "$right of 9 right"
