# classify --plot: a picture of a recording and what was decided, of any length, mode and number of classes; refusals.
# ctest-labels: io
# ctest-timeout: 120
set -u
. "$(dirname "$0")/sounds.sh"

model m.json
model event.json '"mode": "event", "gate_db": -30'
tone low.wav 8000 0.6 300
tone quiet.wav 8000 0.4 300 1 0.0001
tone stereo.wav 8000 0.25 300 2
{ wav_header 8000 1 17600 1; for part in quiet low quiet low quiet; do tail -c +45 $part.wav; done; } >gaps.wav

# The decisions are as without it; the picture holds them.
expect 0 classify -m event.json --format csv gaps.wav; cp out plain
expect 0 classify -m event.json --format csv gaps.wav --plot p.svg; cmp -s out plain || fail "--plot changes what is decided"
[ -s err ] && fail "--plot speaks without need"
grep -q '<svg' p.svg && grep -q '</svg>' p.svg || fail "SVG"
expect 0 classify -m event.json gaps.wav --plot p.PNG; [ "$(head -c 4 p.PNG | tail -c 3)" = PNG ] || fail "PNG"
expect 0 classify -m event.json gaps.wav --plot twice.svg -o result.csv
cmp -s twice.svg p.svg || fail "the same recording gives another picture"
cmp -s result.csv plain || fail "-o beside --plot"
expect 0 classify -m event.json quiet.wav --plot none.svg; grep -q '</svg>' none.svg || fail "a picture without an event"
expect 0 classify -m event.json --margin 1 gaps.wav --plot unknown.svg; cmp -s unknown.svg p.svg && fail "unknown looks like known"
expect 0 classify -m m.json low.wav --plot file.svg; grep -q '</svg>' file.svg || fail "--mode file"
expect 0 classify -m m.json --window 0.05,0.001 low.wav --plot windows.svg; grep -q '</svg>' windows.svg || fail "many windows"
expect 0 classify -m m.json --channel 2 stereo.wav --plot c.svg; grep -q '</svg>' c.svg || fail "--channel"
cat low.wav | "$R2NN" classify -m m.json - --plot pipe.svg >out 2>err || fail "a pipe"; grep -q '</svg>' pipe.svg || fail "a pipe's picture"

# Length costs no memory: a minute's picture is not much larger than a second's.
tone long.wav 8000 60 300
expect 0 classify -m m.json long.wav --plot long.svg
[ "$(wc -c <long.svg)" -lt 1000000 ] || fail "the picture of a minute has $(wc -c <long.svg) bytes"

# Nothing lost, one line each.
expect 1 classify -m m.json low.wav --plot p.svg; one_line; says 'p\.svg: exists; -f overwrites it'; [ -s out ] && fail "a refused plot comes with a result"
expect 0 classify -m m.json low.wav --plot p.svg -f; cmp -s twice.svg p.svg && fail "-f"
expect 1 classify -m m.json low.wav --plot nowhere/p.svg; one_line; says 'nowhere/p\.svg: cannot write'
expect 1 classify -m m.json missing.wav --plot m.svg; one_line; [ -e m.svg ] && fail "a picture of nothing"
cp low.wav low.svg
expect 1 classify -m m.json low.svg --plot low.svg -f; one_line; cmp -s low.svg low.wav || fail "the recording was drawn over"
for wrong in p.pdf p - .svg; do expect 2 classify -m m.json low.wav --plot $wrong; one_line; says 'must end in \.svg or \.png'; done
expect 2 classify -m m.json low.wav gaps.wav --plot two.svg; one_line; says 'draws one file, not 2'
expect 2 classify -m m.json low.wav --plot same.svg -o same.svg; one_line; says 'a file each'
[ -e p.pdf ] || [ -e two.svg ] || [ -e same.svg ] && fail "wrong use left a file"
ls | grep -q '\.[A-Za-z0-9]\{6\}$' && fail "temporary files: $(ls)"
finish
