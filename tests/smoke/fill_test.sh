#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A channel that is made now gets its past out of the archive, and every point at every resolution is what live counting gave a
# channel with the same filter that was there from the start: of days past, and of the bucket in which it was made.
. "$(dirname "$0")/archive_lib.sh"
need_basics
need curl curl
profiles=$work/etc/profiles.d

# channels PROFILE: of every kind.
channels() {
    cat <<TOML
profile = "$1"
[[channel]]
name = "everything"
filter = "any"
[[channel]]
name = "web"
filter = "proto tcp and port in [80 443 8080]"
[[channel]]
name = "prefixes"
filter = "src net 10.0.0.0/8 and not dst ip in [@include 'private.list']"
[[channel]]
name = "sizes"
filter = "bytes > 1000 or packets > 3 or flags S"
[[channel]]
name = "texts"
filter = '''application contains video or interface matches /eth.*/ or payload regex '.' '''
[[channel]]
name = "asked-of-some"
filter = "not proto udp"
sources = ["ipfix-global", "sflow-global"]
[[channel]]
name = "nothing"
filter = "port 1 and port 2 and proto icmp"
TOML
}

# equal WHAT CHANNEL...: those of `late` are those of `early`.
equal() {
    python3 "$smoke/fill.py" equal "$command" "$data" "$@"
}

# fill CHANNEL [ARGUMENTS]
fill() {
    "$command" channel fill --config "$config" "$@"
}

api() {
    curl -sS --unix-socket "$data/control.sock" -H 'Content-Type: application/json' -o "$work/answer" -w '%{http_code}' "$@"
}

make_ns box
write_config loopback
rm -f "$profiles"/*.toml
channels early >"$profiles/early.toml"
all=(everything web prefixes sizes texts asked-of-some nothing)

echo "--- days past, of captures"
now=$(date +%s)
files=()
n=0
# Seconds ago, how long, protocol, sampling. The last ones are beyond what 10-s values are kept for.
while read -r ago span protocol sampling; do
    n=$((n + 1))
    "$generator" --write "$work/$n.pcap" --start $((now - ago)) --count 30000 --span "$span" --protocol "$protocol" --seed $n \
        --exporters 3 --sampling "$sampling" >/dev/null
    files+=(--replay "$work/$n.pcap")
done <<'TIMES'
4000 3000s v5 1
7000 5000s v9 100
90000 80000s ipfix 1
180000 90000s sflow 512
270000 60000s v9 1
TIMES
"$daemon" --config "$config" "${files[@]}" -o json >"$work/replay.json" 2>"$work/replay.log" || fail "$(cat "$work/replay.log")"
same "balanced" true "$(value balanced <"$work/replay.json")"

echo "--- live, and a profile made while flows come"
launch box
generate_in_background box v5 -t 127.0.0.1 -p 2055 --protocol v5 --rate 3000 --for 32s --exporters 2
v5=$child
generate_in_background box ipfix -t 127.0.0.1 -p 4739 --protocol ipfix --rate 2000 --for 32s --late-templates 3
ipfix=$child
generate_in_background box sflow -t 127.0.0.1 -p 6343 --protocol sflow --rate 1000 --for 32s
sflow=$child
sleep 13
# In the middle of a bucket.
while [ $(($(date +%s) % 10)) -ne 4 ]; do sleep 0.1; done
channels late >"$profiles/late.toml"
"$command" reload --config "$config"
for channel in "${all[@]}"; do
    fill "late/$channel" >"$work/fill-$channel.log" 2>&1 || fail "$(cat "$work/fill-$channel.log")"
done
cat "$work/fill-web.log"
grep -q 'covers .* of the flows\|covers .*complete' "$work/fill-web.log" || fail "it does not say what it covers"
finish "$v5"
finish "$ipfix"
finish "$sflow"
sleep 2
equal "filled while flows come" "${all[@]}"

echo "--- again, after a restart"
stop_collector
same "balanced" true "$(of_ledger balanced)"
launch box
fill late/web --from=-2h >/dev/null 2>&1 || fail "again: web"
fill late/everything >/dev/null 2>&1 || fail "again: everything"
equal "filled twice" "${all[@]}"

echo "--- killed in the middle, and begun again"
channels later >"$profiles/later.toml"
"$command" reload --config "$config"
same "begun" 202 "$(api -X POST -d '{"profile":"later","channel":"everything"}' http://box/api/v1/fills)"
same "a second one" 409 "$(api -X POST -d '{"profile":"later","channel":"everything"}' http://box/api/v1/fills)"
sleep 1
child=$(pgrep -P "$collector" | head -1)
kill -9 "$collector"
wait "$collector" || true
for i in $(seq 50); do [ -n "$child" ] && [ -d "/proc/$child" ] || break; sleep 0.1; done
[ -z "$child" ] || [ ! -d "/proc/$child" ] || fail "the archive's reader outlives its daemon"
launch box
fill later/everything >/dev/null 2>&1 || fail "begun again"
python3 "$smoke/fill.py" equal "$command" "$data" --profile later "begun again" everything

echo "--- cancelled, with a reason"
id=$(api -X POST -d '{"profile":"later","channel":"web"}' http://box/api/v1/fills >/dev/null; value id <"$work/answer")
rm "$profiles/later.toml"
"$command" reload --config "$config"
for i in $(seq 100); do
    api "http://box/api/v1/fills/$id" >/dev/null
    [ "$(value state <"$work/answer")" != running ] && [ "$(value state <"$work/answer")" != waiting ] && break
    sleep 0.1
done
same "state" cancelled "$(value state <"$work/answer")"
same "why" "the channel was deleted or renamed" "$(value detail <"$work/answer")"

echo "--- what cannot be filled"
same "no such channel" 404 "$(api -X POST -d '{"profile":"late","channel":"none"}' http://box/api/v1/fills)"
same "live" 422 "$(api -X POST -d '{"profile":"live","channel":"peer1"}' http://box/api/v1/fills)"
same "no body" 400 "$(api -X POST http://box/api/v1/fills)"
same "after its beginning" 409 "$(api -X POST -d '{"profile":"late","channel":"web","from":"now"}' http://box/api/v1/fills)"
grep -q "it counts live since" "$work/answer" || fail "it does not say why: $(cat "$work/answer")"
stop_collector
same_books
