// SPDX-License-Identifier: Apache-2.0
#include "filters/program/text_index.hpp"

#include <map>
#include <string_view>
#include <utility>

#include "filters/text/payload.hpp"

namespace filters::program {

flow::Result<std::vector<TextIndex>> build_texts(const PredicateSet& predicates, const Environment& /*environment*/) {
    std::map<language::Subject, std::vector<text::PatternDb::Entry>> entries;
    for (PredicateId id = 0; id < predicates.size(); ++id) {
        for (const TextFeed& feed : predicates[id].texts) entries[feed.subject].push_back({feed.pattern, id});
    }
    std::vector<TextIndex> out;
    for (const auto& [subject, list] : entries) {
        auto db = text::PatternDb::compile(list);
        if (!db) return flow::pass(db);
        out.push_back({subject, list.size(), std::move(*db)});
    }
    return out;
}

flow::Result<void> TextScan::fit(const TextIndex& index) {
    return scratch_.fit(index.db);
}

void TextScan::run(const flow::FlowBatch& batch, const TextIndex& index, Marks marks) noexcept {
    const std::uint64_t bit = language::presence_of(index.subject);
    if ((batch.present_any & bit) == 0) return;
    struct Target {
        Marks marks;
        std::uint32_t row;
    } target{marks, 0};
    const auto on_match = [](std::uint32_t predicate, void* context) {
        const auto* to = static_cast<const Target*>(context);
        to->marks.row(predicate, to->row);
    };
    for (; target.row < batch.rows; ++target.row) {
        if ((batch.present[target.row] & bit) == 0) continue;
        std::string_view text = batch.arena.view(batch.payload[target.row]);
        text = text::application_bytes(text, batch.proto[target.row]);
        if (!index.db.scan(text, scratch_, on_match, &target)) ++failures_;
    }
}

}  // namespace filters::program
