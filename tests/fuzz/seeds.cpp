// SPDX-License-Identifier: Apache-2.0
// Writes what the fuzzers start from: streams of flow-generator, datagrams and frames built by hand, and the shared captures
// where they are.
// usage: fuzz_seeds DIRECTORY; writes DIRECTORY/TARGET/NAME
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "tests/captures/feed.hpp"
#include "tests/captures/inventory.hpp"
#include "tests/fuzz/decode_stream.hpp"
#include "tests/generator/stream.hpp"
#include "tests/support/mmdb_writer.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using support::Bytes;
using support::Ipfix;
using support::V9;
using support::Writer;

constexpr std::size_t kMostBytes = 8192;  // of a seed: what fuzzers are told to make at most

class Seeds {
  public:
    explicit Seeds(std::filesystem::path root) : root_(std::move(root)) {}
    void write(const std::string& target, const std::string& name, const Bytes& bytes) {
        std::filesystem::create_directories(root_ / target);
        std::ofstream out(root_ / target / name, std::ios::binary);
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        ++written_;
    }
    [[nodiscard]] std::size_t written() const { return written_; }

  private:
    std::filesystem::path root_;
    std::size_t written_ = 0;
};

Bytes stream_of(std::initializer_list<Bytes> datagrams) {
    Bytes stream;
    for (const Bytes& d : datagrams) fuzz::append_datagram(stream, d);
    return stream;
}

