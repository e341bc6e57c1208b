#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Start, end, refusals, systemd's notifications and giving up root, of the real daemon.
. "$(dirname "$0")/daemon_lib.sh"
need_basics
need setpriv util-linux

# refused CODE TEXT ARGUMENTS...: the daemon does not start, ends with CODE and says TEXT in one line.
refused() {
    local expected=$1 text=$2 code=0
    shift 2
    in_ns box timeout 20 "$daemon" "$@" >"$work/refused.log" 2>&1 || code=$?
    if [ "$code" = "$expected" ] && grep -q "^net-collectord: .*$text" "$work/refused.log" &&
        [ "$(grep -c '^net-collectord: ' "$work/refused.log")" = 1 ]; then
        echo "exit $code: $(grep '^net-collectord: ' "$work/refused.log")"
        return
    fi
    cat "$work/refused.log"
    fail "expected exit $expected with \"$text\", was $code"
}

# refused_config TEXT SED-SCRIPT: the same of a configuration changed by the script.
refused_config() {
    sed -e "$2" "$config" >"$work/etc/changed.toml"
    refused 3 "changed.toml:[0-9]*:[0-9]*: .*$1" --config "$work/etc/changed.toml"
}

ends_under_load() {
    echo "--- SIGTERM under load"
    start_collector box loopback
    generate box before -t 127.0.0.1 -p 2055 --rate 30000 --count 30000
    generate_in_background box load -t 127.0.0.1 -p 2055 --rate 30000 --source 127.0.0.9 --seed 2
    sleep 1
    refused 1 "in use by another collector, process $collector" --config "$config"
    stop_collector
    kill -TERM "$child"
    finish "$child"
    "$command" ledger -o json --data "$data" >"$work/ledger.json"
    same "flows through = decoded" "$(value flows.decoded <"$work/ledger.json")" "$(value flows.through <"$work/ledger.json")"
    same "records sent before the load" "$(value records <"$work/before.json")" \
        "$("$command" exporters -o json --data "$data" | value 0.records)"
    same "balanced" true "$(value balanced <"$work/ledger.json")"
}

refuses() {
    echo "--- what cannot be"
    local good=(--config "$config")
    refused 1 "no network interface 'nope0'" "${good[@]}" --device af_packet:nope0
    refused 1 "no network interface 'nope0'" "${good[@]}" --device af_xdp:nope0
    refused 1 "cannot read the capture '/nowhere/x.pcap'" "${good[@]}" --device pcap:/nowhere/x.pcap
    refused 1 "cannot read the capture '$config'" "${good[@]}" --replay "$config"
    refused 1 "no PCI device 0000:ff:1f.7" "${good[@]}" --device 0000:ff:1f.7
    refused 1 "PCI address" "${good[@]}" --device 00:zz:00.0
    refused 3 "No such file" --config "$work/nowhere.toml"
    refused_config "did you mean \"cores\"" 's|^cores = |coers = |'
    refused_config "is no device" 's|^devices = .*|devices = ["00:zz:00.0"]|'
    refused_config "not TOML" 's|^cores = .*|cores = [|'
    sed -e 's|^cores = .*|cores = [1000]|' "$config" >"$work/etc/changed.toml"
    refused 1 "no CPU 1000" --config "$work/etc/changed.toml"
    sed -e 's|^user = .*|user = "nobody-of-this-name"|' "$config" >"$work/etc/changed.toml"
    refused 1 "does not exist on this machine" --config "$work/etc/changed.toml"
    in_background box "$work/taken.log" python3 -c 'import socket, time
s = socket.create_server(("127.0.0.1", 9108)); print("taken", flush=True); time.sleep(60)'
    wait_for "$work/taken.log" taken
    refused 1 "cannot listen on 127.0.0.1:9108: Address already in use" "${good[@]}"
    kill "$child"
    in_ns box "$daemon" --nonsense >"$work/refused.log" 2>&1 && fail "--nonsense is accepted"
    same "exit of --nonsense" 2 "$(in_ns box "$daemon" --nonsense >/dev/null 2>&1 || echo $?)"
}

