# r2nn train --resume: training that was killed goes on to the very same model; what does not belong to it is refused.
# ctest-labels: io
# ctest-timeout: 300
set -u
. "$(dirname "$0")/sounds.sh"

speakers 0.4 0.3
options='--stage full:12@100-2000 --stage bank:16 --folds 2 --epochs 120 --tolerance 5 --name kept'

# What an uninterrupted run makes of it; nothing is left beside the model.
expect 0 train set.csv -o whole.json $options --quiet
[ -e whole.json.resume ] && fail "a checkpoint is left after success"

# Killed again and again, each time as soon as there is a new checkpoint; every run goes on where the last one was.
written() { ls -i killed.json.resume 2>/dev/null; }
n_killed=0
resume=
while [ $n_killed -lt 4 ]; do
  before=$(written)
  "$R2NN" train set.csv -o killed.json $options $resume --jobs $((1 + n_killed % 2)) --quiet >out 2>err &
  pid=$!
  while kill -0 $pid 2>/dev/null && [ "$(written)" = "$before" ]; do sleep 0.02; done
  kill -KILL $pid 2>/dev/null
  wait $pid 2>/dev/null
  [ $? = 137 ] || break
  n_killed=$((n_killed + 1))
  resume=--resume
  [ $n_killed = 1 ] && cp killed.json.resume first.resume
done
[ $n_killed -gt 0 ] || { echo "skipped: training ends before it can be killed"; exit 77; }
echo "killed $n_killed times"
[ -e killed.json ] || expect 0 train set.csv -o killed.json $options --resume --quiet
cmp -s killed.json whole.json || fail "the model depends on where the run was killed"
[ -e killed.json.resume ] && fail "a checkpoint is left after resuming"

# Once more from the first checkpoint, not quiet; and without any.
cp first.resume x.json.resume
expect 0 train set.csv -o x.json $options --resume
cmp -s x.json whole.json || fail "the first checkpoint leads elsewhere"
expect 0 train set.csv -o new.json $options --epochs 2 --resume; says 'new\.json\.resume: there is none; training from the start'
rm -f x.json new.json

# What it does not belong to, and what is not whole: one line, no model, and the checkpoint stays.
refused() { # MESSAGE DATASET OPTION...
  message=$1
  shift
  cp x.json.resume kept.resume
  expect 1 train "$@" -o x.json --resume
  one_line
  says "$message"
  [ -e x.json ] && fail "a model from a wrong checkpoint"
  cmp -s x.json.resume kept.resume || fail "a refused checkpoint was touched"
}
cp first.resume x.json.resume
sed '$d' set.csv >fewer.csv
refused 'checkpoint is of other recordings' fewer.csv $options
tone low1.wav 8000 0.4 289
refused 'checkpoint is of other recordings' set.csv $options
tone low1.wav 8000 0.4 288
refused 'checkpoint is of a run with other options' set.csv $options --seed 2
refused 'checkpoint is of a run with other options' set.csv $options --tolerance 6
sed 's/"program": "[^"]*"/"program": "0.0.0"/' first.resume >x.json.resume
refused 'written by r2nn 0\.0\.0, this is' set.csv $options
head -c $(($(wc -c <first.resume) / 2)) first.resume >x.json.resume
refused 'checkpoint is damaged \(it is not whole\)' set.csv $options
awk '/"values"/ && !n++ { sub(/3f/, "3e") } { print }' first.resume >x.json.resume
refused 'checkpoint is damaged \(its values are not what was written\)' set.csv $options
: >x.json.resume
refused 'checkpoint is damaged' set.csv $options
echo '{"format": "r2nn-model"}' >x.json.resume
refused "checkpoint is damaged \(it is not one of r2nn's\)" set.csv $options
rm -f x.json.resume
expect 1 train set.csv -o - $options --resume; one_line; says '\-\-resume: needs the -o FILE'

# A run that begins anew says that it will lose another one's checkpoint.
cp first.resume x.json.resume
expect 0 train set.csv -o x.json $options --epochs 2; says "x\.json\.resume: an earlier run's"
[ -e x.json.resume ] && fail "a checkpoint is left after success"
rm -f x.json

# Ctrl-C keeps the best model so far and where to go on from.
if env --default-signal=INT true 2>/dev/null; then
  env --default-signal=INT "$R2NN" train set.csv -o x.json $options >out 2>err &
  pid=$!
  while kill -0 $pid 2>/dev/null && [ ! -e x.json.resume ]; do sleep 0.02; done
  kill -INT $pid
  wait $pid || fail "Ctrl-C: exit $?"
  says 'x\.json\.resume: --resume goes on from here'
  expect 0 info x.json
  expect 1 train set.csv -o x.json $options --resume; says 'exists; -f overwrites it'
  expect 0 train set.csv -o x.json $options --resume -f --quiet
  cmp -s x.json whole.json || fail "the model depends on Ctrl-C"
fi

# Tolerances that cannot be.
for percent in -1 21 nan 5x; do
  expect 2 train set.csv -o y.json --tolerance=$percent; one_line; says '\-\-tolerance: must be a number from 0 to 20'
done
finish