void generated(Seeds& seeds) {
    const std::map<std::string, generator::Protocol> protocols{{"netflow_fixed", generator::Protocol::v5},
                                                               {"netflow9", generator::Protocol::v9},
                                                               {"ipfix", generator::Protocol::ipfix},
                                                               {"sflow_stream", generator::Protocol::sflow}};
    for (const auto& [target, protocol] : protocols) {
        for (const std::uint32_t sampling : {1u, 100u}) {
            generator::Stream stream({.protocol = protocol,
                                      .ipv6_share = 0.5,
                                      .sampling = sampling,
                                      .per_datagram = 6,
                                      .late_templates = sampling == 1 ? 0u : 2u,
                                      .first_address = flow::IpAddress::v4(0xc0000201),
                                      .start_ms = 1'700'000'000'000});
            Bytes bytes;
            Bytes buffer(generator::kMaxDatagram);
            for (int i = 0; i < 6; ++i) {
                const auto datagram =
                    stream.next(1'700'000'000'000'000 + static_cast<std::uint64_t>(i) * 1000, 6, buffer.data());
                fuzz::append_datagram(bytes,
                                      {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(datagram.size)});
            }
            seeds.write(target, "generated_1_in_" + std::to_string(sampling), bytes);
        }
    }
}

void fixed(Seeds& seeds) {
    const Bytes v5 = support::V5()
                         .unix_time(1'700'000'000)
                         .uptime_ms(9000)
                         .sequence(7)
                         .sampling(1, 100)
                         .record({})
                         .record({})
                         .build();
    Bytes v1 = Writer().u16(1).u16(1).u32(9000).u32(1'700'000'000).u32(0).zeros(48);
    Bytes v7 = Writer().u16(7).u16(1).u32(9000).u32(1'700'000'000).u32(0).u32(7).u32(0).zeros(52);
    seeds.write("netflow_fixed", "one_of_each", stream_of({v5, v1, v7, v5}));
}

// The same sets in both protocols that have sets.
template <class Datagram>
void sets(Seeds& seeds, const std::string& target) {
    const Bytes record = Writer().ip("10.0.0.1").ip("10.0.0.2").u64(1500).u32(3).u16(1234).u16(443).u8(6);
    const std::vector<support::Field> fields{{8, 4}, {12, 4}, {1, 8}, {2, 4}, {7, 2}, {11, 2}, {4, 1}};
    const Bytes templates = Datagram(1).sequence(1).unix_seconds(1'700'000'000).template_set({{256, fields}}).build();
    const Bytes data =
        Datagram(1).sequence(2).unix_seconds(1'700'000'000).data_set(256, {record, record, record}).build();
    seeds.write(target, "template_then_data", stream_of({templates, data}));
    seeds.write(target, "data_then_template", stream_of({data, data, templates}));
    const Bytes sampler = Datagram(1)
                              .sequence(3)
                              .unix_seconds(1'700'000'000)
                              .options_template_set({{512, {{1, 4}}, {{48, 1}, {50, 4}, {49, 1}}}})
                              .data_set(512, {Writer().u32(0).u8(1).u32(100).u8(2)})
                              .build();
    const Bytes names = Datagram(1)
                            .sequence(4)
                            .unix_seconds(1'700'000'000)
                            .options_template_set({{513, {{10, 4}}, {{82, 8}, {83, 8}}}, {514, {{95, 4}}, {{96, 16}}}})
                            .data_set(513, {Writer().u32(7).text("xe-0/0/7", 8).text("uplink", 8)})
                            .data_set(514, {Writer().u32(0x0d000001).text("http", 16)})
                            .build();
    seeds.write(target, "options", stream_of({sampler, names, templates, data}));
    const Bytes texts =
        Datagram(1)
            .sequence(5)
            .unix_seconds(1'700'000'000)
            .template_set({{300, {{96, support::kVariableLength}, {8, 4}, {371, support::kVariableLength}}}})
            .data_set(300, {Writer().variable("dns").ip("10.0.0.1").variable("alice"),
                            Writer().variable_long(Bytes(300, 'a')).ip("10.0.0.2").variable("")})
            .build();
    seeds.write(target, "variable_length", stream_of({texts}));
    // NAT, MPLS, MAC, VLAN, NSEL, times, ICMP: a field of every conversion.
    const std::vector<support::Field> wide{
        {225, 4}, {226, 4}, {227, 2}, {228, 2}, {230, 1}, {70, 3},  {71, 3},  {56, 6},  {58, 2},  {80, 6},  {152, 8},
        {153, 8}, {154, 8}, {323, 8}, {176, 1}, {177, 1}, {4, 1},   {231, 4}, {232, 4}, {233, 1}, {234, 4}, {27, 16},
        {62, 16}, {148, 8}, {161, 4}, {22, 4},  {21, 4},  {160, 8}, {95, 4},  {361, 2}, {313, 20}};
    std::size_t width = 0;
    for (const support::Field& f : wide) width += f.length;
    Bytes many(2 * width);
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::uint8_t>(i * 37);
    seeds.write(
        target, "wide",
        stream_of({Datagram(1).unix_seconds(1'700'000'000).template_set({{400, wide}}).data_set(400, {many}).build()}));
}

void ipfix_only(Seeds& seeds) {
    const Bytes list = Writer().u8(3).u16(82).u16(4).u32(1).u32(2);
    const Bytes multi = Writer().u8(3).u16(256).u16(4 + 8).u32(1).u32(2);
    seeds.write(
        "ipfix", "lists",
        stream_of({Ipfix(1)
                       .unix_seconds(1'700'000'000)
                       .template_set({{256, {{8, 4}, {12, 4}}},
                                      {257, {{291, support::kVariableLength}, {292, support::kVariableLength}}},
                                      {258, {{293, support::kVariableLength}, {2, 4, 29305}, {1, 4, 29305}}}})
                       .data_set(257, {Writer().variable(list).variable(Writer().u8(3).u16(256).u32(1).u32(2).bytes())})
                       .data_set(258, {Writer().variable(multi).u32(3).u32(4)})
                       .build()}));
    seeds.write("ipfix", "withdrawal", stream_of({Ipfix(1).withdrawal(256).withdrawal(2).build()}));
    const Bytes frame = support::Frame().ethernet().vlan(7).ipv4().udp().payload(20).build();
    seeds.write("ipfix", "packet_sections",
                stream_of({Ipfix(1)
                               .template_set({{256, {{315, support::kVariableLength}, {312, 2}}}, {257, {{313, 20}}}})
                               .data_set(256, {Writer().variable(frame).u16(64)})
                               .build()}));
}

std::vector<Bytes> frames() {
    const Bytes payload = support::V5().record({}).build();
    return {
        support::udp_frame("192.0.2.1", "192.0.2.2", 40000, 2055, payload),
        support::udp_frame("2001:db8::1", "2001:db8::2", 40000, 2055, payload),
        support::Frame().ethernet().vlan(5, 0, 0x88a8).vlan(6).ipv4().udp().payload(payload).build(),
        support::Frame().ethernet().mpls(16, false).mpls(17).ipv4().tcp().build(),
        support::Frame().ethernet().ipv6().extension(0).extension(43).extension(60).udp().payload(payload).build(),
        support::Frame().ethernet().ipv6().fragment_header(0, true, 9).udp().payload(64).build(),
        support::Frame().ethernet().ipv6().fragment_header(9, false, 9).payload(64).build(),
        support::Frame().ethernet().ipv4({.id = 9, .more_fragments = true}).udp().payload(64).build(),
        support::Frame().ethernet().ipv4({.id = 9, .fragment_offset = 9}).payload(64).build(),
        support::Frame().ethernet().ipv4({.options = Bytes(8, 1)}).icmp().build(),
        support::Frame()
            .ipv4()
            .protocol(47)
            .payload(support::from_hex("0000 0800 4500 001c 0000 0000 4011 0000 0a000001 0a000002"))
            .build(),
    };
}

void sampled(Seeds& seeds) {
    Bytes stream;
    int sequence = 0;
    for (const Bytes& frame : frames()) {
        support::FlowSample sample{.rate = 512, .records = {support::sflow_raw_header({.header = frame})}};
        sample.records.push_back(support::sflow_switch(5, 6));
        sample.records.push_back(support::sflow_router("192.0.2.254", 24, 16));
        support::Sflow datagram;
        datagram.sequence(static_cast<std::uint32_t>(++sequence)).flow_sample(sample).expanded_flow_sample(sample);
        datagram.counter_sample({.records = {support::sflow_interface_counters(1, 2, 3)}});
        fuzz::append_datagram(stream, datagram.build());
    }
    seeds.write("sflow_stream", "raw_headers", stream);
    // Gateway (AS path and communities), user, URL, NAT, MPLS, VLAN tunnel, VNI: a body of small numbers each.
    for (const std::uint32_t format :
         {2u,    3u,    4u,    1003u, 1004u, 1005u, 1006u, 1007u, 1008u, 1009u, 1010u, 1011u,
          1012u, 1021u, 1022u, 1023u, 1024u, 1025u, 1026u, 1029u, 1030u, 1036u, 1037u, 1038u}) {
        Writer body;
        body.u32(1).ip("192.0.2.1");
        for (std::uint32_t i = 0; i < 12; ++i) body.u32(i % 3 + 1);
        support::FlowSample sample{.records = {support::sflow_record(format, body.bytes())}};
        seeds.write("sflow_stream", "record_" + std::to_string(format),
                    stream_of({support::Sflow()
                                   .flow_sample(sample)
                                   .sample(5, Writer()
                                                  .u32(1)
                                                  .u32(0)
                                                  .u32(1)
                                                  .u32(0)
                                                  .u32(1)
                                                  .u32(2)
                                                  .u32(3)
                                                  .u32(1)
                                                  .raw(sample.records[0])
                                                  .bytes())
                                   .build()}));
    }
}

void packets(Seeds& seeds) {
    int number = 0;
    for (const Bytes& frame : frames()) {
        seeds.write("packet", "frame_" + std::to_string(number++), Writer().u8(0).raw(frame));
    }
}

void stored(Seeds& seeds) {
    for (const std::uint8_t protocol : {std::uint8_t{0}, std::uint8_t{1}}) {
        const Bytes wire = Writer().u16(256).u16(2).u16(8).u16(4).u16(1).u16(4);
        const Bytes datagram = protocol == 0 ? V9(1).data_set(256, {Writer().ip("10.0.0.1").u32(9)}).build()
                                             : Ipfix(1).data_set(256, {Writer().ip("10.0.0.1").u32(9)}).build();
        Bytes bytes = Writer()
                          .u8(protocol)
                          .u8(1)
                          .u8(0)
                          .u8(4)
                          .u8(3)
                          .raw(wire)
                          .u8(1)
                          .u8(0)
                          .u64(~0ull)
                          .u64(100)
                          .u8(5)
                          .u8(1)
                          .text("eth0")
                          .u64(7)
                          .u64(0)
                          .u8(0);
        fuzz::append_datagram(bytes, datagram);
        seeds.write("templates", protocol == 0 ? "netflow9" : "ipfix", bytes);
    }
}

void filters(Seeds& seeds) {
    int number = 0;
    for (const char* filter : {"any",
                               "not any",
                               "proto tcp and dst port 443",
                               "src net 10.0.0.0/8 or dst net 2001:db8::/32",
                               "port in [ 22 80 443 ]",
                               "bytes > 1k and packets < 100",
                               "flags S and not flags AF",
                               "src ip in [ 10.1.0.1 192.168.0.0/16 ]",
                               "icmp-type 8",
                               "(src as 65000 or dst as 65001) and duration > 1000",
                               "next ip 10.0.0.1",
                               "mpls label1 = 100",
                               "nat event add",
                               "payload content 'HTTP'",
                               "payload regex '^GET'",
                               "ident live and if 3",
                               "inet6 and proto 58",
                               "tos 0x28",
                               "vlan 100",
                               "bps > 10M or pps > 1000 or bpp < 64",
                               "asa event denied",
                               "user = 'alice'",
                               "in if 1 out if 2",
                               "mac 00:11:22:33:44:55"}) {
        const std::string_view text(filter);
        seeds.write("filter", "filter_" + std::to_string(number++), Bytes(text.begin(), text.end()));
    }
}

const char* target_of(const Bytes& datagram) {
    if (datagram.size() < 4 || datagram[0] != 0) return nullptr;
    switch (datagram[1]) {
        case 0:
            return datagram[3] == 5 ? "sflow_stream" : nullptr;
        case 1:
        case 5:
        case 7:
            return "netflow_fixed";
        case 9:
            return "netflow9";
        case 10:
            return "ipfix";
        default:
            return nullptr;
    }
}

// MaxMind databases.
void databases(Seeds& seeds) {
    using support::Mmdb;
    const auto put = [&](const std::string& name, const support::MmdbWriter& writer) {
        const std::string bytes = writer.bytes();
        seeds.write("geo", name, Bytes(bytes.begin(), bytes.end()));
    };
    support::MmdbWriter small(4);
    small.add("192.0.2.0/24", Mmdb::country("NL"));
    small.add("10.0.0.0/8", Mmdb::as(64496, "Example"));
    put("ipv4", small);
    for (const unsigned record_bits : {28u, 32u}) {
        support::MmdbWriter both(6, record_bits);
        both.add("192.0.2.0/24", Mmdb::country("NL"));
        both.add("2001:db8::/32", Mmdb::as(64497, std::string(300, 'x')));
        both.add_stored("4000::/3", both.store(Mmdb::map({{"country", Mmdb::pointer(0)}})));
        both.alias_v4("2002::/16");
        put("records_of_" + std::to_string(record_bits), both);
    }
}

// Each file, and each group of files, as one stream: as much as a seed may hold.
void captured(Seeds& seeds, const std::string& name, const std::vector<std::string>& paths) {
    std::map<std::string, Bytes> streams;
    for (const std::string& path : paths) {
        for (const captures::Arrival& arrival : captures::read_arrivals(captures::root() / path)) {
            const char* target = target_of(arrival.bytes);
            if (target == nullptr) continue;
            Bytes& stream = streams[target];
            if (stream.size() + arrival.bytes.size() < kMostBytes) fuzz::append_datagram(stream, arrival.bytes);
        }
    }
    for (const auto& [target, stream] : streams) seeds.write(target, "captured_" + captures::test_name(name), stream);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: fuzz_seeds DIRECTORY\n");
        return 2;
    }
    Seeds seeds(argv[1]);
    generated(seeds);
    fixed(seeds);
    sets<V9>(seeds, "netflow9");
    sets<Ipfix>(seeds, "ipfix");
    ipfix_only(seeds);
    sampled(seeds);
    packets(seeds);
    stored(seeds);
    filters(seeds);
    databases(seeds);
    for (const captures::File& file : captures::files()) captured(seeds, file.path, {file.path});
    for (const captures::Group& group : captures::groups()) captured(seeds, group.name, group.paths);
    std::printf("%zu seeds in %s\n", seeds.written(), argv[1]);
    return 0;
}
