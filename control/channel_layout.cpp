// SPDX-License-Identifier: Apache-2.0
#include "control/channel_layout.hpp"

#include <algorithm>

namespace control {
namespace {

constexpr std::string_view kBlanks = " \t";

// Of the line that begins at `line`, without its line end.
std::string_view line_at(std::string_view text, std::size_t line) {
    std::string_view out = text.substr(line, line_end(text, line) - line);
    while (out.ends_with('\n') || out.ends_with('\r')) out.remove_suffix(1);
    return out;
}
std::string_view content(std::string_view line) {
    const std::size_t begin = line.find_first_not_of(kBlanks);
    return begin == kNowhere ? std::string_view{} : line.substr(begin);
}
bool is_comment(std::string_view text, std::size_t line) {
    return content(line_at(text, line)).starts_with('#');
}
bool is_empty(std::string_view text, std::size_t line) {
    return content(line_at(text, line)).empty();
}
bool begins_line(std::string_view text, std::size_t at) {
    const std::size_t line = line_begin(text, at);
    return content(text.substr(line, at - line)).empty();
}
std::string indent_of(std::string_view text, std::size_t at) {
    const std::string_view line = line_at(text, line_begin(text, at));
    return std::string(line.substr(0, line.size() - content(line).size()));
}
// Behind the comma, if there is one.
std::size_t end_of(const TomlValue& element) {
    return element.comma == kNowhere ? element.span.end : element.comma + 1;
}
bool has_rows(std::string_view text, const TomlValue& list) {
    return !list.elements.empty() && begins_line(text, list.span.end - 1) &&
           std::all_of(list.elements.begin(), list.elements.end(),
                       [&](const TomlValue& e) { return begins_line(text, e.span.begin); });
}

std::string joined(const ChannelText& channel, const FileStyle& style, std::string_view line_end,
                   const std::string& before, const std::string& between) {
    std::string out;
    const auto add = [&](const char* key, const std::string& value) {
        out += (out.empty() ? before : between) + key + style.equals + value;
    };
    const auto text = [&](const char* key, const std::optional<std::string>& value) {
        if (value) add(key, toml_text(*value, style.quoting, line_end));
    };
    text("name", channel.name);
    text("filter", channel.filter);
    text("colour", channel.colour);
    text("sign", channel.sign);
    if (channel.order) add("order", std::to_string(*channel.order));
    if (channel.sources) add("sources", toml_list(*channel.sources, style.quoting));
    return out;
}

// Quotes and what stands around "=" as the keys of a channel have it.
void take_keys(FileStyle& style, std::string_view text, const std::vector<TomlEntry>& entries) {
    for (const TomlEntry& entry : entries) {
        const std::size_t from = entry.key_span.end;
        const std::string between(text.substr(from, entry.value.span.begin - from));
        if (between.find('=') < 2) style.equals = between;
        if (entry.value.kind != TomlValue::Kind::text) continue;
        const Quoting quoting = quoting_of(text.substr(entry.value.span.begin, 3));
        if (entry.key == "name" && !quoting.three) style.quoting = quoting;
    }
}

}  // namespace

const TomlEntry* KeyTable::find(std::string_view key) const {
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const TomlEntry& e) { return e.key == key; });
    return found == entries.end() ? nullptr : &*found;
}

const TomlValue* channel_list(const TomlLayout& layout) {
    for (const TomlEntry& entry : layout.tables.front().entries) {
        if (entry.key == "channel" && entry.value.kind == TomlValue::Kind::list) return &entry.value;
    }
    return nullptr;
}

std::vector<KeyTable> channel_tables(const TomlLayout& layout) {
    std::vector<KeyTable> out;
    if (const TomlValue* list = channel_list(layout); list != nullptr) {
        for (const TomlValue& element : list->elements) out.push_back({element.entries, &element.span, nullptr});
    }
    for (const TomlTable& table : layout.tables) {
        if (table.of_list && table.name == "channel") out.push_back({table.entries, nullptr, &table.header});
    }
    return out;
}

FileStyle style_of(std::string_view text, const TomlLayout& layout) {
    FileStyle style;
    take_keys(style, text, layout.tables.front().entries);
    const std::vector<KeyTable> channels = channel_tables(layout);
    if (channels.empty()) return style;
    const KeyTable& last = channels.back();
    take_keys(style, text, last.entries);
    if (last.braces != nullptr) {
        if (last.entries.empty()) return style;
        const std::size_t first = last.entries.front().key_span.begin, end = last.entries.back().value.span.end;
        style.brace = text.substr(last.braces->begin, first - last.braces->begin);
        style.close = text.substr(end, last.braces->end - end);
        return style;
    }
    style.header = text.substr(last.header->begin, last.header->end - last.header->begin);
    style.header_indent = indent_of(text, last.header->begin);
    style.indent = last.entries.empty() ? style.header_indent : indent_of(text, last.entries.front().key_span.begin);
    const std::size_t line = line_begin(text, last.header->begin);
    const std::size_t above = above_comments(text, line);
    if (channels.size() > 1 && above > 0) style.blank_between = is_empty(text, line_begin(text, above - 1));
    return style;
}

