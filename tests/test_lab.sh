# r2nn lab: every experiment in its quick form, its files, the same result for any number of threads, and what is refused.
# ctest-labels: io
# ctest-timeout: 600
set -u
. "$(dirname "$0")/sounds.sh"

# table FILE ROWS: two classes, apart in x alone.
table() {
  LC_ALL=C awk -v n="$2" 'BEGIN { print "x,y,kind"; for (i = 0; i < n; i++) printf "%.3f,%.3f,%s\n", i % 7 + 10 * (i % 2), i % 5, i % 2 ? "b" : "a" }' >"$1"
}
table mine.csv 60

expect 0 lab --help; prints 'table1'
expect 2 lab; expect 2 lab nothing; one_line; says 'no such experiment'
expect 0 lab linear --help; prints '--graph'

# One network: a divider by hand.
echo '{"edges": [[1,2],[2,3]], "levels": [1, 3], "n_levels": 4, "inputs": {"1": 1}, "reference": {"3": 0}, "target": {"2": 0.25}, "eta": 1}' >net.json
expect 0 lab resistor net.json
prints '"2": 0.75'; prints '"2": 0.25'
tr -d ' \n' <out | grep -q '"drop_free":\[0.25,0.75\],"drop_clamped":\[0.75,0.25\]' || fail "drops of a divider"
tr -d ' \n' <out | grep -q '"rule8":\[1,-1\],"rule9":\[-1,1\],"rule10":\[1,1\]' || fail "updates of a divider"

# Every experiment: text, JSON and files, with the user's own data.
run() { # NAME FILES ARGUMENT...
  name=$1 files=$2
  shift 2
  expect 0 lab "$name" "$@" --quick --seeds 2 -o "d-$name"
  [ -s out ] || fail "$name shows nothing"
  for file in results.json rows.csv $files; do [ -s "d-$name/$file" ] || fail "$name: $file is missing or empty"; done
  expect 0 lab "$name" "$@" --quick --seeds 2 --format json --jobs 1
  tail -n +1 out | cmp -s - "d-$name/results.json" || fail "$name: other threads, other results"
}
run linear 'curves.csv figure.svg' --updates 500
run rules 'curves.csv map.csv figure.svg map.svg' --data mine.csv
run size 'curves.csv figure.svg' --data mine.csv
run table1 'table.csv map.csv figure.svg map.svg' --data mine.csv --data circles --steps 50
run table2 'table.csv figure.svg' --data mine.csv --steps 50
run jumps 'curves.csv figure.svg' --data mine.csv
command -v ngspice >/dev/null && run negative-resistance 'curves.csv transient.csv figure.svg transient.svg'
grep -q '"dataset": "mine.csv"' d-table1/results.json && grep -q '"method": "npml"' d-table1/results.json || fail "rows of table1"
[ "$(grep -c '"mean"' d-table1/results.json)" = 14 ] || fail "table1 has a row for every set and method"
expect 0 lab rules --data mine.csv --quick --graph grid:2x4
expect 0 lab table1 --data mine.csv --class kind --quick --steps 10
ls d-*.* >/dev/null 2>&1 && fail "a temporary folder is left"

# A folder that is there is kept, unless -f.
expect 1 lab table1 --data mine.csv --quick --steps 10 -o d-table1; one_line; says 'exists'
expect 0 lab table1 --data mine.csv --quick --steps 10 -o d-table1 -f

# What is refused, in one line.
refuse() { # CODE PATTERN ARGUMENT...
  code=$1 pattern=$2
  shift 2
  expect "$code" lab "$@"; one_line; says "$pattern"
}
echo '{"edges": [[1,2],[3,4]], "inputs": {"1": 1}}' >bad.json; refuse 1 'bad.json: .*hang together' resistor bad.json
echo '{"edges": [[1,2]], "inputs": {"9": 1}}' >bad.json; refuse 1 'there is no node 9' resistor bad.json
echo '{"edges": [[1,2]], "levels": [0], "inputs": {"1": 1}}' >bad.json; refuse 1 'levels\[0\]' resistor bad.json
refuse 1 'No such file' resistor none.json
refuse 2 'give one NET.json' resistor
refuse 1 'no node 5' linear --graph grid:2x2 --quick
refuse 1 'no such graph' rules --data mine.csv --graph cube --quick
refuse 1 'nodes; the network has 4' rules --data mine.csv --graph grid:2x2 --quick
refuse 1 'no such set' table1 --data nothing --tables . --quick
refuse 2 '--seeds' table1 --seeds 0
refuse 2 '--rule' linear --rule rule7
refuse 2 '--hidden' table1 --hidden 5,x
refuse 1 'must be above 1.5 Rn' negative-resistance --load 1000
refuse 1 'two sets are called' table1 --data mine.csv --data mine.csv
csv() { # PATTERN TEXT: a table that is refused
  printf '%b' "$2" >bad.csv
  refuse 1 "$1" table1 --data bad.csv --quick
}
csv 'bad.csv:3: x: the value is missing' 'x,class\n1,a\n,b\n'
csv 'bad.csv:3: x: must be a number, is "two"' 'x,class\n1,a\ntwo,b\n'
csv 'bad.csv:3: x: must be finite' 'x,class\n1,a\ninf,b\n'
csv 'bad.csv:2: has 3 fields where the header has 2' 'x,class\n1,2,a\n'
csv 'bad.csv:2: has 1 field where the header has 2' 'x,class\n1\n'
csv 'one class only' 'x,class\n1,a\n2,a\n'
csv 'holds no rows' 'x,class\n'
csv 'holds no rows' ''
csv 'class is missing' 'x,class\n1,\n'
csv 'the first line must name' '1,a\n2,b\n'
csv 'class 2 has 1 row' 'x,class\n1,a\n2,a\n3,a\n4,b\n'
refuse 1 'no column "colour"' table1 --data mine.csv --class colour
head -c 3000 /dev/urandom >bad.csv; expect 1 lab table1 --data bad.csv; one_line

# A model's network against none.
two_tones; speakers 0.3 0.2
expect 0 lab contribution m.json set.csv -o d-contribution
prints 'trained network +mlp'; [ -s d-contribution/figure.svg ] || fail "contribution: no picture"
[ "$(wc -l <d-contribution/rows.csv)" = 13 ] || fail "contribution: twelve rows"
refuse 1 'no split column' contribution m.json set
finish
