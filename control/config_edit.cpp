// SPDX-License-Identifier: Apache-2.0
#include "control/config_edit.hpp"

#include <algorithm>

#include "control/channel_layout.hpp"
#include "control/splices.hpp"
#include "control/toml_layout.hpp"
#include "control/toml_value.hpp"

namespace control {
namespace {

using flow::pass;

const std::vector<std::string_view> kProfileKeys{"profile", "description", "group", "channel"};
const std::vector<std::string_view> kChannelKeys{"name", "filter", "colour", "sign", "order", "sources"};

// Changes one text into another.
class Editor {
  public:
    Editor(std::string_view text, TomlLayout layout)
        : text_(text),
          layout_(std::move(layout)),
          channels_(channel_tables(layout_)),
          style_(style_of(text_, layout_)) {}

    // False: the layout is not understood.
    bool change(const ProfileText& before, const ProfileText& after) {
        if (channels_.size() != before.channels.size()) return false;
        change_profile(before, after);
        if (after.channels.size() < before.channels.size()) return remove_channel(before, after);
        for (std::size_t i = 0; i < before.channels.size(); ++i)
            change_channel(i, before.channels[i], after.channels[i]);
        for (std::size_t i = before.channels.size(); i < after.channels.size(); ++i) append_channel(after.channels[i]);
        return true;
    }
    [[nodiscard]] std::string result() const { return splices_.applied(text_); }

  private:
    void change_profile(const ProfileText& before, const ProfileText& after) {
        KeyTable root{layout_.tables.front().entries, nullptr};
        set_text(root, kProfileKeys, "profile", before.name, after.name);
        set_text(root, kProfileKeys, "description", before.description, after.description);
        set_text(root, kProfileKeys, "group", before.group, after.group);
        insert_first();
    }

    void change_channel(std::size_t i, const ChannelText& before, const ChannelText& after) {
        const KeyTable& table = channels_[i];
        set_text(table, kChannelKeys, "name", before.name, after.name);
        set_text(table, kChannelKeys, "filter", before.filter, after.filter);
        set_text(table, kChannelKeys, "colour", before.colour, after.colour);
        set_text(table, kChannelKeys, "sign", before.sign, after.sign);
        if (before.order != after.order)
            set(table, kChannelKeys, "order",
                [&](std::string_view) { return std::to_string(after.order.value_or(0)); });
        if (before.sources == after.sources) return;
        if (!after.sources) {
            remove(table, "sources");
        } else {
            set(table, kChannelKeys, "sources", [&](std::string_view old) {
                return old.empty() ? toml_list(*after.sources, quoting_in(table))
                                   : list_text(old, before.sources.value_or(std::vector<std::string>{}), *after.sources,
                                               layout_.line_end);
            });
        }
    }

    void set_text(const KeyTable& table, const std::vector<std::string_view>& order, std::string_view key,
                  const std::optional<std::string>& before, const std::optional<std::string>& after) {
        if (before == after || !after) return;
        set(table, order, key,
            [&](std::string_view old) { return toml_text(*after, quoting_for(*after, old, table), layout_.line_end); });
    }

    // `value` makes the new one of the old one, "" where there is none.
    template <class Value>
    void set(const KeyTable& table, const std::vector<std::string_view>& order, std::string_view key, Value value) {
        if (const TomlEntry* entry = table.find(key); entry != nullptr) {
            splices_.replace(entry->value.span, value(of(entry->value.span)));
            return;
        }
        insert(table, order, key, value({}));
    }

    // Behind the keys that usually stand before it, else before all others.
    void insert(const KeyTable& table, const std::vector<std::string_view>& order, std::string_view key,
                const std::string& value) {
        const auto rank = [&](std::string_view k) { return std::find(order.begin(), order.end(), k) - order.begin(); };
        const TomlEntry* before = nullptr;
        for (const TomlEntry& entry : table.entries) {
            if (rank(entry.key) < rank(key)) before = &entry;
        }
        const TomlEntry* next = table.entries.empty() ? nullptr : &table.entries.front();
        const TomlEntry* like = before != nullptr ? before : next;
        const std::string line =
            std::string(key) + (like == nullptr ? style_.equals : equals_like(table, *like, key)) + value;
        if (table.braces != nullptr) {
            if (before != nullptr)
                splices_.insert(before->value.span.end, ", " + line);
            else
                splices_.insert(next != nullptr ? next->key_span.begin : table.braces->begin + 1,
                                line + (next != nullptr ? ", " : ""));
        } else if (like != nullptr) {
            const std::string indent(text_.substr(line_begin(text_, like->key_span.begin),
                                                  like->key_span.begin - line_begin(text_, like->key_span.begin)));
            insert_line(
                before != nullptr ? line_end(text_, before->value.span.end) : line_begin(text_, next->key_span.begin),
                indent + line);
        } else if (table.header != nullptr) {
            insert_line(line_end(text_, table.header->end), style_.indent + line);
        } else {
            first_lines_ += line + layout_.line_end;
        }
    }
    void insert_line(std::size_t at, const std::string& line) {
        const bool unended = at == text_.size() && !text_.empty() && !text_.ends_with('\n');
        splices_.insert(at, unended ? layout_.line_end + line : line + layout_.line_end);
    }
    // The first keys of a file that had none before its channels: below what is said of the file as a whole.
    void insert_first() {
        if (first_lines_.empty()) return;
        if (layout_.tables.size() == 1) {
            insert_line(text_.size(), first_lines_.substr(0, first_lines_.size() - layout_.line_end.size()));
            return;
        }
        const std::size_t header = line_begin(text_, layout_.tables[1].header.begin);
        const std::size_t comments = above_comments(text_, header);
        splices_.insert(comments == line_begin(text_, 0) ? header : comments, first_lines_ + layout_.line_end);
    }

