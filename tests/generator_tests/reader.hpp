// SPDX-License-Identifier: Apache-2.0
// A tiny reader of export datagrams that shares nothing with generator, builders or decoder: reads what
// conforming datagrams hold, and throws on anything else.
//
// Thread: one at a time per object.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace generator_tests {

using View = std::span<const std::uint8_t>;

[[nodiscard]] inline std::uint64_t number(View b, std::size_t at, std::size_t width) {
    if (at + width > b.size()) throw std::runtime_error("read beyond the end");
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < width; ++i) v = v << 8 | b[at + i];
    return v;
}

struct SeenFlow {
    std::uint64_t src_port = 0;
    std::uint64_t dst_port = 0;
    std::uint64_t protocol = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t first = 0;  // as on the wire
    std::uint64_t last = 0;
    std::uint64_t ip_version = 4;
};

struct SeenDatagram {
    std::string source;  // "127.0.0.1"
    std::uint64_t version = 0;
    std::uint64_t domain = 0;
    std::uint64_t sequence = 0;
    std::uint64_t uptime_ms = 0;  // v5, v9, sFlow
    std::uint64_t seconds = 0;    // v5, v9, IPFIX
    std::uint64_t templates = 0;
    std::size_t size = 0;
    std::vector<SeenFlow> flows;
};

class Reader {
  public:
    // An Ethernet frame with IPv4 and UDP.
    [[nodiscard]] SeenDatagram frame(View frame);
    [[nodiscard]] SeenDatagram datagram(View datagram, const std::string& source);

  private:
    using Key = std::tuple<std::string, std::uint64_t, std::uint64_t>;    // source, domain, template
    using Fields = std::vector<std::pair<std::uint64_t, std::uint64_t>>;  // element, length

    static void v5(View d, SeenDatagram& out);
    static void sflow(View d, SeenDatagram& out);
    static SeenFlow sflow_sample(View sample);
    static SeenFlow packet(View header);
    void sets(View d, std::size_t at, std::uint64_t template_set, SeenDatagram& out);
    void read_templates(View set, SeenDatagram& out);
    void read_data(View set, const Fields& fields, SeenDatagram& out);

    std::map<Key, Fields> templates_;
};

}  // namespace generator_tests