# The version stands in LMDB's leaf right behind its key.
damages() {
    echo "--- data of others"
    cp -r "$data" "$work/newer"
    python3 - "$work/newer/data.mdb" <<'END'
import re, sys
path = sys.argv[1]
data = open(path, "rb").read()
changed = re.sub(rb"schema(.)\0\0\0", lambda found: b"schema\x63\0\0\0", data, flags=re.DOTALL)
assert changed != data
open(path, "wb").write(changed)
END
    refused 1 "newer version (schema 99" --config "$config" --data "$work/newer"
    cp -r "$data" "$work/cut"
    truncate -s 20000 "$work/cut/data.mdb"
    refused 1 "data.mdb is damaged" --config "$config" --data "$work/cut"
    cp -r "$data" "$work/foreign"
    head -c 100000 /dev/zero | tr '\0' x >"$work/foreign/data.mdb"
    refused 1 "directory $work/foreign" --config "$config" --data "$work/foreign"
    "$command" ledger --data "$work/cut" >"$work/refused.log" 2>&1 && fail "the command reads a damaged file"
    grep -q "data.mdb is damaged" "$work/refused.log" || fail "the command says: $(cat "$work/refused.log")"
}

gives_up_root() {
    echo "--- user = \"nobody\""
    local uid gid
    uid=$(id -u nobody) gid=$(id -g nobody)
    chmod 711 "$work"
    cp "$command" "$work/command"
    write_config loopback
    sed -i -e 's|^user = .*|user = "nobody"|' "$config"
    launch box
    for status in /proc/"$collector"/task/*/status; do
        [ "$(awk '/^Uid:/ {print $2, $3, $4, $5}' "$status")" = "$uid $uid $uid $uid" ] || fail "a thread is not nobody's: $(cat "$status")"
    done
    same "user of $(ls /proc/"$collector"/task | wc -l) threads" nobody "$(stat -c %U /proc/"$collector")"
    same "owner of the data" nobody "$(find "$data" "$work/etc/profiles.d" -printf '%u\n' | sort -u)"
    local before after
    before=$("$command" ledger -o json --data "$data" | value flows.through)
    generate box dropped -t 127.0.0.1 -p 2055 --rate 20000 --count 20010 --seed 3
    printf 'profile = "late"\n[[channel]]\nname = "all"\nfilter = "any"\n' >"$work/etc/profiles.d/late.toml"
    printf '\n[[source]]\nname = "low"\nport = 515\n' >>"$config"
    same "reload" "taken over, generation 2" "$("$command" reload --config "$config")"
    printf '\n[[source]]\nname = "lower"\nport = 514\n' >>"$config"
    kill -HUP "$collector"
    wait_for "$work/collector.log" "configuration 3 is in use"
    grep -E '51[45] is bound' "$work/collector.log" && fail "a reload cannot bind low ports any more"
    generate box low -t 127.0.0.1 -p 515 --rate 20000 --count 3000 --seed 4
    generate box lower -t 127.0.0.1 -p 514 --rate 20000 --count 3000 --seed 4
    wait_through $((before + 26010))
    same "flows of a reader with the group only" 6000 \
        "$(setpriv --reuid 65533 --regid "$gid" --clear-groups "$work/command" series -o json --data "$data" --profile late | value series.0.flows)"
    setpriv --reuid 65533 --regid "$gid" --clear-groups "$work/command" status --data "$data" >/dev/null || fail "a reader cannot ask for the status"
    setpriv --reuid 65533 --regid 65533 --clear-groups "$work/command" series --data "$data" >"$work/refused.log" 2>&1 &&
        fail "somebody without the group reads the data"
    grep "become a member of the group" "$work/refused.log" || fail "unclear refusal: $(cat "$work/refused.log")"
    stop_collector
    after=$("$command" ledger -o json --data "$data" | value flows.through)
    same "flows as nobody" 26010 $((after - before))
    launch box
    stop_collector
}

make_ns box
ends_under_load
refuses
damages
echo "--- systemd's notifications"
write_config loopback
in_ns box python3 "$smoke/notify.py" "$daemon" "$command" "$config" || fail "notifications"
gives_up_root
