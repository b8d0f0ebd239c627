# Bad input: one clear line each, the right exit code, nothing lost.
# ctest-labels: io
# ctest-timeout: 300
set -u
. "$(dirname "$0")/sounds.sh"

model m.json
tone good.wav 8000 0.5 300
tone stereo.wav 8000 0.25 300 2
: >empty.wav
echo 'This is a letter, not a sound.' >letter.wav
wav_header 8000 1 0 1 >silent.wav
head -c 44 good.wav >header.wav
head -c 4044 good.wav >short.wav # 0.25 s of 0.5
{ wav_header 8000 1 2000 3; i=0; while [ $i -lt 2000 ]; do printf '\000\000\300\177'; i=$((i + 1)); done; } >nothing-finite.wav
{ wav_header 8000 1 2000 3; i=0; while [ $i -lt 500 ]; do printf '\000\000\300\177\000\000\200\177\000\000\000\077\000\000\000\277'; i=$((i + 1)); done; } >nan.wav
wav_header 10 1 100 1 >slow.wav
head -c 200 good.wav | tail -c 156 >>slow.wav

# What is wrong with each, wherever it turns up.
cat >cases <<'END'
missing.wav No such file or directory
empty.wav is empty \(0 bytes\)
letter.wav is not a sound file that can be read
silent.wav holds no sound \(0 frames\)
header.wav is truncated right after its header
nothing-finite.wav holds not one finite sample
slow.wav its rate, 10 Hz, is not between 20 and 384000 Hz
stereo.wav has 2 channels where .* 1; choose with --channel, for instance --channel 1
. is a folder, not a sound file
END

while read -r file message; do
  expect 1 classify -m m.json good.wav $file good.wav
  one_line; says "^r2nn: $file: $message"
  [ "$(grep -c '^good.wav' out)" = 2 ] || fail "$file keeps others from being done"

  printf 'path,label\ngood.wav,low\n%s,high\ngood.wav,low\n' $file >manifest.csv
  expect 1 eval -m m.json manifest.csv
  says "^r2nn: manifest\.csv:3: $file: $message"; says '1 of 3 files cannot be used; --skip-bad'
  [ "$(wc -l <err)" = 2 ] || fail "eval: more than the file and the sum: $(cat err)"
  [ -s out ] && fail "eval shows a result beside $file"
  expect 0 eval -m m.json manifest.csv --skip-bad --format json; prints '"clips": 2'; says "$message"; says '1 of 3 files are left out'
  expect 1 train manifest.csv -o t.json; says "^r2nn: manifest\.csv:3: $file: $message"; says '1 of 3 files cannot be used'
  [ -e t.json ] && fail "train wrote a model beside $file"
done <cases
expect 1 classify -m m.json --channel 1-2 stereo.wav; one_line; says 'chooses 2 of its 2 channels where the model takes 1'
expect 1 classify -m m.json --channel 3 stereo.wav; one_line; says 'has 2 channels; --channel asks for number 3'
printf 'path,label\n' >many.csv
i=0; while [ $i -lt 15 ]; do echo "gone$i.wav,low" >>many.csv; i=$((i + 1)); done; echo good.wav,low >>many.csv
expect 1 eval -m m.json many.csv; [ "$(grep -c 'No such file' err)" = 10 ] || fail "ten are named"; says 'and 5 more'; says '15 of 16'

# Odd but usable: a warning, and the work is done.
expect 0 classify -m m.json short.wav; one_line; says 'warning: short\.wav: truncated: .* used up to where it ends, 0\.250 s'; prints '^short.wav +0.000 +0.250 '
expect 0 classify -m m.json nan.wav; one_line; says 'warning: nan\.wav: 1000 samples are not finite and count as 0'; prints '^nan.wav'
printf 'path,label\ngood.wav,low\nshort.wav,low\nnan.wav,low\n' >odd.csv
expect 0 eval -m m.json odd.csv; says 'odd\.csv:3: short\.wav: truncated'; says 'odd\.csv:4: nan\.wav: 1000 samples'; prints 'of 3 clips'
if command -v flac >/dev/null; then
  tone long.wav 8000 6 300
  flac -s --totally-silent --disable-constant-subframes long.wav -o long.flac && size=$(wc -c <long.flac) && head -c $((size / 2)) long.flac >cut.flac
  expect 0 classify -m m.json cut.flac; one_line; says 'warning: cut\.flac: truncated: .* of 6\.000 s can be read'
