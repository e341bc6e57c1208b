#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Which flows are archived: by channels, by source, a sample; taken over by reloads, and off. The ledger says where the others are.
. "$(dirname "$0")/archive_lib.sh"
need_basics

# reloads_to SED-SCRIPT: of the configuration as it was at first.
reloads_to() {
    sed -E -e "$1" "$work/first.toml" >"$config"
    "$command" reload --config "$config" >"$work/reload.log" 2>&1
}

# flows_to PORT NAME COUNT ARGUMENTS...: and waits until they are through.
flows_to() {
    local port=$1 name=$2 count=$3
    shift 3
    through=$((${through:-0} + count))
    generate box "$name" -t 127.0.0.1 -p "$port" --count "$count" --rate 20000 "$@"
    wait_through "$through"
}

# archived_is WHAT ROWS: of the ledger, once they are durable.
archived_is() {
    local i
    for i in $(seq 50); do
        [ "$(of_ledger archive.archived)" = "$2" ] && break
        sleep 0.2
    done
    same "$1" "$2" "$(of_ledger archive.archived)"
}

make_ns box
write_config loopback
cp "$config" "$work/first.toml"
sed -i -E -e 's|^keep = "all"|keep = "channels"\nchannels = ["zone1_profile/dns"]|' -e 's|^port = 4739|&\narchive = "none"|' "$config"
"$command" check-config "$config" | tee "$work/check.log"
grep -q '^archive: flows of zone1_profile/dns, lz4' "$work/check.log" || fail "check-config does not tell the policy"
grep -q '^archive, source ipfix-global: no flows' "$work/check.log" || fail "check-config does not tell a source's policy"
launch box

echo "--- by channels, and by source"
flows_to 2055 dns 20000 --protocol v5
flows_to 4739 none 5000 --protocol ipfix
dns=$(sent dns channels.dns)
archived_is "rows of the channel" "${dns%% *}"
same "not wanted" $((25000 - ${dns%% *})) "$(of_ledger archive.not_wanted)"
wait_archived "${dns%% *}"
same "flows, packets and bytes of the channel" "$dns" "$(totals)"
same "other flows found" 0 "$(totals 'not port 53' | cut -d' ' -f1)"

echo "--- a channel that does not exist"
reloads_to 's|^keep = "all"|keep = "channels"\nchannels = ["zone1_profile/dnss"]|' && fail "it is taken over"
grep -E ':[0-9]+:[0-9]+: archive: there is no channel "zone1_profile/dnss": did you mean "zone1_profile/dns"\?' "$work/reload.log" ||
    fail "the refusal says: $(cat "$work/reload.log")"

echo "--- a sample"
reloads_to 's|^keep = "all"|keep = "sample"\nsample = 10|' || fail "$(cat "$work/reload.log")"
flows_to 2055 sampled 20000 --protocol v5 --seed 2
archived_is "rows of the channel and the sample" $((${dns%% *} + 2000))
wait_archived $((${dns%% *} + 20000))

echo "--- what needs a restart"
reloads_to 's|^enabled = true|enabled = false|' || fail "$(cat "$work/reload.log")"
"$command" status --config "$config" | grep 'archive.enabled. changed and waits for a restart' || fail "status says nothing of it"
flows_to 2055 all 3000 --protocol v5 --seed 3
archived_is "and all of these" $((${dns%% *} + 5000))
stop_collector
same "balanced" true "$(of_ledger balanced)"
launch box
flows_to 2055 off 4000 --protocol v5 --seed 4
"$command" status --config "$config" | grep '^archive        off' || fail "status does not say that it is off"
stop_collector
same "while off" 4000 "$(of_ledger archive.off)"
same "balanced" true "$(of_ledger balanced)"
same "shed" "0 0" "$(of_ledger archive.shed_busy) $(of_ledger archive.shed_disk)"
