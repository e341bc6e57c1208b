// SPDX-License-Identifier: Apache-2.0
// Files of profiles as oddly written as TOML allows, and random changes of them: what comes out says what was wanted, and all
// other lines are as they were.
#include <gtest/gtest.h>

#include <random>

#include "control/config_edit.hpp"

namespace control {
namespace {

class Random {
  public:
    explicit Random(std::uint32_t seed) : engine_(seed) {}
    std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(engine_); }
    bool chance(std::size_t in) { return below(in) == 0; }
    template <class List>
    auto one_of(const List& list) {
        return list[below(std::size(list))];
    }

  private:
    std::mt19937 engine_;
};

const std::vector<std::string> kFilters{"any",
                                        "port 53",
                                        "src net 10.0.0.0/8 # inside",
                                        "application contains 'tube'",
                                        R"(payload regex "^SSH-[12]\.")",
                                        R"(user 'a' or user "b\c")",
                                        "# from outside\ndst ip in [192.0.2.0/24]\nand not port 1\n",
                                        "any\nand 'x' \"\"\" or '''",
                                        "ends with '\nor \"",
                                        "tab\tand bell\a",
                                        "Zürich \u20ac [x] {y} = z"};
const std::vector<std::string> kSources{"edge", "core", "peer1", "peer2", "sflow"};
const std::vector<std::string> kColours{"#FF0000", "#00ff00", "#808080", "#12AbCd"};

std::string blanks(Random& random) {
    return std::string(random.below(3), random.chance(4) ? '\t' : ' ');
}
std::string comment(Random& random) {
    return random.one_of(std::vector<std::string>{"# plain", "#", "# [[channel]]", "# name = \"no\"", "# \" ' ''' Ü"});
}

// A text in any quotes that hold it.
std::string quoted(Random& random, const std::string& text, const std::string& end) {
    const bool lines = text.find('\n') != std::string::npos;
    const bool plain = text.find_first_of("'\\\"\a") == std::string::npos;
    if (plain && random.chance(2)) {
        const std::string three = random.chance(2) ? "'''" : "\"\"\"";
        std::string out = three + (lines || random.chance(2) ? end : "");
        for (const char c : text) out += c == '\n' ? end : std::string(1, c);
        return out + three;
    }
    if (plain && !lines && random.chance(2)) return "'" + text + "'";
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c == '\n' ? "\\n" : c == '\a' ? "\\u0007" : std::string(1, c);
    }
    return out + "\"";
}

std::string list(Random& random, const std::string& end, bool may_break) {
    std::string out = "[";
    const bool rows = may_break && random.chance(2);
    const std::size_t first = random.below(kSources.size()), count = 1 + random.below(kSources.size() - first);
    for (std::size_t i = first; i < first + count; ++i) {
        const bool last = i + 1 == first + count;
        const std::string comma = !last || random.chance(3) ? "," : "";
        if (rows)
            out += end + "  " + quoted(random, kSources[i], end) + blanks(random) + comma +
                   (random.chance(2) ? " " + comment(random) : "");
        else
            out += blanks(random) + quoted(random, kSources[i], end) + blanks(random) + comma;
    }
    return out + (rows ? end : blanks(random)) + "]";
}

struct Keys {
    std::vector<std::pair<std::string, std::string>> all;
};

Keys channel_keys(Random& random, const std::string& name, const std::string& end, bool may_break) {
    Keys keys;
    keys.all.emplace_back("name", quoted(random, name, end));
    keys.all.emplace_back("filter", quoted(random, random.one_of(kFilters), end));
    if (random.chance(2)) keys.all.emplace_back("colour", quoted(random, random.one_of(kColours), end));
    if (random.chance(2)) keys.all.emplace_back("sign", random.chance(2) ? "\"+\"" : "'-'");
    if (random.chance(2)) keys.all.emplace_back("order", std::to_string(1 + random.below(9)));
    if (random.chance(2)) keys.all.emplace_back("sources", list(random, end, may_break));
    for (std::size_t i = keys.all.size(); i > 1; --i) std::swap(keys.all[i - 1], keys.all[random.below(i)]);
    return keys;
}

std::string key_text(Random& random, const std::string& key) {
    return random.chance(6) ? "\"" + key + "\"" : random.chance(6) ? "'" + key + "'" : key;
}