std::string channel_block(const ChannelText& channel, const FileStyle& style, std::string_view line_end) {
    const std::string end(line_end);
    return style.header_indent + style.header + end +
           joined(channel, style, line_end, style.indent, end + style.indent) + end;
}

std::string inline_channel(const ChannelText& channel, const FileStyle& style, std::string_view line_end) {
    return style.brace + joined(channel, style, line_end, {}, ", ") + style.close;
}

std::size_t above_comments(std::string_view text, std::size_t line) {
    while (line > line_begin(text, 0) && is_comment(text, line_begin(text, line - 1)))
        line = line_begin(text, line - 1);
    return line;
}

Span table_lines(std::string_view text, const TomlLayout& layout, const KeyTable& table) {
    Span out = lines_of(text, *table.header);
    std::size_t next = text.size();  // the next table's header
    for (const TomlTable& other : layout.tables) {
        if (other.header.begin > table.header->begin) next = std::min(next, line_begin(text, other.header.begin));
    }
    if (!table.entries.empty()) out.end = line_end(text, table.entries.back().value.span.end);
    // Comments right behind belong to it, but for those that stand right above the next header.
    std::size_t comments = out.end;
    while (comments < next && is_comment(text, comments)) comments = line_end(text, comments);
    if (comments < next || next == text.size()) out.end = comments;
    const std::size_t first = line_begin(text, 0);
    const bool blank_above = out.begin == first || is_empty(text, line_begin(text, out.begin - 1));
    while (blank_above && out.end < text.size() && is_empty(text, out.end)) out.end = line_end(text, out.end);
    // At the end of the file the blank lines above would be left.
    while (out.end == text.size() && out.begin > first && is_empty(text, line_begin(text, out.begin - 1)))
        out.begin = line_begin(text, out.begin - 1);
    return out;
}

void remove_element(Splices& splices, std::string_view text, const TomlValue& list, std::size_t index) {
    const TomlValue& element = list.elements[index];
    const std::size_t end = end_of(element);
    const bool last = index + 1 == list.elements.size();
    const std::size_t line = line_end(text, end);
    const std::size_t next = last ? list.span.end - 1 : list.elements[index + 1].span.begin;
    if (begins_line(text, element.span.begin) && next >= line) {
        splices.replace({line_begin(text, element.span.begin), line}, {});
    } else if (!last) {
        const std::size_t blanks = text.find_first_not_of(kBlanks, end);
        splices.replace({element.span.begin, blanks == kNowhere ? end : blanks}, {});
    } else if (index > 0 && content(text.substr(list.elements[index - 1].comma + 1,
                                                element.span.begin - list.elements[index - 1].comma - 1))
                                .empty()) {
        splices.replace({list.elements[index - 1].comma, element.span.end}, {});
    } else {
        splices.replace({element.span.begin, end}, {});
    }
}

void append_element(Splices& splices, std::string_view text, const TomlValue& list, const std::string& element,
                    std::string_view line_end_text) {
    if (list.elements.empty()) return splices.insert(list.span.begin + 1, element);
    const TomlValue& last = list.elements.back();
    const bool comma = last.comma != kNowhere;
    const std::string end(line_end_text);
    const std::size_t line = line_end(text, end_of(last));
    if (!begins_line(text, last.span.begin) || list.span.end - 1 < line) {
        const bool own_line = begins_line(text, last.span.begin);
        const std::string apart = own_line ? end + indent_of(text, last.span.begin) : " ";
        return splices.insert(end_of(last), (comma ? "" : ",") + apart + element + (comma ? "," : ""));
    }
    if (!comma) splices.insert(last.span.end, ",");
    splices.insert(line, indent_of(text, last.span.begin) + element + (comma ? "," : "") + end);
}

std::string list_text(std::string_view old, const std::vector<std::string>& before,
                      const std::vector<std::string>& after, std::string_view line_end_text) {
    const std::string prefix = "list = ";
    const std::string text = prefix + std::string(old);
    const auto layout = layout_of(text);
    const TomlValue* list = layout ? &layout->tables.front().entries.front().value : nullptr;
    const Quoting quoting = list == nullptr || list->elements.empty()
                                ? Quoting{}
                                : quoting_of(std::string_view(text).substr(list->elements.front().span.begin, 3));
    if (list == nullptr || list->elements.size() != before.size() || !has_rows(text, *list))
        return toml_list(after, quoting);
    Splices splices;
    const TomlValue* kept = nullptr;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const bool stays = std::find(after.begin(), after.end(), before[i]) != after.end();
        if (stays)
            kept = &list->elements[i];
        else
            remove_element(splices, text, *list, i);
    }
    const TomlValue& last = list->elements.back();
    const bool comma = last.comma != kNowhere;
    std::string added;
    for (const std::string& name : after) {
        if (std::find(before.begin(), before.end(), name) != before.end()) continue;
        const bool ends = !comma && &name == &after.back();
        added += indent_of(text, last.span.begin) + toml_text(name, quoting) + (ends ? "" : ",") +
                 std::string(line_end_text);
    }
    if (!added.empty() && kept != nullptr && kept->comma == kNowhere) splices.insert(kept->span.end, ",");
    if (!added.empty()) splices.insert(line_end(text, end_of(last)), added);
    return splices.applied(text).substr(prefix.size());
}

}  // namespace control
