# Trimmers and polarity, over a real JACK server: a board whose parts are off is measured, its trimmers are turned as refit says, and
# then it decides right; boards of several channels, and with inverted outputs, are what identify finds.
# ctest-labels: io slow serial ctest-timeout: 400
set -u
. "$(dirname "$0")/boards.sh"
json() { LC_ALL=C sed "s/.*\"$1\": \([-0-9.e]*\).*/\1/" out; } # KEY: the first number of that name

# Two resonators a tenth apart, Q 20, and six speakers who say one tone or the other.
LC_ALL=C awk 'BEGIN {
  print "{ \"format\": \"r2nn-model\", \"version\": 1, \"name\": \"two close tones\", \"classes\": [\"high\", \"low\"],"
  print "  \"input\": { \"channels\": 1, \"trained_rate_hz\": 8000, \"remove_mean\": false },"
  printf "  \"stages\": [ { \"topology\": \"bank:2\", \"nodes\": ["
  k = 1.1e-4; split("880 800", hz, " ")
  for (i = 1; i <= 2; i++) {
    w = 6.283185307179586 * hz[i]
    printf "%s{ \"d\": %.12g, \"c\": %.12g, \"g\": 1e-4 }", (i == 2 ? ", " : ""), k / (w * w), k / w / 20
  }
  print "], \"couplings\": [], \"inputs\": [[0, 0, 1e-5], [1, 0, 1e-5]], \"outputs\": [0, 1], \"law\": \"identity\" } ],"
  print "  \"readout\": { \"mode\": \"file\", \"energy\": \"square\", \"scale\": \"log\" },"
  print "  \"head\": { \"kind\": \"energy\", \"sharpness\": 2 }, \"decision\": { \"margin\": 0 } }"
}' >close.json
echo 'path,label,group,split' >set.csv
for speaker in 1 2 3 4 5 6; do
  tone low$speaker.wav 8000 0.15 $((794 + 2 * speaker))
  tone high$speaker.wav 8000 0.15 $((874 + 2 * speaker))
  [ $speaker -lt 4 ] && part=train || part=test
  echo "low$speaker.wav,low,s$speaker,$part" >>set.csv
  echo "high$speaker.wav,high,s$speaker,$part" >>set.csv
done

# What the builder gets: a fixed resistor and a trimmer for each, the same in every list, and a netlist of the same values.
expect 0 circuit close.json -o plain
expect 0 circuit close.json -o folder --trims ground,fdnr:20
head -1 folder/trims.csv | grep -qx 'part,field,ohm,low_ohm,high_ohm,set_ohm,value' || fail "head of trims.csv"
[ "$(wc -l <folder/trims.csv)" = 5 ] || fail "not four trimmers: $(cat folder/trims.csv)"
LC_ALL=C awk -F, 'NR > 1 && ($4 > 0.8 * $3 || $5 < 1.2 * $3 || $6 != $3) { exit 1 }' folder/trims.csv || fail "a trimmer does not turn by 20 %"
for part in $(tail -n +2 folder/trims.csv | cut -d, -f1); do
  grep -q "\\b$part\\b" folder/bom.csv && grep -q "^$part " folder/net.cir && grep -q " $part" folder/map.csv || fail "lists lack $part"
done
grep -q '^## Trimmers' folder/README.md || fail "README.md says nothing of trimmers"
[ -e plain/trims.csv ] && fail "trims.csv without trimmers"
if command -v ngspice >/dev/null; then
  for name in plain folder; do (cd $name && ngspice -n -b net.cir >log 2>&1); done
  paste plain/response.txt folder/response.txt | LC_ALL=C awk '{ n = NF / 2; for (i = 1; i <= n; i++) if (($i - $(i + n)) ^ 2 > 1e-12) exit 1 }' ||
    fail "trimmers change the response"
fi
expect 2 circuit close.json -o x --trims ground,rx; one_line; says '"rx"'
expect 2 circuit close.json -o x --trims ground:60; one_line; says '--trims'

# A board that is off decides wrongly; turned as refit says it decides right.
start_board close.json --tolerance 10 --seed 2
expect 0 hardware refit -m close.json set.csv --device board --loopback 3 --tolerance 10 --trims folder/trims.csv --turned turned.csv -o trimmed.json --format json
before=$(json before)
[ "$(json ideal)" = 1.000000 ] || fail "the model itself: $(cat out)"
LC_ALL=C awk -v before="$before" 'BEGIN { exit !(before < 0.9) }' || fail "this board needs no trimmers: $before"
[ "$(json expected)" = 1.000000 ] || fail "nothing is expected of trimmers: $(cat out)"
LC_ALL=C awk -F, 'NR > 1 && ($6 < $4 || $6 > $5) { exit 1 }' turned.csv || fail "turned too far"
end_board
start_board close.json --tolerance 10 --seed 2 --trims turned.csv
expect 0 hardware verify trimmed.json --device board --loopback 3 --within 20
expect 0 hardware refit -m trimmed.json set.csv --device board --loopback 3 -o refitted.json --format json
[ "$(json before)" = 1.000000 ] || fail "the trimmed board: $(cat out)"
end_board

