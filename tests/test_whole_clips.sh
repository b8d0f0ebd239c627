# Many whole clips are judged by their spectra: decisions, scores and messages are those of a few, which are run.
# ctest-labels: io threads
set -u
. "$(dirname "$0")/sounds.sh"

two_tones
cp set/low/1.wav low.wav; cp set/high/1.wav high.wav
head -c 700 low.wav >short.wav # its header promises more
printf 'path,label\nlow.wav,low\nhigh.wav,high\nshort.wav,low\n' >few.csv
few='low.wav high.wav short.wav' many= i=0
echo path,label >many.csv
while [ $i -lt 150 ]; do
  tail -n +2 few.csv >>many.csv
  many="$many $few" i=$((i + 1))
done

# A list: the shares are the same, however many threads.
expect 0 eval -m m.json few.csv --format json; grep -o '"recall": [0-9.]*' out >few.recall
for jobs in 1 3; do
  expect 0 eval -m m.json many.csv --format json --jobs $jobs; prints '"clips": 450'
  grep -o '"recall": [0-9.]*' out >many.recall
  cmp -s few.recall many.recall || fail "eval -j $jobs: $(cat many.recall), of few: $(cat few.recall)"
  says 'short.wav: truncated'; says 'and 140 more such files'
done

# Files: scores agree to a ten-thousandth, in their order.
expect 0 classify -m m.json --format csv $few; tail -n +2 out >few.scores
expect 0 classify -m m.json --format csv $many; tail -n +2 out | tail -n 3 >many.scores
[ "$(wc -l <out)" = 451 ] || fail "classify: $(wc -l <out) lines"
paste -d, few.scores many.scores |
  awk -F, 'function far(x, y) { return (x > y ? x - y : y - x) > 1e-4 }
    $1 != $9 || $2 != $10 || $3 != $11 || $4 != $12 || far($5, $13) || far($6, $14) || far($7, $15) || far($8, $16) { print; bad = 1 } END { exit bad || NR != 3 }' >awk.out ||
  fail "classify: other scores: $(cat awk.out)"

# What is none stops it, and --skip-bad goes on.
echo text >text.wav; mkfifo pipe.wav
for bad in text.wav pipe.wav gone.wav; do
  { cat many.csv; echo "$bad,low"; } >bad.csv
  expect 1 eval -m m.json bad.csv; grep -q "$bad" err || fail "eval: $bad is not named"
  [ -s out ] && fail "eval: a result in spite of $bad"
  expect 0 eval -m m.json bad.csv --skip-bad --format json; prints '"clips": 450'
done
finish
