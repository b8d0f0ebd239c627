# r2nn train through the program: what it prints and writes, bad data sets, seeds, Ctrl-C.
# ctest-labels: io
# ctest-timeout: 300
set -u
. "$(dirname "$0")/sounds.sh"

speakers 0.3 0.25
quick='--stage full:4@100-2000 --epochs 5 --starts 1 --seed 7'

expect 0 train set.csv -o a.json $quick --resistors 1k-10M --name 'two things'
[ -s err ] && fail "train speaks without need: $(cat err)"
prints '12 clips, 3\.3 s in all, 2 classes, 6 groups, 1 channel, 8000 Hz'
for line in '^choice ' '^training ' '^judged ' '^accuracy ' 'class +clips +recall +precision' 'true .* decided' 'no network' 'untrained network' \
  'uncoupled bank' 'perceptron' '^written +a\.json'; do prints "$line"; done
expect 0 info a.json; prints '^model +two things'; prints '^classes +2: high, low'; prints '^evaluation'
expect 0 eval -m a.json set.csv --format json --baselines; prints '"clips": 4'; prints '"no_network"'; prints '"perceptron"'
expect 0 classify -m a.json low5.wav high6.wav; prints '^low5'
expect 0 response a.json -o a.svg

# The same seed is the same model, whatever the threads; the name is the file's.
expect 0 train set.csv -o b.json $quick --jobs 1 --quiet
expect 0 train set.csv -o c.json $quick --jobs 3 --name b
sed '/seconds/d' b.json >b; sed '/seconds/d' c.json >c
cmp -s b c || fail "the model depends on --jobs"
grep -q '"name": *"b"' b.json || fail "the model's name"

# Folds and windows; a model on standard output.
expect 0 train set.csv -o d.json $quick --folds 3; prints '^judged +on 3 folds'; prints '^accuracy +[0-9.]+ % of 12 clips'
expect 0 train set.csv -o e.json $quick --window 0.1; prints '^accuracy .* of 4 clips, [0-9.]+ % of [0-9]+ windows'
expect 0 classify -m e.json low5.wav; [ "$(grep -c '^low5' out)" = 3 ] || fail "a model of windows decides by windows"
expect 0 train set.csv -o - $quick; grep -q '"format": *"r2nn-model"' out || fail "-o -"; says '^accuracy'
"$R2NN" info /dev/stdin <out >out2 2>err || fail "the model on standard output is not whole: $(cat err)"

# The energy head: on whatever circuit is best, but not behind a logarithm.
expect 0 train set.csv -o g.json --head energy --epochs 5 --quiet; prints 'validation inside .*: trained bank [0-9.]+ %'
expect 1 train set.csv -o x.json --head energy --stage bank:4,law=log; says 'energy head .* law log'

# Outputs: an existing model is kept without -f, and refused before any recording is read.
cp a.json before.json
expect 1 train set.csv -o a.json; one_line; says 'a\.json: exists; -f overwrites it'
cmp -s a.json before.json || fail "an existing model was touched"
mkdir rescue
TMPDIR=$PWD/rescue "$R2NN" train set.csv -o /dev/full $quick >out 2>err
[ $? = 1 ] || fail "a full disk"
says '/dev/full: cannot write: No space left'; says 'was written to .*/rescue/r2nn-rescued-[0-9]+\.json instead'
expect 0 info rescue/*.json; prints '^accuracy|accuracy'

# Data sets that cannot be learned from: one line each, no model.
head -1 set.csv >head.csv
{ cat head.csv; grep ',low,' set.csv; } >one.csv
expect 1 train one.csv -o x.json; one_line; says 'low|one class'
{ cat head.csv; grep ',low,' set.csv; grep ',high,.*test' set.csv; } >untrained.csv
expect 1 train untrained.csv -o x.json; one_line; says '"?high"?'
{ cat set.csv; cp low1.wav low7.wav; echo low7.wav,low,s1,test; } >leak.csv
expect 1 train leak.csv -o x.json; one_line; says 'group'
{ cat head.csv; head -5 set.csv | tail -4 | sed 's/train$//; s/test$//'; } >few.csv
expect 1 train few.csv -o x.json --folds 3; one_line; says 'fold'
expect 1 train set.csv -o x.json --window 5; one_line; says 'window|short'
[ -e x.json ] && fail "a model of a bad data set"

# Ctrl-C once keeps the best so far, or says that there is none; a signal that ends it leaves nothing behind.
if env --default-signal=INT true 2>/dev/null; then
  long='--stage full:16@100-2000 --epochs 1000000 --starts 100'
  for wait in 0.2 3; do
    env --default-signal=INT "$R2NN" train set.csv -f -o stopped.json $long >out 2>err &
    pid=$!
    sleep $wait
    while kill -0 $pid 2>/dev/null; do # on a busy machine it may not have come to catch the signal yet
      case $(sed -n 's/^SigCgt:.*\(.\)$/\1/p' /proc/$pid/status) in [2367abef]) break ;; esac
      sleep 0.1
    done
    kill -INT $pid
    wait $pid
    code=$?
    says 'stopping'
    if [ $code = 0 ]; then
      "$R2NN" info stopped.json >/dev/null || fail "the model after Ctrl-C is not whole"
    else
      [ $code = 1 ] && [ ! -e stopped.json ] || fail "Ctrl-C after $wait s: exit $code"
      says 'stopped before there was a model'
    fi
  done
  rm -f stopped.json
  for signals in 'INT INT' TERM; do
    env --default-signal=INT "$R2NN" train set.csv -o stopped.json $long >out 2>err &
    pid=$!
    sleep 1
    for signal in $signals; do kill -$signal $pid; sleep 0.05; done 2>/dev/null
    wait $pid
    [ $? -gt 1 ] || [ -e stopped.json ] || fail "$signals: not ended by the signal"
    ls | grep '^stopped.json\.' && fail "$signals: a temporary file is left"
    rm -f stopped.json
  done
else
  echo "not tried: Ctrl-C (env has no --default-signal)"
fi
finish