fi
# The header of a pipe does not know the length; that is no damage.
{ printf 'RIFF\377\377\377\377WAVE'; head -c 40 good.wav | tail -c 28; printf '\377\377\377\377'; tail -c +45 good.wav; } >pipe.wav
expect 0 classify -m m.json pipe.wav; [ -s err ] && fail "a header of a pipe is called damaged: $(cat err)"
cat pipe.wav | "$R2NN" classify -m m.json - >out 2>err || fail "a header of a pipe, through a pipe"
[ -s err ] && fail "a header of a pipe, through a pipe: $(cat err)"; prints ' 0\.500 '
head -c 4044 good.wav | "$R2NN" classify -m m.json - >out 2>err || fail "a truncated pipe"; one_line; says 'warning: -: truncated: 0\.250 of 0\.500 s'
expect 0 classify -m m.json --window 2 good.wav; one_line; says 'warning: good\.wav: no decision: 0\.500 s are less than half a window of 2 s'

# Data sets as a whole.
expect 1 eval -m m.json nowhere; one_line; says 'nowhere: No such file'
printf 'path,label\nshort.wav,low\ngood.wav,medium\n' >odd.csv
expect 1 eval -m m.json odd.csv; one_line; says 'odd\.csv:3: good\.wav: the model has no class "medium"'
printf 'path,label\ngood.wav,low\n' >fewer.csv
expect 0 eval -m m.json fewer.csv --format json; prints '"clips": 1'; prints '"precision": null|"recall": null'
printf 'path,label,split\ngood.wav,low,train\ngood.wav,low,maybe\n' >odd.csv
expect 1 train odd.csv -o t.json; one_line; says 'odd\.csv:3: split must be train, test or empty, is maybe'
printf 'path;label\ngood.wav;low\n' >odd.csv
expect 1 train odd.csv -o t.json; one_line; says 'odd\.csv:1: the first line must name the columns'
mkdir no-labels; expect 1 train no-labels -o t.json; one_line; says 'neither manifest\.csv nor folders'
[ -e t.json ] && fail "a model of a bad data set"

# Models.
expect 1 classify -m nowhere.json good.wav; one_line; says 'nowhere\.json: No such file'
echo '{}' >odd.json; expect 1 info odd.json; one_line; says 'odd\.json: '
sed 's/"d": [^,]*/"d": -1/' m.json >odd.json; expect 1 info odd.json; one_line; says 'stages\[0\]\.nodes\[0\]\.d'
head -c 200 m.json >odd.json; expect 1 info odd.json; one_line
sed 's/"g": 1e-4/"g": -1e-4/' m.json >odd.json; expect 1 response odd.json -o r.svg; one_line; [ -e r.svg ] && fail "a picture of an unstable model"

# Outputs that cannot be written: said before any work, and nothing is left behind.
for output in no-folder/o.csv good.wav/o.csv .; do
  expect 1 classify -m m.json -f -o $output good.wav; one_line; says 'cannot write'
done
expect 1 train . -o no-folder/t.json; one_line; says 'no-folder/t\.json: cannot write: No such file'
expect 1 classify -m m.json -o /dev/full good.wav; one_line; says '/dev/full: cannot write: No space left on device'
expect 1 response m.json -f -o r.svg --to 1; one_line
for command in "classify -m m.json good.wav" "eval -m m.json fewer.csv" "info m.json" "classify -m m.json --window 0.001 good.wav good.wav"; do
  "$R2NN" $command >/dev/full 2>err
  [ $? = 1 ] || fail "$command to a full disk"
  one_line; says 'standard output: cannot write: No space left on device'
