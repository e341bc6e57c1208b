// SPDX-License-Identifier: Apache-2.0
// Any bytes as a sampled packet whose payload is asked: what is told of it lies inside, digests have their length, a hello
// that was cut tells no other name than the whole one, and texts are found alike by whoever remembers them. First byte: the
// protocol; second: which hello of ours the rest changes, pair by pair of place and value, or none.
#include <cstdlib>
#include <string>
#include <vector>

#include "filters/text/fingerprint.hpp"
#include "filters/text/known_texts.hpp"
#include "filters/text/payload.hpp"
#include "filters/text/tls_hello.hpp"
#include "tests/support/hello_builder.hpp"

namespace {

using filters::text::PatternKind;

void require(bool holds) {
    if (!holds) std::abort();
}

flow::Bytes bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

bool inside(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

struct Texts {
    filters::text::TextTable table =
        filters::text::TextTable::compile({{{PatternKind::content, "exa"}, 0},
                                           {{PatternKind::regex, "[0-9]{2}\\.[a-z]"}, 1},
                                           {{PatternKind::equal, "www.example.org", true}, 2},
                                           {{PatternKind::present}, 3}})
            .value();
    filters::text::Scratch scratch{};
    filters::text::KnownTexts known = filters::text::KnownTexts::make().value();

    Texts() { require(table.fit(scratch).has_value()); }
    void look(std::string_view text) {
        std::vector<std::uint32_t> found;
        require(table.match(
            text, scratch,
            [](std::uint32_t id, void* to) { static_cast<std::vector<std::uint32_t>*>(to)->push_back(id); }, &found));
        for (int i = 0; i < 2; ++i) {
            const auto ids = known.ids(text, table, scratch);
            require(std::vector<std::uint32_t>(ids.begin(), ids.end()) == found);
        }
    }
};

void look_at_hello(std::string_view payload, Texts& texts) {
    static auto fingerprinter = filters::text::Fingerprinter::make();
    require(fingerprinter.has_value());
    const auto hello = filters::text::read_tls_hello(bytes(payload));
    if (!hello) return;
    require(inside(hello->server_name, payload) && inside(hello->alpn, payload));
    const std::string name(hello->server_name);
    const std::string ja3(fingerprinter->ja3(*hello));
    const std::string ja4(fingerprinter->ja4(*hello));
    require(ja3.size() == (hello->complete ? filters::text::kJa3Chars : 0));
    require(ja4.empty() || (ja4.size() == filters::text::kJa4Chars && hello->client));
    texts.look(name);
    texts.look(ja4);
    // Cut in the middle, the name is the same or not there.
    const std::string half(payload.substr(0, payload.size() / 2));
    const auto cut = filters::text::read_tls_hello(bytes(half));
    require(!cut || cut->server_name.empty() || cut->server_name == name || !hello->complete);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    static Texts texts;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
    std::string packet;
    if (data[1] % 3 == 0) {
        packet = rest;
    } else {
        packet = (data[1] % 3 == 1 ? support::firefox_hello() : support::chrome_hello()).record();
        for (std::size_t i = 0; i + 1 < rest.size(); i += 2) {
            const std::size_t place = static_cast<unsigned char>(rest[i]) * (data[1] / 3 % 3 + 1u);
            packet[place % packet.size()] = rest[i + 1];
        }
    }
    const std::vector<char> exact(packet.begin(), packet.end());  // so that a sanitizer sees its end
    const std::string_view whole(exact.data(), exact.size());
    const std::string_view payload = filters::text::application_bytes(whole, data[0]);
    require(inside(payload, whole));
    texts.look(payload);
    look_at_hello(payload, texts);
    return 0;
}
