// SPDX-License-Identifier: Apache-2.0
// What `net-collector query -s`, `-O` and `-A` know, in words for people. tests/console holds it against store/query.

export interface Element {
  name: string; // as -s takes it
  title: string;
  also?: string; // other names of the same, to be found by
}
export interface ElementGroup {
  title: string;
  elements: Element[];
}

function of(name: string, title: string, also?: string): Element {
  return also === undefined ? { name, title } : { name, title, also };
}

const mpls = Array.from({ length: 10 }, (_, n) => of(`mpls${n + 1}`, n === 0 ? "MPLS label 1 (top)" : `MPLS label ${n + 1}`));

export const elementGroups: ElementGroup[] = [
  {
    title: "Addresses and ports",
    elements: [
      of("srcip", "Source address"),
      of("dstip", "Destination address"),
      of("ip", "Address, either side"),
      of("srcport", "Source port"),
      of("dstport", "Destination port"),
      of("port", "Port, either side"),
      of("proto", "Protocol"),
      of("record", "Connection (protocol, addresses, ports)"),
    ],
  },
  {
    title: "Routing",
    elements: [
      of("srcas", "Source AS"),
      of("dstas", "Destination AS"),
      of("as", "AS, either side"),
      of("prevas", "Previous AS"),
      of("nextas", "Next AS"),
      of("nhip", "Next hop"),
      of("nhbip", "BGP next hop"),
      of("srcmask", "Source prefix length"),
      of("dstmask", "Destination prefix length"),
      of("mask", "Prefix length, either side"),
    ],
  },
  {
    title: "Exporters and interfaces",
    elements: [
      of("router", "Exporter's address"),
      of("sysid", "Exporter's number"),
      of("inif", "Input interface"),
      of("outif", "Output interface"),
      of("if", "Interface, either side"),
      of("inam", "Input interface's name"),
      of("onam", "Output interface's name"),
      of("odid", "Observation domain"),
      of("opid", "Observation point"),
    ],
  },
  {
    title: "Applications and names",
    elements: [
      of("application", "Application"),
      of("nbar", "Application id (NBAR)"),
      of("sni", "TLS server name"),
      of("host", "HTTP host"),
      of("user", "User"),
      of("ja3", "TLS fingerprint JA3"),
      of("ja4", "TLS fingerprint JA4"),
    ],
  },
  {
    title: "Packets",
    elements: [
      of("flags", "TCP flags"),
      of("tos", "Type of service", "srctos"),
      of("dsttos", "Type of service, destination"),
      of("dir", "Direction"),
      of("minttl", "Smallest TTL"),
      of("maxttl", "Largest TTL"),
      of("ethertype", "EtherType"),
      of("tunproto", "Protocol in the tunnel"),
    ],
  },
  {
    title: "VLANs and MAC addresses",
    elements: [
      of("srcvlan", "Source VLAN"),
      of("dstvlan", "Destination VLAN"),
      of("vlan", "VLAN, either side"),
      of("srcmac", "Source MAC"),
      of("dstmac", "Destination MAC"),
      of("mac", "MAC, any side"),
      of("insrcmac", "Source MAC coming in", "inmac"),
      of("indstmac", "Destination MAC coming in"),
      of("outsrcmac", "Source MAC going out"),
      of("outdstmac", "Destination MAC going out"),
      of("outmac", "MAC going out, either side"),
    ],
  },
  { title: "MPLS", elements: mpls },
  {
    title: "Address translation",
    elements: [
      of("xsrcip", "Translated source address", "nsrcip natsrcip"),
      of("xdstip", "Translated destination address", "ndstip natdstip"),
      of("natip", "Translated address, either side"),
      of("xsrcport", "Translated source port", "nsrcport natsrcport"),
      of("xdstport", "Translated destination port", "ndstport natdstport"),
      of("natport", "Translated port, either side"),
      of("nevent", "NAT event", "nat"),
      of("ivrf", "VRF coming in", "vrf"),
      of("evrf", "VRF going out"),
    ],
  },
  {
    title: "Firewalls",
    elements: [
      of("event", "Firewall event"),
      of("xevent", "Extended firewall event"),
      of("iacl", "Ingress ACL"),
      of("iace", "Ingress ACE"),
      of("ixace", "Ingress extended ACE"),
      of("eacl", "Egress ACL"),
      of("eace", "Egress ACE"),
      of("exace", "Egress extended ACE"),
    ],
  },
  { title: "Latency", elements: [of("cl", "Client latency"), of("sl", "Server latency"), of("al", "Application latency")] },
];

export const allElements: Element[] = elementGroups.flatMap((group) => group.elements);

export function elementTitle(name: string): string {
  return findElement(name)?.title ?? name;
}
export function findElement(name: string): Element | undefined {
  return allElements.find((e) => e.name === name || (e.also ?? "").split(" ").includes(name));
}

export interface OrderName {
  name: string;
  title: string;
}
function orders(text: string): OrderName[] {
  return text.split(";").map((pair) => ({ name: pair.split(":")[0]!, title: pair.split(":")[1]! }));
}
// By which a statistic can come.
export const statisticOrders = orders(
  "flows:flows;packets:packets;bytes:bytes;pps:packets/s;bps:bits/s;bpp:bytes/packet;" +
    "ipkg:packets in;opkg:packets out;ibyte:bytes in;obyte:bytes out;ipps:packets/s in;opps:packets/s out;" +
    "ibps:bits/s in;obps:bits/s out;ibpp:bytes/packet in;obpp:bytes/packet out",
);
// Flows, too, by time. The first is the order of the archive, which ends as soon as enough were found.
export const listOrders: OrderName[] = [
  { name: "", title: "as they were archived" },
  ...orders("tstart:first seen;tend:last seen;duration:duration"),
  ...statisticOrders,
];
// Those that come with the smallest first unless said otherwise.
export function risesByItself(order: string): boolean {
  return order === "tstart" || order === "tend";
}

// What -A can group by, the likely ones; others can be typed.
export const aggregations = [
  { name: "", title: "each flow" },
  { name: "proto,srcip,dstip,srcport,dstport", title: "connections (protocol, addresses, ports)" },
  { name: "srcip,dstip", title: "pairs of addresses" },
  { name: "srcip4/24,srcip6/64", title: "source networks (/24, /64)" },
  { name: "dstip4/24,dstip6/64", title: "destination networks (/24, /64)" },
  { name: "srcip,dstport", title: "source address and destination port" },
  { name: "dstip,dstport", title: "destination address and port" },
  { name: "srcas,dstas", title: "pairs of AS" },
  { name: "inif,outif", title: "pairs of interfaces" },
  { name: "router,inif", title: "exporter and input interface" },
];

// nfdump's text: formats of -o.
export const textFormats = [
  { name: "line", title: "line" },
  { name: "long", title: "long" },
  { name: "extended", title: "extended" },
  { name: "biline", title: "biline" },
  { name: "bilong", title: "bilong" },
  { name: "gline", title: "gline (countries)" },
  { name: "glong", title: "glong (countries)" },
  { name: "nsel", title: "nsel (firewalls)" },
  { name: "nel", title: "nel (translations)" },
  { name: "raw", title: "raw" },
  { name: "csv", title: "CSV" },
  { name: "json", title: "JSON" },
  { name: "ndjson", title: "NDJSON" },
  { name: "pipe", title: "pipe" },
];
