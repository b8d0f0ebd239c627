# r2nn circuit: what it writes, what it refuses, and that nothing is left of what fails.
# ctest-labels: io
# ctest-timeout: 300
set -u
. "$(dirname "$0")/sounds.sh"
presets=$R2NN_SOURCE/presets

cat >small.json <<'END'
{ "format": "r2nn-model", "version": 1, "name": "small", "classes": ["low", "high"],
  "input": { "channels": 1, "remove_mean": true, "highpass_hz": 100 },
  "stages": [ { "nodes": [ { "d": 1e-11, "c": 5e-9, "g": 1e-4 }, { "d": 3e-12, "c": 3e-9, "g": 1e-4 } ],
    "couplings": [ [0, 1, -1e-5] ], "inputs": [ [0, 0, 2e-5], [1, 0, 2e-5] ], "outputs": [0, 1] } ],
  "head": { "kind": "energy" } }
END

# All files, and the netlist names every part of the list.
expect 0 circuit small.json -o board --opamp TL074 --series E24
for file in net.cir stimulus.txt bom.csv map.csv schematic.svg stimulus.wav expected.wav README.md; do
  [ -s board/$file ] || fail "board/$file is missing or empty"
done
[ -s out ] && fail "something on stdout"
head -1 board/bom.csv | grep -qx 'reference,value,unit,series,tolerance,count,role' || fail "head of bom.csv"
head -1 board/map.csv | grep -qx 'field,unit,model,built,deviation_percent,parts,note' || fail "head of map.csv"
grep -q '^stages\[0\].couplings\[0\],S,' board/map.csv || fail "map.csv lacks the coupling"
for part in $(tail -n +2 board/bom.csv | cut -d, -f1); do
  grep -Eq "^X?$part " board/net.cir || fail "net.cir lacks $part"
done
LC_ALL=C awk -F, 'NR > 1 && $3 == "ohm" { m = $2; while (m >= 100) m /= 10; while (m < 9.9999) m *= 10
  if (m - int(m + 1e-9) > 1e-6) exit 1 }' board/bom.csv || fail "E24 has two digits"
grep -q 'TL074' board/README.md || fail "README.md does not name the op-amp"
grep -q ' mA from each' board/README.md || fail "README.md does not tell the current"
grep -q '<svg' board/schematic.svg || fail "schematic.svg is none"
ls board.* >/dev/null 2>&1 && fail "a temporary folder is left"

# A folder that is there is kept, unless -f; what else is in it stays.
expect 1 circuit small.json -o board; one_line; says 'board: exists; -f overwrites'
echo mine >board/notes; echo old >board/net.cir
expect 0 circuit small.json -o board -f
grep -q mine board/notes || fail "-f took a file of the user"
grep -q old board/net.cir && fail "-f did not overwrite"

# Wrong use and bad input: one line, and no folder.
expect 2 circuit small.json; says 'give -o DIR'
expect 2 circuit -o x; says 'one MODEL'
expect 2 circuit small.json -o x --series E48; one_line; says 'E24 or E96'
expect 2 circuit small.json -o x --scale 3; one_line; says '--scale'
expect 2 circuit small.json -o x --opamp TL999; one_line; says '"TL999" is not known; there are ideal, .*NE5532'
expect 2 circuit small.json -o x --opamp ./none.json; one_line; says 'none.json'
echo '{"format":"r2nn-parts","version":1,"opamp":{"gbw_hz":-1}}' >bad.json
expect 2 circuit small.json -o x --opamp ./bad.json; one_line; says 'opamp.gbw_hz: must be'
expect 2 circuit small.json -o x --clips set; says 'goes with --verify'
expect 2 circuit small.json -o x --count 0; says '--count'
expect 1 circuit none.json -o x; one_line; says 'none.json'
expect 1 circuit small.json -o nowhere/x; one_line; says 'nowhere/x: No such file'
touch file
expect 1 circuit small.json -o file -f; one_line; says 'is a file; a folder is wanted'
if [ "$(id -u)" != 0 ]; then
  mkdir locked; chmod 500 locked
  expect 1 circuit small.json -o locked/x; one_line; says 'Permission denied'
fi
sed 's/"law"/"law"/; s/\[0, 1, -1e-5\]/[0, 1, -9e-5]/' small.json >unstable.json
expect 1 circuit unstable.json -o x; one_line; says 'unstable'
[ -e x ] && fail "a refused circuit left a folder"
ls -d x.* >/dev/null 2>&1 && fail "a refused circuit left a temporary folder"

# What cannot be built is said.
sed 's/"outputs": \[0, 1\]/"outputs": [0, 1], "law": "bandpass"/' small.json >law.json
expect 0 circuit law.json -o law; says 'cannot be built'
grep -q 'stages\[0\].law: bandpass is not built' law/README.md || fail "README.md does not say what is missing"

# Every preset can be written down.
for preset in paper-grid vowels fan; do
  expect 0 circuit "$presets/$preset.json" -o "$preset" --quiet
  [ -s $preset/schematic.svg ] || fail "no schematic of $preset"
done

if command -v ngspice >/dev/null; then
  # The netlist runs as it is, and --verify agrees.
  (cd board && ngspice -n -b net.cir >log 2>&1; [ -s result.txt ] && [ -s response.txt ]) || fail "net.cir does not run"
  expect 0 circuit small.json -o verified --verify --format json
  prints '^\{"waveform_error": [0-9.e-]+, "response_error": [0-9.e-]+, "decisions_compared": 1, "decisions_equal": 1, '
  LC_ALL=C awk -F'[:,]' '{ exit !($2 < 1e-3 && $4 < 1e-3) }' out || fail "errors are too large: $(cat out)"
  # Recordings through both, several at a time.
  two_tones
  expect 0 circuit small.json -o tones --verify --clips set --count 3 --jobs 3 --format json
  prints '"decisions_compared": 3, "decisions_equal": 3, '
  expect 1 circuit small.json -o stereo --verify --clips nowhere; one_line; says 'nowhere'
  [ -e stereo ] && fail "a missing data set left a folder"
  # A signal leaves nothing.
  mkdir temporary
  TMPDIR=$work/temporary "$R2NN" circuit "$presets/vowels.json" -o killed --verify >/dev/null 2>&1 &
  child=$!
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    ls -d temporary/r2nn-* >/dev/null 2>&1 && break
    sleep 0.5
  done
  sleep 0.3
  kill $child; wait $child 2>/dev/null
  ls -d temporary/r2nn-* killed* >/dev/null 2>&1 && fail "a signal left $(ls -d temporary/* killed* 2>/dev/null)"
  # Without ngspice it says what to install.
  mkdir bin; for tool in cat; do ln -s "$(command -v $tool)" bin/; done
  (PATH=$work/bin; "$R2NN" circuit small.json -o y --verify) >out 2>err && fail "--verify without ngspice went well"
  grep -q 'apt-get install ngspice' err || fail "no hint about ngspice"
  [ -e y ] && fail "--verify without ngspice left a folder"
  if [ -d "$R2NN_SHARED/data/speech-vowels" ] && [ "${R2NN_SOAK:-0}" = 1 ]; then
    expect 0 circuit "$presets/paper-grid.json" -o clips --verify --clips "$R2NN_SHARED/data/speech-vowels/manifest-3.csv" --count 2 --format json
    prints '"decisions_compared": 2, "decisions_equal": 2'
  fi
else
  echo "skipped: what ngspice says, it is not installed"
fi
finish
