// SPDX-License-Identifier: Apache-2.0
#include "filters/language/ast.hpp"

#include <bit>

#include "filters/language/fields.hpp"
#include "filters/language/protocols.hpp"

namespace filters::language {

namespace {

constexpr unsigned kV4Offset = 96;

flow::IpAddress mask_of(unsigned bits) noexcept {
    flow::IpAddress ones;
    ones.bytes.fill(0xff);
    return flow::masked(ones, bits);
}

void append_v4(std::string& out, const flow::IpAddress& a) {
    out += flow::IpAddress::v4(a.as_v4()).text();
}

void append(std::string& out, const Net& net) {
    const int bits = net.prefix_bits();
    if (bits < 0) {
        append_v4(out, net.address);
        out += ' ';
        append_v4(out, net.mask);
        return;
    }
    out += net.address.text();
    if (bits != 128) out += "/" + std::to_string(net.is_v4() ? bits - static_cast<int>(kV4Offset) : bits);
}

template <class Items, class Append>
void append_list(std::string& out, const Items& items, Append append_item) {
    out += " in [";
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i != 0) out += ' ';
        append_item(items[i]);
    }
    out += ']';
}

void append_numbers(std::string& out, const Field& field, const std::vector<Range>& ranges) {
    if (ranges.size() > 1) {
        append_list(out, ranges, [&](const Range& range) { out += std::to_string(range.low); });
        return;
    }
    if (ranges.empty()) {
        out += " < 0";
        return;
    }
    const Range range = ranges.front();
    if (range.low == range.high) {
        const auto name = field.operand == Operand::protocol ? protocol_name(static_cast<std::uint8_t>(range.low))
                                                             : std::string_view{};
        out += ' ';
        out += name.empty() ? std::to_string(range.low) : std::string(name);
    } else if (range.high == field.most) {
        out += " >= " + std::to_string(range.low);
    } else {
        out += " <= " + std::to_string(range.high);
    }
}

std::string_view direction(Side side) noexcept {
    switch (side) {
        case Side::source:
            return "src ";
        case Side::destination:
            return "dst ";
        case Side::both:
            return "src and dst ";
        case Side::either:
            break;
    }
    return "";
}

class Printer {
  public:
    explicit Printer(const Ast& ast) : ast_(ast) {}

    // Depth is bounded by the parser's limit on brackets.
    void node(std::uint32_t index) {
        const Node& n = ast_.nodes[index];
        switch (n.kind) {
            case NodeKind::any:
                out += "any";
                return;
            case NodeKind::test:
                out += print(ast_.tests[n.first]);
                return;
            case NodeKind::negation:
                out += "not ";
                operand(ast_.children[n.first], NodeKind::negation);
                return;
            case NodeKind::conjunction:
            case NodeKind::disjunction:
                break;
        }
        for (std::uint32_t i = 0; i < n.count; ++i) {
            if (i != 0) out += n.kind == NodeKind::conjunction ? " and " : " or ";
            operand(ast_.children[n.first + i], n.kind);
        }
    }
    std::string out;

  private:
    void operand(std::uint32_t index, NodeKind around) {
        const NodeKind kind = ast_.nodes[index].kind;
        const bool brackets = (kind == NodeKind::disjunction && around != NodeKind::disjunction) ||
                              (kind == NodeKind::conjunction && around == NodeKind::negation);
        if (brackets) out += '(';
        node(index);
        if (brackets) out += ')';
    }
    const Ast& ast_;
};

}  // namespace

Net Net::prefix(const flow::IpAddress& a, unsigned bits) noexcept {
    return {flow::masked(a, bits), mask_of(bits)};
}

Net Net::v4_mask(std::uint32_t address, std::uint32_t mask) noexcept {
    Net out{flow::IpAddress::v4(address & mask), mask_of(kV4Offset)};
    for (unsigned i = 0; i < 4; ++i) out.mask.bytes[12 + i] = static_cast<std::uint8_t>(mask >> (24 - 8 * i));
    return out;
}

bool Net::is_v4() const noexcept {
    return flow::masked(mask, kV4Offset) == mask_of(kV4Offset) && address.is_v4();
}

bool Net::contains(const flow::IpAddress& a) const noexcept {
    if (a.is_v4() != is_v4()) return false;
    return (a.high() & mask.high()) == address.high() && (a.low() & mask.low()) == address.low();
}

int Net::prefix_bits() const noexcept {
    const int high = std::countl_one(mask.high());
    const int bits = high == 64 ? 64 + std::countl_one(mask.low()) : high;
    return mask == mask_of(static_cast<unsigned>(bits)) ? bits : -1;
}

std::string print(const Test& test) {
    const Field& field = fields()[test.field];
    std::string out(direction(test.side));
    switch (field.operand) {
        case Operand::fixed:
            return std::string(field.name());
        case Operand::number:
        case Operand::protocol:
            out += field.name();
            append_numbers(out, field, test.ranges);
            return out;
        case Operand::address:
        case Operand::prefix:
            break;
        case Operand::mac:
        case Operand::flags:
        case Operand::time:
        case Operand::ident:
        case Operand::country:
        case Operand::text:
        case Operand::content:
        case Operand::regex: {
            const char mark = test.text.find('\'') == std::string::npos ? '\'' : '"';
            return std::string(field.name()) + " " + mark + test.text + mark + (test.caseless ? " i" : "");
        }
    }
    const bool one_address = test.nets.size() == 1 && test.nets.front().prefix_bits() == 128;
    out += one_address || test.nets.size() > 1 ? "ip" : "net";
    if (test.nets.size() == 1) {
        out += ' ';
        append(out, test.nets.front());
    } else {
        append_list(out, test.nets, [&](const Net& net) { append(out, net); });
    }
    return out;
}

std::string print(const Ast& ast) {
    Printer printer(ast);
    printer.node(ast.root);
    return std::move(printer.out);
}

}  // namespace filters::language