done
# A limit on file sizes: what was there before stays.
echo before >old.csv
(
  trap '' XFSZ
  ulimit -f 8
  exec "$R2NN" classify -m m.json -f -o old.csv --window 0.001 good.wav
) >out 2>err && fail "over the limit of file sizes"
one_line; says 'old\.csv: cannot write: File too large'
[ "$(cat old.csv)" = before ] || fail "the old file is lost"
# A full file system, where we may make one.
mkdir tiny
if mount -t tmpfs -o size=16k tmpfs tiny 2>/dev/null; then
  trap 'umount "$work/tiny"; rm -rf "$work"' EXIT
  echo before >tiny/old.csv
  expect 1 classify -m m.json -f -o tiny/old.csv --window 0.001 good.wav; one_line; says 'tiny/old\.csv: cannot write: No space left'
  [ "$(cat tiny/old.csv)" = before ] && [ "$(ls tiny)" = old.csv ] || fail "a full disk leaves traces: $(ls tiny)"
else
  echo "not tried: a full file system (no right to mount one)"
fi
# Values out of proportion: said, or computed; no crash.
sed '0,/"g": 1e-4/s//"g": 1e308/' m.json >odd.json; expect 1 info odd.json; one_line; says 'out of proportion'
sed 's/"couplings": \[\]/"couplings": [[0, 1, 1e-6]]/; 0,/"c": [^,]*/s//"c": 1.5/' m.json >odd.json; expect 0 classify -m odd.json good.wav
for wrong in '--window 1e9' '--window 1e308' '--window 0.05,1e-9' '--resistors 1e300-1e308'; do
  expect 2 train fewer.csv -o t.json $wrong; one_line; says "${wrong%% *}"
done
# Pipes have no place in a data set; the same file has none in two groups, nor as output and input at once.
mkfifo fifo; printf 'path,label\ngood.wav,low\nfifo,high\n-,high\n' >odd.csv
expect 1 train odd.csv -o t.json; says 'odd\.csv:3: fifo: is a pipe or a device'; says 'odd\.csv:4: -: is a pipe'
expect 1 eval -m m.json odd.csv; says 'odd\.csv:3: fifo: is a pipe or a device'
printf 'path,label,group\ngood.wav,low,a\ngood.wav,low,b\n' >odd.csv
expect 1 train odd.csv -o t.json; one_line; says 'odd\.csv:3: good\.wav stands in line 2 already'
cp good.wav same.wav; cp m.json same.json
for command in "classify -m m.json -f -o same.wav good.wav same.wav" "classify -m same.json -f -o same.json good.wav" "eval -m same.json -f -o same.json fewer.csv"; do
  expect 1 $command; one_line; says 'is read as well'
done
cmp -s good.wav same.wav && cmp -s m.json same.json || fail "an input was overwritten"
expect 1 classify -m m.json -o '' good.wav; one_line; says 'name is empty'
# A message is one line, whatever a file is called.
printf 'x' >"$(printf 'a\nb\033.wav')"; expect 1 classify -m m.json "$(printf 'a\nb\033.wav')"; one_line; says 'a\?b\?\.wav: is not'
# Closed standard files: nothing else gets into a file; what cannot be told is an error.
mkdir -p two/low two/high
for i in 1 2 3 4; do tone two/low/$i.wav 8000 0.2 $((280 + 10 * i)); tone two/high/$i.wav 8000 0.2 $((1100 + 50 * i)); done
"$R2NN" train two -o closed.json -e 1 --stage bank:2 >&- 2>err; [ $? = 1 ] || fail "train with stdout closed"
one_line; expect 0 info closed.json
"$R2NN" train --help >/dev/full 2>err; [ $? = 1 ] || fail "help to a full disk"
# A long name is cut between characters, and the model is there.
long=$(awk 'BEGIN { for (i = 0; i < 100; i++) printf "\303\251" }')
expect 0 train two -o "$long.json" -e 1 --stage bank:2; expect 0 info "$long.json"
# Two at once to one place, without -f: the first stays, the second is put elsewhere.
( TMPDIR=$work "$R2NN" train two -o race.json -e 300 --stage bank:4 --name one >/dev/null 2>e1; echo $? >c1 ) &
TMPDIR=$work "$R2NN" train two -o race.json -e 300 --stage bank:4 --name two >/dev/null 2>e2; echo $? >c2; wait
expect 0 info race.json; [ "$(cat c1)$(cat c2)" != 00 ] || fail "one of two trainings to the same place is lost"
ls | grep '\.[A-Za-z0-9]\{6\}$' && fail "temporary files are left"
finish
