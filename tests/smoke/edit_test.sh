#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Channels and profiles edited by command and over the API while flows arrive: what is added counts, what is renamed, moved or
# comes back keeps its history, a changed filter leaves a mark, the second of two editors is told, dry runs, refusals and a directory
# that cannot be written change nothing, a daemon killed among edits finds the file old or new, never broken.
. "$(dirname "$0")/daemon_lib.sh"
need_basics
need patch patch
need curl curl

make_ns box
start_collector box loopback
edit() { "$command" "$@" --config "$config"; }
profiles=$(dirname "$config")/profiles.d
mkdir -p "$profiles"

edit profile add smoke --channel all --filter any >"$work/said"
grep -q "taken over by the daemon" "$work/said" || fail "added without the daemon: $(cat "$work/said")"
grep -q 'audit: (unix uid 0.*added profile "smoke"' "$work/collector.log" || fail "no audit line says who"
file=$profiles/smoke.toml

generate box v9 -t 127.0.0.1 -p 2055 --protocol v9 --rate 10000 --count 20000 --exporters 3 --seed 1
# flows CHANNEL [PROFILE]: what its series counted, in all; 0 where there is no such channel.
flows() {
    "$command" series -o json --config "$config" --profile "${2:-smoke}" --channel "$1" --from -1h 2>/dev/null |
        python3 -c 'import json, sys; print(sum(row["flows"] for row in json.load(sys.stdin)["series"]))' 2>/dev/null || echo 0
}
# wait_flows EXPECTED CHANNEL [PROFILE]: a store under load may be a few seconds behind.
wait_flows() {
    local i
    for i in $(seq 150); do
        [ "$(flows "$2" "${3:-smoke}")" = "$1" ] && break
        sleep 0.2
    done
    same "flows of ${3:-smoke}/$2" "$1" "$(flows "$2" "${3:-smoke}")"
}
# api METHOD PATH [CURL'S ARGUMENTS]: the status; the answer is in $work/answer.
api() {
    curl -sS --unix-socket "$data/control.sock" -X "$1" -H 'Content-Type: application/json' -o "$work/answer" -w '%{http_code}' \
        "http://box/api/v1$2" "${@:3}"
}
# of_api FILE-OR-VERSION: of the profile smoke.
of_api() {
    api GET /profiles/smoke >/dev/null
    value "$1" <"$work/answer"
}
wait_through 20000
wait_flows 20000 all
same "totals by the API" 200 "$(api GET '/totals?profile=smoke&from=-1h')"
same "flows of the API" 20000 "$(value rows.0.cells.any.flows <"$work/answer")"

edit channel rename smoke all every >/dev/null
wait_flows 20000 every
same "flows under the old name" 0 "$(flows all)"

before=$(cat "$file")
edit channel set smoke every --filter 'port 53' --dry-run >"$work/difference"
same "the file after a dry run" "$before" "$(cat "$file")"
cp "$file" "$work/patched.toml"
patch -s "$work/patched.toml" "$work/difference" || fail "patch does not take the difference"
code=0
edit channel set smoke every --filter 'port 53 or prot tcp' 2>"$work/refused" || code=$?
same "exit code of a wrong filter" 5 "$code"
grep -q '\^' "$work/refused" || fail "nothing points at the token: $(cat "$work/refused")"
same "the file after a refusal" "$before" "$(cat "$file")"
edit channel set smoke every --filter 'port 53' >/dev/null
cmp "$file" "$work/patched.toml" || fail "the dry run showed something else"
for i in $(seq 50); do
    api GET '/series?profile=smoke&channel=every&from=-1h' >/dev/null
    python3 -c 'import json, sys; print(*(mark["text"] for mark in json.load(sys.stdin)["rows"][0]["marks"]))' \
        <"$work/answer" >"$work/marks"
    grep -q 'port 53' "$work/marks" && break
    sleep 0.2
done
grep -q 'port 53' "$work/marks" || fail "no mark of the new filter: $(cat "$work/marks")"
same "flows after another filter" 20000 "$(flows every)"

