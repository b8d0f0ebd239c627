# Hostile input costs little and gets one line: models, manifests and headers beyond all bounds within 400 MB and a few seconds; paths
# with any bytes are paths. ctest-labels: io
# ctest-timeout: 120
set -u
. "$(dirname "$0")/sounds.sh"

model m.json
tone good.wav 8000 0.1 300
# many_of WORD N: so often.
many_of() { LC_ALL=C awk -v word="$1" -v n="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%s", word }'; }
# with FIELD VALUE: m.json with the field "NAME": [...] or text of it replaced by the file value.
with() { LC_ALL=C awk -v from="$1" 'NR == FNR { value = value $0; next } { at = index($0, from); print at ? substr($0, 1, at - 1) value substr($0, at + length(from)) : $0 }' value m.json >odd.json; }

# Sanitizers need address space of their own.
limit() { [ -n "${R2NN_SANITIZE:-}" ] || ulimit -v 1000000; ulimit -t 20; }
refused() {
  (limit; exec "$R2NN" "$@") >out 2>err </dev/null
  code=$?
  [ $code = 1 ] || fail "r2nn $*: exit $code, not 1"
  one_line
}

{ printf '"low", "high"'; many_of ', "x"' 100000; } >value; with '"low", "high"'; refused info odd.json; says 'classes: must hold 1 to 1024 entries'
{ printf '"'; many_of x 10000000; printf '"'; } >value; with '"low"'; refused info odd.json; says 'classes\[0\]: must be at most 1000 bytes, is 10000000'
{ printf '"'; many_of x 100000; printf '"'; } >value; with '"two tones"'; refused info odd.json; says 'name: must be at most 127 bytes'
printf '"channels": 4000000000' >value; with '"channels": 1'; refused info odd.json; says 'input\.channels: must be an integer from 1 to 256'
printf '1e999' >value; with '1e-4'; refused info odd.json; says 'line .*: real number overflow'
{ printf '"couplings": [[0, 1, 1e-6]'; many_of ', [0, 1, 1e-6]' 300000; printf ']'; } >value; with '"couplings": []'; refused info odd.json; says 'couplings\[1\]: repeats'
{ printf '"outputs": [0, 1'; many_of ', 1' 1000000; printf ']'; } >value; with '"outputs": [0, 1]'; refused info odd.json; says 'stages\[0\]\.outputs'
printf '"mode": "window", "window_s": 1e300' >value; with '"mode": "file"'; refused classify -m odd.json good.wav; says 'window: must be above 0'
printf '"mode": "window", "window_s": 1e5, "hop_s": 1e-9' >value; with '"mode": "file"'; refused classify -m odd.json good.wav; says 'hop: must be'
many_of '[' 1000000 >odd.json; refused info odd.json; says 'maximum parsing depth'
many_of '{"a":' 100000 >odd.json; refused info odd.json; says 'maximum parsing depth'
truncate -s 300M odd.json; refused info odd.json; says 'larger than such a file may be, 256 MB'
refused circuit odd.json -o board; says 'larger than such a file may be'

# Headers that promise what is not there.
{ wav_header 8000 65535 100 1; head -c 2000 /dev/zero; } >many.wav; refused classify -m m.json many.wav; says 'many\.wav: '
{ wav_header 8000 1 2000000000 1; head -c 2000 /dev/zero; } >long.wav; (limit; exec "$R2NN" classify -m m.json long.wav) >out 2>err || fail "a long header: $(cat err)"
{ wav_header 4000000000 1 100 1; head -c 200 /dev/zero; } >fast.wav; refused classify -m m.json fast.wav; says 'fast\.wav: '

# Manifests.
{ echo path,label; echo good.wav,low; many_of 'good.wav,high
' 200000; } >odd.csv; refused eval -m m.json odd.csv
says 'odd\.csv:3: good\.wav stands in line 2 already'
{ echo path,label; printf '"'; many_of x 20000000; } >odd.csv; refused eval -m m.json odd.csv; says 'odd\.csv:2: '
{ printf path,label; many_of ,x 100000; echo; } >odd.csv; refused eval -m m.json odd.csv; says 'odd\.csv'

# Paths are bytes: newlines, quotes, what is no UTF-8, a leading dash, what a format or a shell would take for its own.
newline='
'
for name in "a${newline}b" "a'b\"c" "$(printf 'a\377\300b')" '-dash' '%s%n%x' '$(touch oops)' '`touch oops`;touch oops' ' blank '; do
  cp good.wav "./$name.wav"; cp m.json "./$name.json"
  expect 0 classify -m "./$name.json" "./$name.wav"
  expect 0 classify -m "./$name.json" -- "$name.wav"
  expect 0 classify -m m.json --format json -o "./$name.out" "./$name.wav"; [ -s "./$name.out" ] || fail "no output called $name"
  expect 1 classify -m "./$name.none" good.wav; one_line
  mkdir "d$name" "d$name/low" "d$name/high"; cp good.wav "d$name/low/$name.wav"; cp good.wav "d$name/high/x$name.wav"
  expect 0 eval -m m.json "./d$name"
  expect 0 circuit m.json -o "./c$name"; [ -s "./c$name/net.cir" ] || fail "no circuit in c$name"
  expect 0 info "./$name.json"; expect 0 response m.json -o "./$name.svg"
done
mkdir -p 'tr %s;/low' 'tr %s;/high'; for i in 1 2 3; do tone "tr %s;/low/-$i.wav" 8000 0.05 $((290 + i)); tone "tr %s;/high/-$i.wav" 8000 0.05 $((1190 + i)); done
expect 0 train 'tr %s;' -q -o './-t %n.json' --stage bank:2 --head perceptron --epochs 2; [ -s './-t %n.json' ] || fail "no model"
[ ! -e oops ] || fail "a name was run by a shell"
finish
