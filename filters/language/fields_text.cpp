// SPDX-License-Identifier: Apache-2.0
#include "filters/language/field_rows.hpp"

namespace filters::language {

namespace {

using flow::Column;

constexpr std::string_view kText = "=, contains, matches, defined, or a text in quotes";
constexpr std::string_view kName = "=, contains, matches, defined, or a name";

// A TLS or SSL 3 record that holds a client or server hello (RFC 8446 section 5.1, RFC 6101 section 5.2): what nfdump
// takes for TLS. The hello's own version stands behind its length. TLS 1.3 says 1.2 there, which is what nfdump compares,
// and tells itself in an extension (RFC 8446 section 4.2.1: 43, a list in a client's hello, one version in a server's).
constexpr Field hello_field(std::string_view words, std::string_view pattern) {
    Field f = with_operand(words, "", Operand::pattern, kOf<Subject(Reading::application_bytes)>);
    f.pattern = pattern;
    return f;
}
constexpr Field server_name_field() {
    Field f =
        caseless_field("payload tls sni|payload ssl sni|payload sni", kName, kOf<Subject(Reading::tls_server_name)>);
    f.unsaid = TextMatch::contains;
    return f;
}
constexpr Field payload_field(std::string_view words, std::string_view value, Operand operand) {
    return with_operand(words, value, operand, kOf<Subject(Reading::application_bytes)>);
}

constexpr std::array kFields = {
    text_field("application", kName, kOf<Column::application>),
    sided(with_operand("as name", kName, Operand::as_name, kOf<Column::src_as, Column::dst_as>)),
    with_operand("prev as name|previous as name", kName, Operand::as_name, kOf<Column::prev_as>),
    with_operand("next as name", kName, Operand::as_name, kOf<Column::next_as>),
    // "ip|host" stands before it in the table: without an operator it is the address.
    caseless_field("host", kName, kOf<Column::http_host>),
    // Exporters write it into the column of the host; in sampled packets it is found in the hello.
    caseless_field("sni", kName, kOf<Column::http_host, Subject(Reading::tls_server_name)>),
    text_field("url", kText, kOf<Column::http_url>),
    text_field("user|asa user", kName, kOf<Column::user>),
    text_field("interface", kName, kOf<Column::input_if_name, Column::output_if_name>),
    text_field("in interface", kName, kOf<Column::input_if_name>),
    text_field("out interface", kName, kOf<Column::output_if_name>),
    text_field("vrf", kName, kOf<Column::vrf_name>),
    payload_field("payload content", "a text in quotes", Operand::content),
    payload_field("payload regex", "a regular expression in quotes", Operand::regex),
    with_operand("payload ja3", "32 hex digits, or defined", Operand::ja3, kOf<Subject(Reading::tls_ja3)>),
    with_operand("payload ja4", "a JA4 digest such as t13d1516h2_8daaf6152771_b186095e22b6, or defined", Operand::ja4,
                 kOf<Subject(Reading::tls_ja4)>),
    server_name_field(),
    hello_field("payload tls defined|payload ssl defined", "^\\x16\\x03[\\x00-\\x04]..[\\x01\\x02]"),
    hello_field("payload ssl version 3.0", "^\\x16\\x03[\\x00-\\x04]..[\\x01\\x02]...\\x03\\x00"),
    hello_field("payload tls version 1.0", "^\\x16\\x03[\\x00-\\x04]..[\\x01\\x02]...\\x03\\x01"),
    hello_field("payload tls version 1.1", "^\\x16\\x03[\\x00-\\x04]..[\\x01\\x02]...\\x03\\x02"),
    hello_field("payload tls version 1.2", "^\\x16\\x03[\\x00-\\x04]..[\\x01\\x02]...\\x03\\x03"),
    hello_field("payload tls version 1.3",
                "^\\x16\\x03[\\x00-\\x04]..[\\x01\\x02]...\\x03\\x03.*"
                "\\x00\\x2b\\x00(?:\\x02\\x03\\x04|.[\\x02-\\x1e](?:..){0,14}\\x03\\x04)"),
};

constexpr std::array kRefusals = {
    Refusal{"payload ssl version 1.0|payload ssl version 2.0",
            "SSL before 3.0 has no hello that could be told from other bytes; use payload regex"},
    Refusal{"payload ja4s", "JA4S of server hellos is not worked out; use payload ja3 or payload ja4"},
    Refusal{"payload dns", "DNS is not taken apart; use port 53 with payload content or payload regex"},
    Refusal{"pf", "packet filter logs of OpenBSD do not come in flow exports; they are read only by nfpcapd"},
    Refusal{"ip tor|host tor|src ip tor|dst ip tor|src host tor|dst host tor",
            "no list of Tor exit nodes is kept; put their addresses into a file and use ip in [ @include FILE ]"},
};

}  // namespace

std::span<const Field> text_fields() noexcept {
    return kFields;
}

std::span<const Refusal> refusals() noexcept {
    return kRefusals;
}

}  // namespace filters::language