echo "--- renamed, reordered, deleted and back: the history stays"
edit channel add smoke second --filter 'port 80' >/dev/null
edit channel move smoke second --first >/dev/null
same "order" "second every" "$(of_api channels | python3 -c 'import json, sys; print(*(c["name"] for c in json.load(sys.stdin)))')"
edit profile set smoke --channels every,second >/dev/null
same "order" "every second" "$(of_api channels | python3 -c 'import json, sys; print(*(c["name"] for c in json.load(sys.stdin)))')"
edit profile rename smoke smoke-too >/dev/null
wait_flows 20000 every smoke-too
same "flows under the profile's old name" 0 "$(flows every)"
edit profile rename smoke-too smoke >/dev/null
wait_flows 20000 every
edit channel delete smoke every >/dev/null
! edit channel list smoke | grep -q every || fail "the deleted channel is listed"
edit channel add smoke every --filter 'port 53' >/dev/null
wait_flows 20000 every
edit channel delete smoke second >/dev/null
file=$profiles/$(of_api file)

echo "--- two editors that read the same version"
version=$(of_api version)
same "the first" 200 "$(api PATCH /profiles/smoke/channels/every -H "If-Match: $version" -d '{"colour":"#010203"}')"
first=$(cat "$file")
same "the second" 412 "$(api PATCH /profiles/smoke/channels/every -H "If-Match: $version" -d '{"colour":"#aabbcc"}')"
same "its error" conflict "$(value error <"$work/answer")"
same "the file after the second" "$first" "$(cat "$file")"
same "without a version" 428 "$(api PATCH /profiles/smoke/channels/every -d '{"colour":"#aabbcc"}')"
same "the second, having read again" 200 \
    "$(api PATCH /profiles/smoke/channels/every -H "If-Match: $(of_api version)" -d '{"order":3}')"
grep -q '#010203' "$file" || fail "the first one's change is lost: $(cat "$file")"

# Two at once, both by their own process: each change is taken or refused, and the file says so.
for i in $(seq 20); do
    edit channel add smoke "a$i" --filter "port $i" >"$work/a$i" 2>&1 &
    one=$!
    edit channel add smoke "b$i" --filter "port $i" >"$work/b$i" 2>&1 &
    two=$!
    for name in "a$i $one" "b$i $two"; do
        set -- $name
        code=0
        wait "$2" || code=$?
        held=$(grep -c "^name = \"$1\"" "$file" || true)
        [ $((1 - code)) = "$held" ] || fail "channel $1: exit code $code, $held in the file: $(cat "$work/$1")"
    done
done
edit check-config >/dev/null || fail "the file is broken after two edited at once"

echo "--- killed among edits"
for i in $(seq 10); do
    cp "$file" "$work/old.toml"
    cp "$file" "$work/new.toml"
    edit channel rename smoke every "k$i" --dry-run >"$work/difference"
    patch -s "$work/new.toml" "$work/difference"
    edit channel rename smoke every "k$i" >/dev/null 2>&1 &
    one=$!
    sleep "0.0$i"
    kill -9 "$collector"
    wait "$collector" 2>/dev/null || true
    wait "$one" || true
    cmp -s "$file" "$work/old.toml" || cmp -s "$file" "$work/new.toml" || fail "neither old nor new: $(cat "$file")"
    launch box
    edit channel list smoke | grep -q "k$i" && edit channel rename smoke "k$i" every >/dev/null
done
wait_flows 20000 every

echo "--- a directory that cannot be written"
stop_collector
printf '#!/bin/sh\nmount --bind "%s" "%s" && mount -o remount,ro,bind "%s" && exec "%s" "$@"\n' \
    "$profiles" "$profiles" "$profiles" "$daemon" >"$work/reads-only"
chmod +x "$work/reads-only"
daemon=$work/reads-only launch box
cp "$file" "$work/before.toml"
same "an edit" 500 "$(api PATCH /profiles/smoke/channels/every -H 'If-Match: *' -d '{"colour":"#aabbcc"}')"
grep -q "$file.*Read-only file system" "$work/answer" || fail "it does not say why: $(cat "$work/answer")"
same "a new profile" 500 "$(api POST /profiles -d '{"name":"other","channels":[{"name":"x","filter":"any"}]}')"
code=0
edit channel rename smoke every never 2>"$work/refused" >/dev/null || code=$?
[ "$code" != 0 ] || fail "the command says that it is done"
grep -q 'Read-only file system' "$work/refused" || fail "it does not say why: $(cat "$work/refused")"
cmp "$file" "$work/before.toml" || fail "the file has changed"
same "files" 1 "$(find "$profiles" -name 'other*' -o -name 'smoke*' | wc -l)"
same "the colour in use" '#010203' "$(of_api channels.0.colour)"
stop_collector
launch box

wait_flows 20000 every
edit profile delete smoke >/dev/null
[ ! -e "$file" ] || fail "the deleted profile's file is there"
stop_collector