// A profile's file, in parts: what is before the channels, and each channel.
struct File {
    std::vector<std::string> parts;
    std::vector<std::string> names;
    std::string end = "\n";
    bool in_list = false;
    [[nodiscard]] std::string text(std::size_t from, std::size_t to) const {
        std::string out;
        for (std::size_t i = from; i < to; ++i) out += parts[i];
        return out;
    }
};

std::string between(Random& random, const std::string& end) {
    std::string out;
    while (random.chance(3)) out += (random.chance(2) ? blanks(random) : blanks(random) + comment(random)) + end;
    return out;
}

File random_file(Random& random) {
    File file;
    file.end = random.chance(4) ? "\r\n" : "\n";
    std::string root = random.chance(6) ? "\xef\xbb\xbf" : "";
    root += between(random, file.end);
    const auto line = [&](const std::string& key, const std::string& value) {
        root += blanks(random) + key_text(random, key) + blanks(random) + "=" + blanks(random) + value +
                (random.chance(4) ? " " + comment(random) : "") + file.end + between(random, file.end);
    };
    if (random.chance(2)) line("profile", quoted(random, "p", file.end));
    if (random.chance(2)) line("description", quoted(random, random.one_of(kFilters), file.end));
    if (random.chance(2)) line("group", quoted(random, "g", file.end));
    file.in_list = random.chance(4);
    if (file.in_list) root += "channel = [";
    file.parts.push_back(root);
    const std::size_t count = 1 + random.below(5);
    const bool rows = random.chance(2);
    for (std::size_t c = 0; c < count; ++c) {
        const std::string name = "c" + std::to_string(c);
        file.names.push_back(name);
        std::string part;
        const Keys keys = channel_keys(random, name, file.end, true);
        if (file.in_list) {
            part = (rows ? file.end + "  " : blanks(random)) + "{" + blanks(random);
            for (const auto& [key, value] : keys.all)
                part += (&key == &keys.all.front().first ? "" : ", ") + key_text(random, key) + " = " + value;
            part += blanks(random) + "}" + (c + 1 < count || random.chance(3) ? "," : "") +
                    (rows && random.chance(3) ? " " + comment(random) : "");
        } else {
            part = blanks(random) + "[[" + blanks(random) + "channel" + blanks(random) + "]]" +
                   (random.chance(4) ? " " + comment(random) : "") + file.end;
            for (const auto& [key, value] : keys.all)
                part += blanks(random) + key_text(random, key) + blanks(random) + "=" + blanks(random) + value +
                        (random.chance(4) ? " " + comment(random) : "") + file.end + between(random, file.end);
        }
        file.parts.push_back(part);
    }
    file.parts.push_back(file.in_list ? (rows ? file.end : blanks(random)) + "]" + file.end : "");
    if (random.chance(4) && file.parts.back().empty() && file.parts[count].ends_with(file.end))
        file.parts[count].erase(file.parts[count].size() - file.end.size());
    return file;
}

ChannelValues random_values(Random& random) {
    ChannelValues values;
    if (random.chance(3)) values.name = "n" + std::to_string(random.below(3));
    if (random.chance(2)) values.filter = random.one_of(kFilters);
    if (random.chance(2)) values.colour = random.one_of(kColours);
    if (random.chance(2)) values.sign = random.chance(2) ? "+" : "-";
    if (random.chance(2)) values.order = static_cast<std::int64_t>(1 + random.below(9));
    if (random.chance(2)) {
        values.sources.emplace();
        for (const std::string& source : kSources) {
            if (random.chance(2)) values.sources->push_back(source);
        }
    }
    return values;
}

std::string without_blank_lines(const std::string& text) {
    std::string out, line;
    const bool marked = text.starts_with("\xef\xbb\xbf");
    for (const char c : text.substr(marked ? 3 : 0) + "\n") {
        line += c;
        if (c != '\n') continue;
        if (line.find_first_not_of(" \t\r\n") != std::string::npos) out += line;
        line.clear();
    }
    return out;
}

