#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Channels edited by command while flows arrive: what is added counts, what is renamed keeps its history, dry runs and refusals
# change nothing, a daemon killed among edits finds the file old or new, never broken.
. "$(dirname "$0")/daemon_lib.sh"
need_basics
need patch patch

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
flows() {
    "$command" series -o json --config "$config" --profile smoke --channel "$1" --from -10m 2>/dev/null |
        python3 -c 'import json, sys
def total(x):
    if isinstance(x, dict): return sum(total(v) if k != "flows" or isinstance(v, (dict, list)) else v for k, v in x.items())
    return sum(map(total, x)) if isinstance(x, list) else 0
print(int(total(json.load(sys.stdin).get("series", []))))' 2>/dev/null || echo 0
}
for _ in $(seq 100); do
    [ "$(flows all)" -gt 0 ] && break
    sleep 0.2
done
counted=$(flows all)
[ "$counted" -gt 0 ] || fail "the new channel counts nothing"
wait_through 20000
sleep 2
counted=$(flows all)

edit channel rename smoke all every >/dev/null
sleep 2
same "flows under the new name" "$counted" "$(flows every)"
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

for i in $(seq 5); do
    edit channel rename smoke every "k$i" >/dev/null 2>&1 &
    one=$!
    sleep "0.0$((i * 2))"
    kill -9 "$collector"
    wait "$collector" 2>/dev/null || true
    wait "$one" || true
    edit check-config >/dev/null || fail "broken by a killed daemon: $(cat "$file")"
    launch box
    edit channel list smoke | grep -q "k$i" && edit channel rename smoke "k$i" every >/dev/null
done
sleep 2
same "flows after five kills" "$counted" "$(flows every)"
edit profile delete smoke >/dev/null
[ ! -e "$file" ] || fail "the deleted profile's file is there"
stop_collector
