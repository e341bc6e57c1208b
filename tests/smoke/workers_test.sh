#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Several workers and every kind of device that namespaces offer: 50 exporters over a veth pair, each kept by one worker;
# matching on a core of its own; AF_XDP, TAP; frames with tags and extension headers, and junk.
. "$(dirname "$0")/daemon_lib.sh"
need_basics
need ethtool ethtool
[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"

make_ns far
make_ns box
connect far out box in
for end in far:out:1 box:in:2; do
    IFS=: read -r ns interface last <<<"$end"
    in_ns "$ns" sysctl -qw "net.ipv6.conf.$interface.disable_ipv6=0"
    in_ns "$ns" ip addr add "10.99.0.$last/16" dev "$interface"
    in_ns "$ns" ip addr add "2001:db8:99::$last/64" dev "$interface" nodad
done
for i in $(seq 50); do in_ns far ip addr add "10.99.1.$i/16" dev out; done
# af_xdp takes ARP and neighbour discovery from the kernel, too: nobody would answer.
in_ns far ip neigh add 10.99.0.2 lladdr "$(mac box in)" nud permanent dev out
in_ns far ip neigh add 2001:db8:99::2 lladdr "$(mac box in)" nud permanent dev out

# collect NAME DEVICE CORES MATCH_CORES: starts the collector with data of its own.
collect() {
    echo "--- $1: device $2, cores $3, match_cores $4"
    data=$work/$1
    write_config "$2"
    sed -i -e "s|^cores = .*|cores = $3|" -e "s|^match_cores = .*|match_cores = $4|" "$config"
    launch box
}

# fifty_exporters NAME
fifty_exporters() {
    generate far "$1" -t 10.99.0.2 -p 2055 --protocol v9 --rate 20000 --count 60000 --exporters 50 --source 10.99.1.1
    "$command" status -o json --config "$config" >"$work/status.json"
    expect netflow-global="$work/$1.json"
    python3 "$smoke/exporters.py" "$command" "$data" "$work/$1.json"
    same "handed over to the owner, lost on the way" 0 "$(value datagrams.handoff_lost < <("$command" ledger -o json --data "$data"))"
}

collect two_workers af_packet:in "[0, 1]" "[]"
fifty_exporters two_workers
echo "packets of the workers: $(value workers.0.packets <"$work/status.json") and $(value workers.1.packets <"$work/status.json")," \
    "handed over: $(value workers.0.handed_off <"$work/status.json") and $(value workers.1.handed_off <"$work/status.json")"
collect own_core af_packet:in "[0]" "[1]"
fifty_exporters own_core
same "match core" 1 "$(value workers.0.match_core <"$work/status.json")"

echo "--- captures of many exporters over two queues"
write_config loopback
sed -i -e "s|^cores = .*|cores = [0, 1]|" "$config"
replayed=()
for protocol in v9 ipfix; do
    "$generator" --write "$work/$protocol.pcap" --start $(($(date +%s) - 3600)) --protocol "$protocol" --rate 20000 --count 60000 \
        --exporters 50 -o json >"$work/$protocol-sent.json"
    replayed+=(--replay "$work/$protocol.pcap")
done
"$daemon" --config "$config" --data "$work/two_queues" -o json "${replayed[@]}" >"$work/two_queues.json"
python3 "$smoke/check.py" equal "$command" "$work/two_queues" netflow-global="$work/v9-sent.json" ipfix-global="$work/ipfix-sent.json"
python3 "$smoke/exporters.py" "$command" "$work/two_queues" "$work/v9-sent.json" "$work/ipfix-sent.json"
same "sets that waited for their template" 0 "$(value held.sets <"$work/two_queues.json")"
same "lost on the way to the owner" 0 "$(value datagrams.handoff_lost <"$work/two_queues.json")"
[ "$(value datagrams.handed_off <"$work/two_queues.json")" -gt 0 ] || fail "nothing was handed over: the test shows nothing"

echo "--- the same in fragments"
replayed=() id=0
for protocol in v9 ipfix; do
    python3 "$smoke/repack.py" fragments "$work/$protocol.pcap" "$work/$protocol-fragments.pcap" $((id += 20000))
    replayed+=(--replay "$work/$protocol-fragments.pcap")
done
"$daemon" --config "$config" --data "$work/fragments" -o json "${replayed[@]}" >"$work/fragments.json"
python3 "$smoke/check.py" equal "$command" "$work/fragments" netflow-global="$work/v9-sent.json" ipfix-global="$work/ipfix-sent.json"
python3 "$smoke/exporters.py" "$command" "$work/fragments" "$work/v9-sent.json" "$work/ipfix-sent.json"
same "fragments, all used" "$(value packets.fates.fragment <"$work/fragments.json")" "$(value fragments.used <"$work/fragments.json")"
[ "$(value datagrams.reassembled <"$work/fragments.json")" -gt 1000 ] || fail "hardly any fragments: the test shows nothing"

echo "--- frames by hand"
# Without addresses on either side, so that no kernel says anything of its own.
make_ns hand
make_ns tray
connect hand out tray in
data=$work/frames
write_config af_packet:in
launch tray
in_ns hand python3 "$smoke/frames.py" send out "$(mac tray in)" >"$work/frames.json"
wait_through "$(value flows <"$work/frames.json")" 5
sleep 0.3
stop_collector
python3 "$smoke/frames.py" check "$command" "$data" "$work/frames.json"

echo "--- tap"
data=$work/tap
write_config tap:nctap
launch box
in_ns box ip addr add 10.98.0.1/24 dev nctap
in_ns box ip link set nctap up
in_ns box ip neigh add 10.98.0.2 lladdr 02:00:00:00:00:02 nud permanent dev nctap
generate box tap -t 10.98.0.2 -p 2055 --rate 10000 --count 20010
expect netflow-global="$work/tap.json"

echo "--- af_xdp, as user nobody"
data=$work/xdp
write_config af_xdp:in
sed -i -e 's|^user = .*|user = "nobody"|' "$config"
chmod 711 "$work"
ip netns exec "$prefix-box" "$daemon" --config "$config" >"$work/collector.log" 2>&1 &
collector=$!
until "$command" status --config "$config" >/dev/null 2>&1; do
    kill -0 "$collector" 2>/dev/null || {
        collector=
        echo "not tried, AF_XDP cannot be made here: $(tail -1 "$work/collector.log")"
        exit 0
    }
    sleep 0.1
done
in_ns box ip link show in | grep -q xdp || fail "no XDP program on the interface"
generate far xdp4 -t 10.99.0.2 -p 2055 --protocol v5 --rate 20000 --count 30000 --exporters 10 --source 10.99.1.1
generate far xdp6 -t 2001:db8:99::2 --source 2001:db8:99::1 -p 4739 --protocol ipfix --rate 20000 --count 30000
expect netflow-global="$work/xdp4.json" ipfix-global="$work/xdp6.json"
python3 "$smoke/exporters.py" "$command" "$data" "$work/xdp4.json" "$work/xdp6.json"
in_ns box ip link show in | grep xdp && fail "the XDP program is still on the interface"
echo "the interface is the kernel's again"
