# What the tests of r2nn hardware share: a JACK server of their own without a sound card, and boards on it that are not there. To be
# read by a test with ". ./boards.sh"; brings sounds.sh.

command -v jackd >/dev/null && command -v jack_lsp >/dev/null || { echo "skipped: no jackd"; exit 77; }
. "$(dirname "$0")/sounds.sh"
"$R2NN" --help | grep -q '^  jack' || { echo "skipped: r2nn has no JACK"; exit 77; }
export JACK_DEFAULT_SERVER=r2nn_boards_$$
board='' server=''
leave() {
  [ -z "$board" ] || kill "$board" 2>/dev/null
  [ -z "$server" ] || { sleep 0.3; kill "$server"; ends "$server"; } 2>/dev/null
  rm -rf "$work"
}
trap leave EXIT
jackd -n "$JACK_DEFAULT_SERVER" -r -S -d dummy -r 48000 -p 1024 -C 2 -P 2 >jackd.log 2>&1 &
server=$!
wait_for() { # PORT: until it is there
  for i in $(seq 100); do
    jack_lsp 2>/dev/null | grep -q "$1" && return 0
    sleep 0.1
  done
  return 1
}
wait_for system: || { echo "skipped: jackd does not start here"; exit 77; }

start_board() { # MODEL OPTION...: a board that is ready
  "$R2NN" hardware board "$@" --quiet &
  board=$!
  wait_for board:out_ || fail "no board: $*"
}
end_board() {
  kill "$board"
  ends "$board" || fail "the board left with $?"
  board=''
}
