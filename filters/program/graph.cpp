// SPDX-License-Identifier: Apache-2.0
#include "filters/program/graph.hpp"

#include <algorithm>

namespace filters::program {

namespace {

// While building, node 0 is "true", odd nodes are predicates and even ones operations, so both can grow.
constexpr NodeId predicate_node(PredicateId id) noexcept {
    return 2 * id + 1;
}
constexpr NodeId operation_node(std::uint32_t index) noexcept {
    return 2 * index + 2;
}
constexpr bool is_predicate(NodeId node) noexcept {
    return (node & 1) != 0;
}
constexpr PredicateId predicate_of(NodeId node) noexcept {
    return node / 2;
}
constexpr std::uint32_t operation_of(NodeId node) noexcept {
    return node / 2 - 1;
}

}  // namespace

Edge GraphBuilder::predicate(Predicate predicate) {
    if (predicate.empty()) return kFalse;
    predicate.settle();
    const double share = predicate.share();
    const PredicateId id = predicates_.intern(std::move(predicate));
    if (id == predicate_share_.size()) predicate_share_.push_back(share);
    return edge_to(predicate_node(id));
}

Edge GraphBuilder::operation(OperationKind kind, std::vector<Edge> edges) {
    const Edge neutral = kind == OperationKind::all ? kTrue : kFalse;
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    std::erase(edges, neutral);
    // x with "not x" stands next to it, as false does with true: they settle the whole operation.
    for (std::size_t i = 0; i < edges.size(); ++i) {
        const bool clash = i != 0 && edges[i] == opposite(edges[i - 1]) && is_negated(edges[i]);
        if (clash || edges[i] == opposite(neutral)) return opposite(neutral);
    }
    if (edges.empty()) return neutral;
    if (edges.size() == 1) return edges.front();
    return make(kind, std::move(edges));
}

Edge GraphBuilder::make(OperationKind kind, std::vector<Edge> edges) {
    const auto [at, fresh] = ids_.emplace(Key{kind, std::move(edges)}, static_cast<std::uint32_t>(operations_.size()));
    if (fresh) {
        operations_.push_back(&at->first);
        double sum = 0;
        double least = 1;
        for (const Edge edge : at->first.edges) {
            sum += share(edge);
            least = std::min(least, share(edge));
        }
        operation_share_.push_back(kind == OperationKind::all ? least : std::min(1.0, sum));
    }
    return edge_to(operation_node(at->second));
}

Edge GraphBuilder::plain(Edge edge) {
    if (!is_negated(edge) || edge == kFalse) return edge;
    return make(OperationKind::all, {edge});
}

void GraphBuilder::name(Edge edge, const std::function<std::string()>& text) {
    const NodeId node = node_of(edge);
    if (!keeps_names_ || node == 0 || !is_predicate(node)) return;
    names_.resize(predicates_.size());
    std::string& name = names_[predicate_of(node)];
    if (name.empty()) name = text();
}

double GraphBuilder::share(Edge edge) const {
    const NodeId node = node_of(edge);
    double share = 1;
    if (node != 0) {
        share = is_predicate(node) ? predicate_share_[predicate_of(node)] : operation_share_[operation_of(node)];
    }
    return is_negated(edge) ? 1 - share : share;
}

void GraphBuilder::keep_only(std::span<const Edge> roots) {
    std::vector<bool> needed(predicates_.size());
    std::vector<bool> seen(operations_.size());
    std::vector<Edge> open(roots.begin(), roots.end());
    while (!open.empty()) {
        const NodeId node = node_of(open.back());
        open.pop_back();
        if (node != 0 && is_predicate(node)) needed[predicate_of(node)] = true;
        if (node == 0 || is_predicate(node) || seen[operation_of(node)]) continue;
        seen[operation_of(node)] = true;
        const auto& operands = operations_[operation_of(node)]->edges;
        open.insert(open.end(), operands.begin(), operands.end());
    }
    for (PredicateId id = 0; id < needed.size(); ++id) {
        if (!needed[id]) predicates_.forget(id);
    }
}

GraphBuilder::Finished GraphBuilder::finish() const {
    Finished out;
    for (const Key* key : operations_) {
        std::vector<Edge> edges = key->edges;
        std::stable_sort(edges.begin(), edges.end(), [&](Edge a, Edge b) {
            if (is_negated(a) != is_negated(b)) return is_negated(b);
            return share(a) < share(b);
        });
        out.operations.push_back(
            {key->kind, static_cast<std::uint32_t>(out.operands.size()), static_cast<std::uint32_t>(edges.size())});
        for (const Edge edge : edges) out.operands.push_back(final(edge));
    }
    return out;
}

Edge GraphBuilder::final(Edge edge) const noexcept {
    const NodeId node = node_of(edge);
    if (node == 0) return edge;
    const NodeId placed =
        is_predicate(node) ? predicate_of(node) + 1 : operation_of(node) + 1 + static_cast<NodeId>(predicates_.size());
    return edge_to(placed) | (edge & 1);
}

GraphBuilder::Trigger GraphBuilder::trigger(Edge edge) const {
    if (edge == kFalse) return {};
    if (is_negated(edge) || edge == kTrue) return {.always = true, .share = 1};
    const NodeId node = node_of(edge);
    if (is_predicate(node)) {
        const PredicateId id = predicate_of(node);
        return {.share = predicate_share_[id], .predicates = {id}};
    }
    const Key& key = *operations_[operation_of(node)];
    Trigger out{.always = key.kind == OperationKind::all, .share = key.kind == OperationKind::all ? 2.0 : 0.0};
    for (const Edge operand : key.edges) {
        Trigger inner = trigger(operand);
        if (key.kind == OperationKind::all) {
            // One operand is enough: the rarest that has a trigger at all.
            if (!inner.always && inner.share < out.share) out = std::move(inner);
        } else {
            if (inner.always || out.predicates.size() + inner.predicates.size() > kMostTriggers) {
                return {.always = true, .share = 1};
            }
            out.share += inner.share;
            out.predicates.insert(out.predicates.end(), inner.predicates.begin(), inner.predicates.end());
        }
    }
    std::sort(out.predicates.begin(), out.predicates.end());
    out.predicates.erase(std::unique(out.predicates.begin(), out.predicates.end()), out.predicates.end());
    return out;
}

}  // namespace filters::program
