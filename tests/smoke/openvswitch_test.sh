#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Open vSwitch, userspace datapath, between two hosts: exports NetFlow v5, sFlow and IPFIX of their traffic over a veth
# pair into `af_packet:`, all three at once.
. "$(dirname "$0")/lib.sh"
need_basics
need ovs-vswitchd openvswitch-switch
need ethtool ethtool
schema=/usr/share/openvswitch/vswitch.ovsschema
[ -r $schema ] || skip "$schema is missing (Debian package openvswitch-switch)"

make_ns switch
make_ns box
make_ns host1
make_ns host2
connect switch out box in
in_ns switch ip addr add 10.99.0.1/24 dev out
in_ns box ip addr add 10.99.0.2/24 dev in
for i in 1 2; do
    connect switch port$i host$i eth
    in_ns host$i ip addr add 10.50.0.$i/24 dev eth
    # The switch copies frames as they are: hosts must fill in checksums themselves.
    in_ns host$i ethtool -K eth tx off >/dev/null
done

export OVS_RUNDIR=$work OVS_DBDIR=$work OVS_LOGDIR=$work
ovsdb-tool create "$work/conf.db" $schema
in_background switch "$work/ovsdb.log" ovsdb-server "$work/conf.db" --remote=punix:"$work/db.sock"
in_background switch "$work/ovs.log" ovs-vswitchd unix:"$work/db.sock"
wait_for "$work/ovs.log" 'connected'
vsctl() { ovs-vsctl --db=unix:"$work/db.sock" --timeout=10 "$@"; }
vsctl add-br br0 -- set bridge br0 datapath_type=netdev
vsctl add-port br0 port1 -- add-port br0 port2

start_collector box af_packet:in
start_capture box in "$work/export.pcap"
vsctl -- set Bridge br0 netflow=@n -- --id=@n create NetFlow targets='"10.99.0.2:2055"' active-timeout=1 \
    -- set Bridge br0 sflow=@s -- --id=@s create sFlow agent=out targets='"10.99.0.2:6343"' sampling=2 polling=1 \
    -- set Bridge br0 ipfix=@i -- --id=@i create IPFIX targets='"10.99.0.2:4739"' sampling=1 obs_domain_id=7 \
    cache_active_timeout=1 cache_max_flows=1000 >/dev/null
in_background host2 "$work/serve.log" python3 "$smoke/traffic.py" serve 10.50.0.2
wait_for "$work/serve.log" serving
in_ns host1 timeout 30 python3 "$smoke/traffic.py" talk 10.50.0.2
sleep 3
vsctl -- clear Bridge br0 netflow -- clear Bridge br0 sflow -- clear Bridge br0 ipfix
sleep 1
stop_capture
for export in netflow:2055 sflow:6343 ipfix:4739; do
    python3 "$smoke/exported.py" "$work/export.pcap" "${export#*:}" >"$work/${export%:*}.json"
    grep -q '"records": 0,' "$work/${export%:*}.json" && fail "Open vSwitch exported no ${export%:*}"
done

expect netflow-global="$work/netflow.json" sflow-global="$work/sflow.json" ipfix-global="$work/ipfix.json"
