#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A port of one's own: an exporter in a namespace resolves and pings the appliance's addresses on a device that the kernel
# does not see, without a static neighbour, and exports to it, in fragments too; a storm on the wire harms nobody.
# Usage: own_port_test.sh af_xdp|tap
. "$(dirname "$0")/daemon_lib.sh"
need_basics
kind=${1:-af_xdp}

make_ns far
make_ns box
wire=out
if [ "$kind" = af_xdp ]; then
    connect far out box in
    device=af_xdp:in
else
    wire=ncwire # the wire's other end is an interface of the kernel, which moves to the exporter
    device=tap:$wire
fi

# own_port DEVICE: the default configuration with this device and its addresses.
own_port() {
    write_config loopback
    sed -i '/^devices = /d' "$config"
    cat >>"$config" <<END
[[device]]
name = "$1"
address = ["10.99.0.2/24", "2001:db8:99::2/64"]
tap = "ncown"
punt_limit = 500
END
}

own_port "$device"
[ "$kind" = tap ] || start_capture far "$wire" "$work/wire.pcap"
ip netns exec "$prefix-box" "$daemon" --config "$config" >"$work/collector.log" 2>&1 &
collector=$!
until "$command" status --config "$config" >/dev/null 2>&1; do
    kill -0 "$collector" 2>/dev/null || {
        collector=
        grep -q "$device" "$work/collector.log" && skip "$kind cannot be made here: $(tail -1 "$work/collector.log")"
        fail "the collector ended while starting: $(tail -3 "$work/collector.log")"
    }
    sleep 0.1
done
[ "$kind" != tap ] || in_ns box ip link set "$wire" netns "$prefix-far"
in_ns far sysctl -qw "net.ipv6.conf.$wire.disable_ipv6=0"
in_ns far ip link set "$wire" up
in_ns far ip addr add 10.99.0.1/24 dev "$wire"
in_ns far ip addr add 2001:db8:99::1/64 dev "$wire" nodad
in_ns box ip addr show ncown
same "addresses on the kernel's interface" 2 "$(in_ns box ip -o addr show ncown scope global | wc -l)"

echo "--- neighbours and ping"
for address in 10.99.0.2 2001:db8:99::2; do
    in_ns far python3 "$smoke/ping.py" "$address" 5
    in_ns far python3 "$smoke/ping.py" "$address" 2 4000 # in fragments both ways
done
same "neighbours resolved" 2 "$(in_ns far ip neigh show dev "$wire" | grep -c "$(mac box ncown)")"

echo "--- exports over both families, with datagrams above the MTU"
generate far whole4 -t 10.99.0.2 -p 2055 --protocol v9 --rate 20000 --count 20000
generate far whole6 -t 2001:db8:99::2 --source 2001:db8:99::1 -p 4739 --protocol ipfix --rate 20000 --count 20000
in_ns far ip link set "$wire" mtu 1280
generate far parts4 -t 10.99.0.2 -p 2055 --protocol v5 --rate 20000 --count 20010
generate far parts6 -t 2001:db8:99::2 --source 2001:db8:99::1 -p 6343 --protocol sflow --rate 5000 --count 5000

echo "--- a storm, and the switch's LACP"
in_ns far python3 "$smoke/own_port.py" storm "$wire" 20000
in_ns far python3 "$smoke/own_port.py" lacp "$wire"
generate far storm4 -t 10.99.0.2 -p 2055 --protocol v9 --rate 10000 --count 5000 --seed 2
wait_for "$work/collector.log" LACP
if [ "$kind" = af_xdp ]; then # at `tap:` the announcements of the start come before the wire is the exporter's
    stop_capture
    python3 "$smoke/own_port.py" announced "$work/wire.pcap" "$(mac box ncown)" 10.99.0.2 2001:db8:99::2
fi

"$command" status -o json --config "$config" >"$work/status.json"
same "the kernel's interface in status" ncown "$(value devices.0.tap <"$work/status.json")"
[ "$(value devices.0.punt.answers <"$work/status.json")" -ge 26 ] || fail "status knows nothing of the kernel's answers"
python3 "$smoke/check.py" wait "$command" "$data" 20 netflow-global="$work/whole4.json" netflow-global="$work/storm4.json" \
    ipfix-global="$work/whole6.json" netflow-global="$work/parts4.json" sflow-global="$work/parts6.json"
stop_collector
python3 "$smoke/own_port.py" ledger "$command" "$data" || fail "the ledger says otherwise"
python3 "$smoke/check.py" equal "$command" "$data" netflow-global="$work/whole4.json" netflow-global="$work/storm4.json" \
    ipfix-global="$work/whole6.json" netflow-global="$work/parts4.json" sflow-global="$work/parts6.json"
in_ns box ip link show ncown >"$work/gone.log" 2>&1 && fail "the kernel's interface is still there"
echo "the kernel's interface went with the collector"