// Of the rest of the file nothing may have changed; `part`: the one that did.
void expect_rest(const File& file, const std::string& after, std::size_t part) {
    const std::string head = file.text(0, part), tail = file.text(part + 1, file.parts.size());
    EXPECT_EQ(after.substr(0, head.size()), head);
    ASSERT_GE(after.size(), head.size() + tail.size());
    EXPECT_EQ(after.substr(after.size() - tail.size()), tail);
}

void change_one(Random& random, const File& file, const std::string& text) {
    const std::size_t c = random.below(file.names.size());
    const SetChannel change{file.names[c], random_values(random)};
    const auto after = edited("f.toml", text, change, "p");
    ASSERT_TRUE(after) << after.error().text();
    EXPECT_EQ(*read_profile_text("f.toml", *after), *changed(*read_profile_text("f.toml", text), change, "p"));
    expect_rest(file, *after, c + 1);
}

void change_profile(Random& random, const File& file, const std::string& text) {
    SetProfile change;
    if (random.chance(2)) change.name = "other";
    if (random.chance(2)) change.description = random.one_of(kFilters);
    if (random.chance(2)) change.group = random.chance(2) ? "h" : "";
    const auto after = edited("f.toml", text, change, "p");
    ASSERT_TRUE(after) << after.error().text();
    EXPECT_EQ(*read_profile_text("f.toml", *after), *changed(*read_profile_text("f.toml", text), change, "p"));
    expect_rest(file, *after, 0);
}

void add_one(Random& random, const File& file, const std::string& text) {
    AddChannel change{random_values(random)};
    change.values.name = "new";
    change.values.filter = random.one_of(kFilters);
    const auto after = edited("f.toml", text, change, "p");
    ASSERT_TRUE(after) << after.error().text();
    if (!file.in_list) {
        EXPECT_EQ(after->substr(0, text.size()), text);
    }
}

void delete_one(Random& random, const File& file, const std::string& text) {
    const std::size_t c = random.below(file.names.size());
    const auto after = edited("f.toml", text, DeleteChannel{file.names[c]}, "p");
    if (file.names.size() == 1) {
        EXPECT_FALSE(after);
        return;
    }
    ASSERT_TRUE(after) << after.error().text();
    if (file.in_list) return;
    const std::string rest = without_blank_lines(file.text(0, c + 1)),
                      tail = without_blank_lines(file.text(c + 2, file.parts.size()));
    const std::string left = without_blank_lines(*after);
    EXPECT_EQ(left.substr(0, rest.size()), rest);
    ASSERT_GE(left.size(), tail.size());
    EXPECT_EQ(left.substr(left.size() - tail.size()), tail);
}

void reorder(Random& random, const File& file, const std::string& text) {
    SetProfile change{.order = file.names};
    for (std::size_t i = change.order.size(); i > 1; --i) std::swap(change.order[i - 1], change.order[random.below(i)]);
    const auto after = edited("f.toml", text, change, "p");
    ASSERT_TRUE(after) << after.error().text();
    const auto read = read_profile_text("f.toml", *after);
    std::vector<std::string> above, below, wanted_above, wanted_below;
    for (const std::size_t i : stacked(*read))
        (read->channels[i].sign == "-" ? below : above).push_back(*read->channels[i].name);
    for (const std::string& name : change.order) {
        for (const ChannelText& channel : read->channels) {
            if (channel.name == name) (channel.sign == "-" ? wanted_below : wanted_above).push_back(name);
        }
    }
    EXPECT_EQ(above, wanted_above);
    EXPECT_EQ(below, wanted_below);
}

TEST(ConfigEditRandom, SaysWhatIsWantedAndLeavesTheRest) {
    for (std::uint32_t seed = 0; seed < 6000 && !testing::Test::HasFailure(); ++seed) {
        Random random(seed);
        const File file = random_file(random);
        const std::string text = file.text(0, file.parts.size());
        SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text);
        ASSERT_TRUE(read_profile_text("f.toml", text)) << read_profile_text("f.toml", text).error().text();
        switch (random.below(5)) {
            case 0:
                change_one(random, file, text);
                break;
            case 1:
                change_profile(random, file, text);
                break;
            case 2:
                add_one(random, file, text);
                break;
            case 3:
                delete_one(random, file, text);
                break;
            default:
                reorder(random, file, text);
        }
    }
}

}  // namespace
}  // namespace control