    void remove(const KeyTable& table, std::string_view key) {
        const TomlEntry* entry = table.find(key);
        if (entry == nullptr) return;
        if (table.braces == nullptr) {
            splices_.replace(lines_of(text_, {entry->key_span.begin, entry->value.span.end}), {});
            return;
        }
        const bool last = entry == &table.entries.back();
        if (table.entries.size() == 1) {
            splices_.replace({entry->key_span.begin, entry->value.span.end}, {});
        } else if (last) {
            splices_.replace({(entry - 1)->value.span.end, entry->value.span.end}, {});
        } else {
            splices_.replace({entry->key_span.begin, (entry + 1)->key_span.begin}, {});
        }
    }

    bool remove_channel(const ProfileText& before, const ProfileText& after) {
        std::size_t gone = 0;
        while (gone < after.channels.size() && before.channels[gone] == after.channels[gone]) ++gone;
        const KeyTable& table = channels_[gone];
        if (table.braces != nullptr)
            remove_element(splices_, text_, *channel_list(layout_), gone);
        else
            splices_.replace(table_lines(text_, layout_, table), {});
        return true;
    }

    void append_channel(const ChannelText& channel) {
        if (const TomlValue* list = channel_list(layout_); list != nullptr) {
            append_element(splices_, text_, *list, inline_channel(channel, style_, layout_.line_end), layout_.line_end);
            return;
        }
        std::string block = channel_block(channel, style_, layout_.line_end);
        const bool unended = !text_.empty() && !text_.ends_with('\n');
        const bool apart =
            style_.blank_between && !text_.empty() && !text_.ends_with("\n\n") && !text_.ends_with("\n\r\n");
        splices_.insert(text_.size(), (unended ? layout_.line_end : "") + (apart ? layout_.line_end : "") + block);
    }

    [[nodiscard]] std::string_view of(Span span) const { return text_.substr(span.begin, span.end - span.begin); }
    // Between key and value as the key beside it has it; where those of the table stand below each other, in their column.
    [[nodiscard]] std::string equals_like(const KeyTable& table, const TomlEntry& beside, std::string_view key) const {
        const auto sign_of = [&](const TomlEntry& e) { return of({e.key_span.end, e.value.span.begin}).find('='); };
        const std::string between(of({beside.key_span.end, beside.value.span.begin}));
        for (const TomlEntry& entry : table.entries) {
            if (sign_of(entry) < 2) continue;
            const std::size_t column = entry.key_span.end - entry.key_span.begin + sign_of(entry);
            return std::string(column > key.size() ? column - key.size() : 1, ' ') + between.substr(sign_of(beside));
        }
        return between;
    }
    // As the old value has it; of one line again, as the table has it.
    [[nodiscard]] Quoting quoting_for(std::string_view text, std::string_view old, const KeyTable& table) const {
        const Quoting before = quoting_of(old);
        return old.empty() || (before.three && text.find('\n') == kNowhere) ? quoting_in(table) : before;
    }
    // Of the table's texts, or of the file's.
    [[nodiscard]] Quoting quoting_in(const KeyTable& table) const {
        const TomlEntry* name = table.find("name");
        if (name == nullptr || name->value.kind != TomlValue::Kind::text) return style_.quoting;
        return {quoting_of(of(name->value.span)).quote, false};
    }

    std::string_view text_;
    TomlLayout layout_;
    std::vector<KeyTable> channels_;
    FileStyle style_;
    Splices splices_;
    std::string first_lines_;
};

// What was made must say what was wanted.
flow::Result<std::string> proven(const std::string& file, std::string text, const ProfileText& wanted) {
    const auto read = read_profile_text(file, text);
    if (read && *read == wanted) return text;
    const std::string why = read ? std::string("it would say something else afterwards") : read.error().text();
    return flow::fail("this file cannot be changed by itself (" + why + "): edit it by hand", {file, 0, 0});
}

}  // namespace

flow::Result<std::string> edited(const std::string& file, std::string_view text, const ProfileChange& change,
                                 std::string_view implied) {
    auto before = read_profile_text(file, text);
    if (!before) return pass(before);
    auto after = changed(*before, change, implied);
    if (!after) return pass(after);
    auto layout = layout_of(text);
    if (!layout) return flow::fail("this file's layout is not understood: edit it by hand", {file, 0, 0});
    Editor editor(text, std::move(*layout));
    if (!editor.change(*before, *after))
        return flow::fail("this file's layout is not understood: edit it by hand", {file, 0, 0});
    return proven(file, editor.result(), *after);
}

flow::Result<std::string> new_profile(const std::string& file, const ProfileText& profile) {
    const FileStyle style;
    std::string text;
    const auto line = [&](const char* key, const std::optional<std::string>& value) {
        if (value) text += std::string(key) + style.equals + toml_text(*value) + "\n";
    };
    line("profile", profile.name);
    line("description", profile.description);
    line("group", profile.group);
    for (const ChannelText& channel : profile.channels)
        text += (text.empty() ? "" : "\n") + channel_block(channel, style, "\n");
    return proven(file, std::move(text), profile);
}

}  // namespace control
