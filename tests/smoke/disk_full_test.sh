#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The disk is full: collection goes on, status and metrics say so, and once there is space everything is there.
. "$(dirname "$0")/daemon_lib.sh"
need_basics

disk=$work/disk
mkdir "$disk"
mount -t tmpfs -o size=12m,mode=755 none "$disk" 2>/dev/null || skip "this machine does not let us mount a tmpfs"
trap 'code=$?; set +e; umount -l "$disk"; (exit $code); clean_up' EXIT
data=$disk/data

fill() {
    head -c 100m /dev/zero >"$disk/filler" 2>/dev/null && fail "the disk does not get full"
    same "free KiB" 0 "$(df --output=avail "$disk" | tail -1 | tr -d ' ')"
}

# until_status PATH VALUE
until_status() {
    local i is=
    for i in $(seq 60); do
        is=$("$command" status -o json --config "$config" | value "$1")
        [ "$is" = "$2" ] && return
        sleep 0.2
    done
    fail "status $1 is $is, not $2"
}

metric() {
    in_ns box python3 -c 'import sys, urllib.request
for line in urllib.request.urlopen("http://127.0.0.1:9108/metrics", timeout=5).read().decode().split("\n"):
    if line.startswith(sys.argv[1] + " "): print(line)' "$1"
}

make_ns box
start_collector box loopback
generate box before -t 127.0.0.1 -p 2055 --rate 30000 --count 30000 --seed 1
wait_through 30000
fill
generate box full -t 127.0.0.1 -p 2055 --rate 50000 --for 5s --seed 2
until_status store.last_commit_ms "$("$command" status -o json --config "$config" | value store.last_commit_ms)"
"$command" status -o json --config "$config" >"$work/status.json"
[ "$(value store.failing_since_ms <"$work/status.json")" != 0 ] || fail "status does not say that commits fail"
echo "status: $(value store.error <"$work/status.json")"
"$command" status --config "$config" | grep FAILING || fail "status for people does not say that commits fail"
same "metric" "net_collector_store_failing 1" "$(metric net_collector_store_failing)"
grep "the store cannot commit" "$work/collector.log" >/dev/null || fail "the log does not say that commits fail"
until_status ledger.process.flows.through $((30000 + $(value records <"$work/full.json")))
same "committed meanwhile" 30000 "$("$command" ledger -o json --data "$data" | value flows.through)"
rm "$disk/filler"
until_status store.failing_since_ms 0
same "metric" "net_collector_store_failing 0" "$(metric net_collector_store_failing)"
expect netflow-global="$work/before.json" netflow-global="$work/full.json"

echo "--- an end with a full disk"
launch box
fill
# Thousands of exporters, so that pages freed before are not enough for the commit.
generate box last -t 127.0.0.1 -p 2055 --protocol v9 --rate 30000 --count 90000 --exporters 9000 --seed 3
begin=$SECONDS pid=$collector code=0 collector=
kill -TERM "$pid"
wait "$pid" || code=$?
same "exit" 1 "$code"
[ $((SECONDS - begin)) -le 6 ] || fail "the collector took $((SECONDS - begin)) s to end"
tail -1 "$work/collector.log"
rm "$disk/filler"
launch box
stop_collector
same "balanced after it" true "$("$command" ledger -o json --data "$data" | value balanced)"
