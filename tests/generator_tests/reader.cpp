// SPDX-License-Identifier: Apache-2.0
#include "tests/generator_tests/reader.hpp"

#include <algorithm>

namespace generator_tests {

namespace {

void expect(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(what);
}

}  // namespace

SeenDatagram Reader::frame(View frame) {
    expect(number(frame, 12, 2) == 0x0800, "not IPv4");
    const View ip = frame.subspan(14);
    expect(ip[0] == 0x45 && number(ip, 2, 2) == ip.size() && ip[9] == 17, "not a whole IPv4 packet with UDP");
    const View udp = ip.subspan(20);
    expect(number(udp, 4, 2) == udp.size(), "UDP length is wrong");
    std::string source = std::to_string(ip[12]);
    for (std::size_t i = 13; i < 16; ++i) source += "." + std::to_string(ip[i]);
    return datagram(udp.subspan(8), source);
}

SeenDatagram Reader::datagram(View d, const std::string& source) {
    SeenDatagram out;
    out.source = source;
    out.size = d.size();
    out.version = number(d, 0, 2);
    if (out.version == 5) {
        v5(d, out);
    } else if (out.version == 9) {
        out.uptime_ms = number(d, 4, 4);
        out.seconds = number(d, 8, 4);
        out.sequence = number(d, 12, 4);
        out.domain = number(d, 16, 4);
        sets(d, 20, 0, out);
        expect(number(d, 2, 2) == out.flows.size() + out.templates, "v9 count is wrong");
    } else if (out.version == 10) {
        expect(number(d, 2, 2) == d.size(), "IPFIX length is wrong");
        out.seconds = number(d, 4, 4);
        out.sequence = number(d, 8, 4);
        out.domain = number(d, 12, 4);
        sets(d, 16, 2, out);
    } else {
        sflow(d, out);
    }
    return out;
}

void Reader::v5(View d, SeenDatagram& out) {
    const std::size_t count = number(d, 2, 2);
    expect(d.size() == 24 + 48 * count, "v5 count is wrong");
    out.uptime_ms = number(d, 4, 4);
    out.seconds = number(d, 8, 4);
    out.sequence = number(d, 16, 4);
    out.domain = number(d, 20, 2);
    for (std::size_t i = 0; i < count; ++i) {
        const View r = d.subspan(24 + 48 * i, 48);
        out.flows.push_back({number(r, 32, 2), number(r, 34, 2), r[38], number(r, 16, 4), number(r, 20, 4),
                             number(r, 24, 4), number(r, 28, 4), 4});
    }
}

void Reader::sets(View d, std::size_t at, std::uint64_t template_set, SeenDatagram& out) {
    while (at < d.size()) {
        const std::uint64_t id = number(d, at, 2);
        const std::size_t length = number(d, at + 2, 2);
        expect(length >= 4 && at + length <= d.size(), "set length is wrong");
        const View body = d.subspan(at + 4, length - 4);
        if (id == template_set) {
            read_templates(body, out);
        } else {
            read_data(body, templates_.at({out.source, out.domain, id}), out);
        }
        at += length;
    }
}

void Reader::read_templates(View set, SeenDatagram& out) {
    for (std::size_t at = 0; at < set.size();) {
        Fields fields;
        const std::uint64_t id = number(set, at, 2);
        const std::uint64_t count = number(set, at + 2, 2);
        at += 4;
        for (std::uint64_t i = 0; i < count; ++i, at += 4) {
            fields.emplace_back(number(set, at, 2), number(set, at + 2, 2));
        }
        templates_[{out.source, out.domain, id}] = fields;
        ++out.templates;
    }
}

void Reader::read_data(View set, const Fields& fields, SeenDatagram& out) {
    for (std::size_t at = 0; at < set.size();) {
        SeenFlow f;
        for (const auto& [element, length] : fields) {
            const std::uint64_t v = length <= 8 ? number(set, at, length) : 0;
            if (element == 7) f.src_port = v;
            if (element == 11) f.dst_port = v;
            if (element == 4) f.protocol = v;
            if (element == 2) f.packets = v;
            if (element == 1) f.bytes = v;
            if (element == 22 || element == 152) f.first = v;
            if (element == 21 || element == 153) f.last = v;
            if (element == 27) f.ip_version = 6;
            at += length;
        }
        expect(at <= set.size(), "record runs past its set");
        out.flows.push_back(f);
    }
}

void Reader::sflow(View d, SeenDatagram& out) {
    out.version = number(d, 0, 4);
    expect(out.version == 5 && number(d, 4, 4) == 1, "not sFlow 5 with an IPv4 agent");
    out.domain = number(d, 12, 4);
    out.sequence = number(d, 16, 4);
    out.uptime_ms = number(d, 20, 4);
    std::size_t at = 28;
    for (std::uint64_t left = number(d, 24, 4); left > 0; --left) {
        expect(number(d, at, 4) == 1, "not a flow sample");
        const std::size_t length = number(d, at + 4, 4);
        out.flows.push_back(sflow_sample(d.subspan(at + 8, length)));
        at += 8 + length;
    }
    expect(at == d.size(), "bytes behind the last sample");
}

SeenFlow Reader::sflow_sample(View s) {
    expect(number(s, 28, 4) == 1 && number(s, 32, 4) == 1, "not one raw header");
    expect(number(s, 36, 4) + 40 == s.size() && number(s, 40, 4) == 1, "raw header's length or protocol is wrong");
    const std::size_t header = number(s, 52, 4);
    expect(number(s, 44, 4) >= header + 4 && number(s, 48, 4) == 4, "frame length is wrong");
    SeenFlow f = packet(s.subspan(56, header));
    const std::uint64_t ethernet = number(s, 68, 2) == 0x8100 ? 18 : 14;
    const std::uint64_t frame = std::max<std::uint64_t>(60, ethernet + f.bytes) + 4;
    expect(number(s, 44, 4) == frame, "frame length and IP length differ");
    f.packets = number(s, 8, 4);
    f.bytes = frame * f.packets;
    return f;
}

SeenFlow Reader::packet(View p) {
    SeenFlow f;
    std::size_t at = 12;
    if (number(p, at, 2) == 0x8100) at += 4;
    f.ip_version = number(p, at, 2) == 0x86dd ? 6 : 4;
    const View ip = p.subspan(at + 2);
    expect(ip[0] >> 4 == f.ip_version, "IP version and Ethernet type differ");
    f.protocol = f.ip_version == 4 ? ip[9] : ip[6];
    f.bytes = f.ip_version == 4 ? number(ip, 2, 2) : number(ip, 4, 2) + 40;
    const View transport = ip.subspan(f.ip_version == 4 ? 20 : 40);
    if (f.protocol == 6 || f.protocol == 17) {
        f.src_port = number(transport, 0, 2);
        f.dst_port = number(transport, 2, 2);
    } else if (f.protocol == 1 || f.protocol == 58) {
        f.dst_port = number(transport, 0, 2);
    }
    return f;
}

}  // namespace generator_tests