# Lists that are wrong, in one line.
expect 1 hardware refit -m close.json set.csv --device board --loopback 3 --turned x.csv -o y.json; says '--turned goes with --trims'
expect 1 hardware refit -m digits set.csv --device board --loopback 3 --trims folder/trims.csv -o y.json; one_line; says 'one linear stage'
sed 's/nodes\[1\]/nodes[9]/' folder/trims.csv >bad.csv
expect 1 hardware board close.json --trims bad.csv; one_line; says 'bad.csv: RT[0-9]+: the model has no stages\[0\].nodes\[9\]'
sed '2s/,[0-9.e+-]*,\([^,]*\)$/,1,\1/' folder/trims.csv >bad.csv
expect 1 hardware board close.json --trims bad.csv; one_line; says 'bad.csv: RT[0-9]+: is set to 1 ohm'
echo 'part,ohm' >bad.csv
expect 1 hardware board close.json --trims bad.csv; one_line; says 'bad.csv:1: no list of trimmers'
expect 0 circuit close.json -o other --trims ground --series E24 --scale 33000
expect 1 hardware board close.json --trims other/trims.csv; one_line; says 'not the trimmers of this circuit'

# Two channels, one of them into two nodes: found, verified channel by channel; not with its cables changed.
cat >two.json <<'END'
{ "format": "r2nn-model", "version": 1, "name": "two", "classes": ["a", "b", "c"],
  "input": { "channels": 2, "remove_mean": true, "highpass_hz": 50 },
  "stages": [ { "nodes": [ { "d": 1e-11, "c": 5e-9, "g": 1e-4 }, { "d": 3e-12, "c": 3e-9, "g": 1e-4 }, { "d": 6e-12, "c": 4e-9, "g": 1e-4 } ],
    "couplings": [ [0, 1, 1e-5] ], "inputs": [ [0, 0, 2e-5], [1, 1, 2e-5], [2, 1, 2e-5], [0, 1, 1e-5], [2, 0, 1e-5] ], "outputs": [0, 1, 2] } ],
  "head": { "kind": "energy" } }
END
tone vector.wav 48000 0.3 600 2
start_board two.json --tolerance 5 --seed 3 --fault invert:2
expect 0 hardware identify two.json --device board --loopback 4 -o found.json
says 'output 2 \(input 2\) is inverted; it is turned back here'
expect 0 hardware verify found.json --device board --loopback 4 --within 6
says 'output 2 \(input 2\) is inverted'
expect 0 hardware verify found.json --device board --loopback 4 --within 6 --vector vector.wav --inverted 2
grep -q inverted err && fail "what is known is told again: $(cat err)"
expect 1 hardware verify found.json --device board --loopback 4 --within 6 --vector vector.wav --out 2,1 --anyway
expect 1 hardware verify two.json --device board --loopback 4 --inverted 7; one_line; says '--inverted: the board has 3 outputs, not a number 7'
# The same through PortAudio, where it stands on JACK.
if "$R2NN" live --list 2>/dev/null | grep -q 'JACK.*board'; then
  expect 0 hardware latency --portaudio --device board --loopback 4 --repeat 2
  expect 0 hardware verify found.json --portaudio --device board --loopback 4 --within 6 --vector vector.wav
else
  echo "left out: this PortAudio has no JACK"
fi
end_board

# An output that a vector hardly drives is not judged by its noise: 200 Hz, 3 kHz, and a tone of 3 kHz. One that is wrong still is.
cat >apart.json <<'END'
{ "format": "r2nn-model", "version": 1, "name": "apart", "classes": ["a", "b"], "input": { "channels": 1, "remove_mean": false },
  "stages": [ { "nodes": [ { "d": 7.6e-11, "c": 9.5e-9, "g": 1e-4 }, { "d": 3.38e-13, "c": 6.4e-10, "g": 1e-4 } ],
    "couplings": [], "inputs": [ [0, 0, 2e-5], [1, 0, 2e-5] ], "outputs": [0, 1] } ],
  "head": { "kind": "energy" } }
END
tone tone.wav 48000 0.3 3000
start_board apart.json --tolerance 1
expect 0 hardware identify apart.json --device board --loopback 3 -o found_apart.json
expect 0 hardware verify found_apart.json --device board --loopback 3 --vector tone.wav --within 10
[ "$(grep -c '^ *1 .* hardly driven: off for a tenth of the loudest$' out)" = 1 ] || fail "hardly driven: $(cat out)"
[ "$(grep -c 'hardly driven' out)" = 1 ] || fail "both are: $(cat out)"
expect 1 hardware verify found_apart.json --device board --loopback 3 --vector tone.wav --within 10 --in 2,1 --anyway
expect 0 hardware verify found_apart.json --device board --loopback 3 --within 6
grep -q 'hardly driven' out && fail "a sweep drives all: $(cat out)"
end_board
finish
