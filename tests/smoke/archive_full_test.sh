#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The archive's disk is full: collection and series do not notice, what was not archived is counted as such, and archiving goes on
# by itself once there is space.
. "$(dirname "$0")/archive_lib.sh"
need_basics

make_ns box
write_config loopback
mkdir -p "$data/archive"
mount -t tmpfs -o size=24m,mode=755 none "$data/archive" 2>/dev/null || skip "this machine does not let us mount a tmpfs"
trap 'code=$?; set +e; umount -l "$data/archive"; (exit $code); clean_up' EXIT
start_collector box loopback

generate box before -t 127.0.0.1 -p 2055 --rate 30000 --count 30000 --seed 1
wait_archived 30000
head -c 100m /dev/zero >"$data/archive/filler" 2>/dev/null && fail "the disk does not get full"
generate box full -t 127.0.0.1 -p 2055 --protocol v9 --rate 40000 --for 8s --seed 2
full=$(value records <"$work/full.json")
wait_through $((30000 + full))
for _ in $(seq 50); do
    shed=$(of_ledger archive.shed_disk)
    [ "$shed" -gt 0 ] && break
    sleep 0.2
done
[ "$shed" -gt 0 ] || fail "nothing was shed while the disk was full"
echo "shed while the disk was full: $shed of $full flows"
"$command" status --config "$config" >"$work/status.txt"
grep -i archive "$work/status.txt" || fail "status says nothing of the archive"
grep -iE 'archive.*(space|full|write)' "$work/collector.log" >/dev/null || fail "the log does not say that the archive cannot be written"
rm "$data/archive/filler"
sleep 3
before=$(of_ledger archive.archived)
generate box after -t 127.0.0.1 -p 2055 --rate 20000 --count 20000 --seed 3
wait_through $((50000 + full))
for _ in $(seq 60); do
    [ "$(of_ledger archive.archived)" -ge $((before + 20000)) ] && break
    sleep 0.2
done
[ "$(of_ledger archive.archived)" -ge $((before + 20000)) ] || fail "archiving did not go on after space was freed"
expect netflow-global="$work/before.json" netflow-global="$work/full.json" netflow-global="$work/after.json"
same "archived and shed" $((50000 + full)) $(($(of_ledger archive.archived) + $(of_ledger archive.shed_disk) + $(of_ledger archive.shed_busy)))
same_books
"$command" archive verify --data "$data" || fail "archive verify finds damage"
