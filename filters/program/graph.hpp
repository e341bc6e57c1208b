// SPDX-License-Identifier: Apache-2.0
// All filters as one graph of predicates, ANDs and ORs in which equal expressions are one node.
//
// Thread: built by the compiling one; read by all.
// Shape:  node 0 is "true"; nodes 1 to predicates are the predicates; then come the operations, each after
// its operands.
//         An edge is a node, perhaps negated: node * 2 + 1 when it is.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "filters/program/predicates.hpp"

namespace filters::program {

using NodeId = std::uint32_t;
using Edge = std::uint32_t;

inline constexpr Edge kTrue = 0;
inline constexpr Edge kFalse = 1;

[[nodiscard]] constexpr Edge edge_to(NodeId node) noexcept {
    return node * 2;
}
[[nodiscard]] constexpr Edge opposite(Edge edge) noexcept {
    return edge ^ 1;
}
[[nodiscard]] constexpr NodeId node_of(Edge edge) noexcept {
    return edge / 2;
}
[[nodiscard]] constexpr bool is_negated(Edge edge) noexcept {
    return (edge & 1) != 0;
}

enum class OperationKind : std::uint8_t { all, any };

// Operands: operands()[first, first + count): those not negated first, the rarest of them at the front.
struct Operation {
    OperationKind kind = OperationKind::all;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

// What more predicates than this could wake is looked at in every batch: lists of triggers stay short.
inline constexpr std::size_t kMostTriggers = 256;

// Nets from databases of addresses that all filters hold together: 640 MB. A country has up to 100,000, `as < 60000` more.
inline constexpr std::size_t kMostLocatedNets = 20'000'000;

// Predicates are numbered while filters are read, so operations get their final node numbers only in
// finish().
class GraphBuilder {
  public:
    [[nodiscard]] Edge predicate(Predicate predicate);
    [[nodiscard]] Edge all_of(std::vector<Edge> edges) { return operation(OperationKind::all, std::move(edges)); }
    [[nodiscard]] Edge any_of(std::vector<Edge> edges) { return operation(OperationKind::any, std::move(edges)); }
    // An edge to the same that is not negated; kFalse stays.
    [[nodiscard]] Edge plain(Edge edge);
    // What `test`, as the language prints it, became before; make() says it the first time. For tests whose answer is long
    // to make: hundreds of thousands of prefixes.
    template <class Make>
    [[nodiscard]] flow::Result<Edge> once(const std::string& test, Make make) {
        const auto known = made_.find(test);
        if (known != made_.end()) return known->second;
        const flow::Result<Edge> edge = make();
        if (edge) made_.emplace(test, *edge);
        return edge;
    }
    // Counts nets that a database of addresses gives to one test, before they are kept. False: they are too many together.
    [[nodiscard]] bool take_located(std::size_t nets) noexcept { return (located_nets_ += nets) <= kMostLocatedNets; }
    // Keeps for people what predicates mean; otherwise name() does nothing.
    void keep_names() { keeps_names_ = true; }
    // What `edge`, where it is a predicate, means as a filter.
    void name(Edge edge, const std::function<std::string()>& text);
    // By predicate; empty where nobody said.
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] const PredicateSet& predicates() const noexcept { return predicates_; }
    [[nodiscard]] std::size_t operations() const noexcept { return operations_.size(); }

    // Predicates that none of these edges needs ask nothing any more: `any or port 80` needs none. After the last predicate().
    void keep_only(std::span<const Edge> roots);

    struct Finished {
        std::vector<Operation> operations;
        std::vector<Edge> operands;
    };
    [[nodiscard]] Finished finish() const;
    // What `edge` is called after finish().
    [[nodiscard]] Edge final(Edge edge) const noexcept;

    // Which predicates must be looked at to know that a node can hold: it holds for no row unless one of them
    // does.
    struct Trigger {
        bool always = false;  // may hold whatever the predicates say
        double share = 0;
        std::vector<PredicateId> predicates{};
    };
    [[nodiscard]] Trigger trigger(Edge edge) const;
    [[nodiscard]] double share(Edge edge) const;

  private:
    struct Key {
        OperationKind kind;
        std::vector<Edge> edges;
        friend auto operator<=>(const Key&, const Key&) = default;
    };
    [[nodiscard]] Edge operation(OperationKind kind, std::vector<Edge> edges);
    [[nodiscard]] Edge make(OperationKind kind, std::vector<Edge> edges);

    PredicateSet predicates_;
    std::map<Key, std::uint32_t> ids_;
    std::vector<const Key*> operations_;  // keys of ids_, whose addresses stay
    std::vector<double> operation_share_;
    std::vector<double> predicate_share_;
    std::unordered_map<std::string, Edge> made_;
    std::size_t located_nets_ = 0;
    bool keeps_names_ = false;
    std::vector<std::string> names_;
};

}  // namespace filters::program
