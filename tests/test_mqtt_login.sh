# MQTT with a login and with TLS against a real broker: the right password and a wrong one, the broker's own CA and another one.
# ctest-labels: io
set -u
. "$(dirname "$0")/sounds.sh"
PATH=$PATH:/usr/sbin
for need in mosquitto mosquitto_sub mosquitto_passwd openssl; do
  command -v $need >/dev/null || { echo "skipped: needs $need (apt: mosquitto mosquitto-clients openssl)"; exit 77; }
done
"$R2NN" sense --help | grep -q -- --mqtt || { echo "skipped: built without libmosquitto"; exit 77; }

model m.json '"mode": "event", "gate_db": -40'
LC_ALL=C awk 'BEGIN { for (t = 0; t < 24000; t++)
  printf "%.6f\n", (t % 8000 > 3000 && t % 8000 < 6000 ? 0.4 * sin(6.283185307179586 * 300 * t / 8000) : 1e-5 * (t % 7 - 3)) }' >in.csv

# certificates NAME: a CA, and a certificate of localhost by it.
certificates() {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1-ca.key" -out "$1-ca.pem" -days 2 -subj "/CN=$1 CA" &&
    openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj /CN=localhost &&
    echo 'subjectAltName = DNS:localhost, IP:127.0.0.1' >"$1.ext" &&
    openssl x509 -req -in "$1.csr" -CA "$1-ca.pem" -CAkey "$1-ca.key" -CAcreateserial -out "$1.pem" -days 2 -extfile "$1.ext"
} >openssl.log 2>&1
certificates own && certificates other || { fail "openssl makes no certificates"; cat openssl.log; exit 1; }
mosquitto_passwd -b -c passwords me 's:cr@t'
chmod 644 passwords own.key

start() {
  mosquitto -c broker.conf >broker.log 2>&1 &
  broker=$!
  for i in $(seq 100); do
    grep -q 'running$' broker.log && return
    kill -0 $broker 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}
# Two ports that nobody has: tried until the broker has them.
for try in 1 2 3 4 5 6 7 8 9; do
  plain=$((20000 + ($$ * 7 + try * 1009) % 20000))
  tls=$((plain + 1))
  {
    echo "allow_anonymous false"
    echo "password_file $work/passwords"
    echo "persistence true"
    echo "persistence_location $work/"
    [ "$(id -u)" = 0 ] && echo "user root"
    echo "listener $plain 127.0.0.1"
    echo "listener $tls 127.0.0.1"
    for kind in "certfile own.pem" "keyfile own.key"; do echo "${kind% *} $work/${kind#* }"; done
  } >broker.conf
  start && break
done
trap 'kill $broker 2>/dev/null; rm -rf "$work"' EXIT
kill -0 $broker 2>/dev/null || { fail "the broker does not start"; cat broker.log; exit 1; }

listen() { mosquitto_sub -h 127.0.0.1 -p $plain -u me -P 's:cr@t' -q 1 -c -i ear -t "r2nn/#" -F '%t %p' >heard 2>&1 & ear=$!; sleep 1; }
# publish CODE URL: three events, told to that broker.
publish() { expect "$1" sense -m m.json --rate 8000 --from csv:in.csv --mqtt "$2" --format csv; grep -q 's:cr@t\|s%3Acr%40t\|wrong' err && fail "$2: the password is shown"; }
# At least once is what QoS 1 promises: a broker that is killed before the ear's answers are kept tells again what it told.
decisions() { grep '/decision ' heard | sort -u | wc -l; }
arrives() {
  for i in $(seq 100); do [ "$(decisions)" -ge "$1" ] && break; sleep 0.1; done
  [ "$(decisions)" = "$1" ] || { fail "not $1 decisions arrive:"; cat heard err; }
}
listen
publish 0 "mqtt://me:s%3Acr%40t@127.0.0.1:$plain"; arrives 3
publish 1 "mqtt://me:wrong@127.0.0.1:$plain"; says '^r2nn: --mqtt: 127\.0\.0\.1:[0-9]+: 6 messages did not reach the broker: .*not authori[sz]ed$'
publish 1 "mqtt://127.0.0.1:$plain"; says 'not authori[sz]ed$'
arrives 3
export SSL_CERT_FILE=$work/own-ca.pem
publish 0 "mqtts://me:s%3Acr%40t@localhost:$tls"; arrives 6
publish 1 "mqtts://me:wrong@localhost:$tls"; says 'not authori[sz]ed$'
publish 1 "mqtt://me:s%3Acr%40t@localhost:$tls"; says '^r2nn: --mqtt: localhost:[0-9]+: 6 messages did not reach the broker: .'

# A broker behind TLS that goes away and comes back.
tells() { for i in $(seq 150); do grep -q "$1" err && return; sleep 0.1; done; fail "errors lack '$1'"; cat err; }
{ cat in.csv; while [ ! -e go ]; do sleep 0.1; done; cat in.csv; } |
  { "$R2NN" sense -m m.json --rate 8000 --from csv:- --mqtt "mqtts://me:s%3Acr%40t@localhost:$tls" --format csv >out 2>err; echo $? >code; } &
program=$!
arrives 9
kill $broker; wait $broker 2>/dev/null; tells 'trying again'
start || { fail "the broker does not start again"; cat broker.log; }
tells ': connected'
touch go; wait $program
[ "$(cat code)" = 0 ] || { fail "after the broker was away: exit $(cat code)"; cat err; }
arrives 12

export SSL_CERT_FILE=$work/other-ca.pem
publish 1 "mqtts://me:s%3Acr%40t@localhost:$tls"; says '^r2nn: --mqtt: localhost:[0-9]+: 6 .*(TLS|certificate)'
arrives 12
kill $ear
finish
