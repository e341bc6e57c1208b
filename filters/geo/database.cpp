// SPDX-License-Identifier: Apache-2.0
#include "filters/geo/database.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "filters/geo/tree.hpp"

namespace filters::geo {

namespace {

using language::Net;
using ValueRanges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

constexpr unsigned kV4Offset = 96;

// What a walk meets, numbered from 1 in order of discovery; 0 is the empty one.
template <class Thing>
class Numbering {
  public:
    std::uint32_t number_of(Thing thing) {
        if (thing == Thing{}) return 0;
        return numbers_.try_emplace(std::move(thing), static_cast<std::uint32_t>(numbers_.size() + 1)).first->second;
    }
    [[nodiscard]] bool empty() const noexcept { return numbers_.empty(); }
    // All of them, ascending, behind the empty one; `space` speaks of them by that order from now on.
    std::vector<Thing> settle(Space& space) {
        std::vector<Thing> things(1);
        std::vector<std::uint32_t> new_number(numbers_.size() + 1);
        for (const auto& [thing, number] : numbers_) {
            new_number[number] = static_cast<std::uint32_t>(things.size());
            things.push_back(thing);
        }
        space.v4.renumber(new_number);
        space.v6.renumber(new_number);
        space.v4.index(things.size());
        space.v6.index(things.size());
        return things;
    }

  private:
    std::map<Thing, std::uint32_t> numbers_;
};

std::optional<Value> at(Values& values, const Value& record, std::string_view outer, std::string_view inner) {
    const auto map = values.find(record, outer);
    return map ? values.find(*map, inner) : std::nullopt;
}

bool is_code(std::string_view text) {
    return text.size() == 2 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::optional<std::string_view> text_at(Values& values, const Value& record, std::string_view key) {
    const auto found = values.find(record, key);
    return found ? values.text(*found) : std::nullopt;
}

std::string country_in(Values& values, const Value& record) {
    for (const char* outer : {"country", "registered_country"}) {
        const auto found = at(values, record, outer, "iso_code");
        const auto code = found ? values.text(*found) : std::nullopt;
        if (code && is_code(*code)) return std::string(*code);
    }
    const auto code = text_at(values, record, "country_code");
    return code && is_code(*code) ? std::string(*code) : std::string{};
}

// "AS64496"
std::uint32_t number_in(std::string_view text) {
    std::uint32_t number = 0;
    if (!text.starts_with("AS")) return 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

AutonomousSystem system_in(Values& values, const Value& record) {
    AutonomousSystem out;
    const char* name_key = "autonomous_system_organization";
    if (const auto found = values.find(record, "autonomous_system_number")) {
        out.number = static_cast<std::uint32_t>(values.number(*found).value_or(0));
    } else {
        out.number = number_in(text_at(values, record, "asn").value_or(std::string_view{}));
        name_key = "as_name";
    }
    if (out.number != 0)
        out.name = text_at(values, record, name_key).value_or(std::string_view{}).substr(0, kMostNameBytes);
    return out;
}

std::vector<Net> nets_of(const Space& space, const ValueRanges& values) {
    std::vector<Net> out;
    for (const auto& range : space.v4.where(values)) {
        cut<std::uint32_t>(range, [&](std::uint32_t first, unsigned bits) {
            out.push_back(Net::prefix(flow::IpAddress::v4(first), kV4Offset + bits));
        });
    }
    for (const auto& range : space.v6.where(values)) {
        cut<Uint128>(range, [&](Uint128 first, unsigned bits) {
            std::array<std::uint8_t, 16> bytes{};
            for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(first >> (120 - 8 * i));
            out.push_back(Net::prefix(flow::IpAddress::v6(bytes.data()), bits));
        });
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::uint32_t value_of(const Space& space, const flow::IpAddress& address) noexcept {
    if (address.is_v4()) return space.v4.find(address.as_v4());
    return space.v6.find(Uint128{address.high()} << 64 | address.low());
}

tl::unexpected<flow::Error> lacks(const Tree& tree, const char* what, const char* instead) {
    return flow::fail("the database " + tree.path() + " (" + tree.type() + ") knows no " + what + ": name a " +
                      instead + " database");
}

}  // namespace

flow::Result<std::shared_ptr<const Database>> Database::open(const std::string& country_path,
                                                             const std::string& as_path) {
    std::shared_ptr<Database> out(new Database);
    if (!country_path.empty()) {
        if (auto ok = out->read_countries(country_path); !ok)
            return flow::fail(std::move(ok.error().message), {country_path, 0, 0});
    }
    if (!as_path.empty()) {
        if (auto ok = out->read_systems(as_path); !ok)
            return flow::fail(std::move(ok.error().message), {as_path, 0, 0});
    }
    return out;
}

flow::Result<void> Database::read_countries(const std::string& path) {
    auto tree = Tree::open(path);
    if (!tree) return flow::pass(tree);
    Numbering<std::string> found;
    auto space =
        tree->walk([&](Values& values, const Value& record) { return found.number_of(country_in(values, record)); });
    if (!space) return flow::pass(space);
    if (found.empty()) return lacks(*tree, "countries", "country or city");
    country_space_ = std::move(*space);
    countries_ = found.settle(country_space_);
    files_.push_back({path, tree->type(), tree->built_s()});
    return {};
}

flow::Result<void> Database::read_systems(const std::string& path) {
    auto tree = Tree::open(path);
    if (!tree) return flow::pass(tree);
    Numbering<AutonomousSystem> found;
    auto space =
        tree->walk([&](Values& values, const Value& record) { return found.number_of(system_in(values, record)); });
    if (!space) return flow::pass(space);
    if (found.empty()) return lacks(*tree, "autonomous systems", "ASN");
    as_space_ = std::move(*space);
    systems_ = found.settle(as_space_);
    files_.push_back({path, tree->type(), tree->built_s()});
    return {};
}

bool Database::has_country(std::string_view code) const noexcept {
    return !code.empty() && std::binary_search(countries_.begin(), countries_.end(), code);
}

std::vector<Net> Database::country(std::string_view code) const {
    if (!has_country(code)) return {};
    const auto found = std::lower_bound(countries_.begin(), countries_.end(), code);
    const auto value = static_cast<std::uint32_t>(found - countries_.begin());
    return nets_of(country_space_, {{value, value}});
}

std::vector<Net> Database::as(std::span<const language::Range> numbers) const {
    ValueRanges values;
    const auto first_above = [&](std::uint64_t number) {
        const auto found = std::partition_point(systems_.begin(), systems_.end(),
                                                [&](const AutonomousSystem& system) { return system.number < number; });
        return static_cast<std::uint32_t>(found - systems_.begin());
    };
    for (const language::Range& range : numbers) {
        const std::uint32_t first = first_above(std::max<std::uint64_t>(range.low, 1));
        const std::uint32_t behind = first_above(std::min<std::uint64_t>(range.high, 0xffff'ffff) + 1);
        if (first < behind) values.emplace_back(first, behind - 1);
    }
    return nets_of(as_space_, values);
}

std::string_view Database::country_of(const flow::IpAddress& address) const noexcept {
    return has_countries() ? std::string_view(countries_[value_of(country_space_, address)]) : std::string_view{};
}

const AutonomousSystem& Database::as_of(const flow::IpAddress& address) const noexcept {
    static const AutonomousSystem kUnknown;
    return has_as() ? systems_[value_of(as_space_, address)] : kUnknown;
}

}  // namespace filters::geo
