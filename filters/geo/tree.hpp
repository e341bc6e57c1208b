// SPDX-License-Identifier: Apache-2.0
// One MaxMind DB file: its search tree, walked once, and its values. The only door to libmaxminddb.
//
// Thread: one.
// Source: MaxMind DB File Format Specification 2.0.
// Limits: files up to kMostBytes. The file is copied first, so that nobody can change it while it is read.
// Errors: not there, no such database, damaged: a sentence with the path and what to do.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "dataplane/flow/result.hpp"
#include "filters/geo/stretches.hpp"
#include "filters/geo/values.hpp"

namespace filters::geo {

class Tree {
  public:
    static constexpr std::uint64_t kMostBytes = 1u << 30;

    [[nodiscard]] static flow::Result<Tree> open(const std::string& path);
    Tree(Tree&&) noexcept;
    Tree& operator=(Tree&&) noexcept;
    ~Tree();

    [[nodiscard]] const std::string& path() const noexcept;
    [[nodiscard]] std::string type() const;                // "GeoLite2-Country"
    [[nodiscard]] std::uint64_t built_s() const noexcept;  // since 1970

    // Asks for the value of each record once and gives the addresses that lead to it. IPv4 addresses are those the tree
    // has for them; where it has them again inside of IPv6 (mapped, 6to4, Teredo), nothing is said of the IPv6 address.
    using ValueOf = std::function<std::uint32_t(Values& values, const Value& record)>;
    [[nodiscard]] flow::Result<Space> walk(const ValueOf& value_of);

  private:
    struct State;
    explicit Tree(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace filters::geo
