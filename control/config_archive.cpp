// SPDX-License-Identifier: Apache-2.0
#include "control/config_archive.hpp"

#include <algorithm>

#include "control/duration.hpp"
#include "control/size.hpp"

namespace control {
namespace {

using Keep = ArchiveKeep::What;

constexpr std::int64_t kMostSample = 65535;
constexpr std::int64_t kMostWriters = 64;

// keep, channels and sample: those that stand there replace those of `out`.
void read_keep(const TableReader& reader, ArchiveKeep& out) {
    auto what = static_cast<std::size_t>(out.what);
    if (reader.choice("keep", {"all", "none", "channels", "sample"}, what)) out.what = static_cast<Keep>(what);
    std::vector<std::string> names;
    if (reader.texts("channels", names)) {
        out.channels.clear();
        const toml::array& list = *reader.node("channels")->as_array();
        for (std::size_t i = 0; i < names.size(); ++i)
            out.channels.push_back({names[i], reader.place_of(*list.get(i))});
        if (names.empty())
            reader.fault("channels", "is empty: name channels like \"services/web\" or \"services/*\", or keep none");
    }
    std::int64_t sample = 0;
    if (reader.number("sample", 1, kMostSample, sample)) out.sample = static_cast<std::uint16_t>(sample);
}

// What `keep` asks for must be said, there or in [archive].
void check_keep(const TableReader& reader, std::string_view key, const ArchiveKeep& keep) {
    if (keep.what == Keep::channels && keep.channels.empty() && reader.node("channels") == nullptr)
        reader.fault(key, "is \"channels\": name them, like channels = [\"services/web\", \"live/backbone\"]");
    if (keep.what == Keep::sample && keep.sample == 0 && reader.node("sample") == nullptr)
        reader.fault(key, "is \"sample\": say one in how many, like sample = 100");
}

void read_writers(const TableReader& reader, const Config& config, ArchiveConfig& out) {
    reader.cores("cores", out.cores);
    std::int64_t writers = std::max<std::int64_t>(1, static_cast<std::int64_t>(out.cores.size()));
    if (reader.number("writers", 1, kMostWriters, writers) && !out.cores.empty() &&
        out.cores.size() != static_cast<std::size_t>(writers)) {
        reader.fault("cores", "has " + std::to_string(out.cores.size()) + " CPUs for " + std::to_string(writers) +
                                  " writers: give one for each, or none");
    }
    out.writers = static_cast<std::uint32_t>(writers);
    for (std::size_t i = 0; i < out.cores.size(); ++i) {
        for (const auto* cores : {&config.cores, &config.match_cores}) {
            if (std::find(cores->begin(), cores->end(), out.cores[i]) == cores->end()) continue;
            reader.fault_at("cores", i,
                            "CPU " + std::to_string(out.cores[i]) + " stands in " +
                                (cores == &config.cores ? "cores" : "match_cores") +
                                " too, where it polls: choose another, or leave archive.cores out");
        }
    }
}

void read_bytes(const TableReader& reader, const char* key, std::uint64_t& out) {
    std::string text;
    if (!reader.text(key, text)) return;
    const auto bytes = parse_size(text);
    if (bytes && *bytes != 0)
        out = *bytes;
    else
        reader.fault(key, "is \"" + text + "\": write an amount like \"500GB\" or \"2TB\"");
}

void read_min_free(const TableReader& reader, ArchiveConfig& out) {
    std::string text;
    if (!reader.text("min_free", text)) return;
    const auto bytes = parse_size(text);
    if (bytes) {
        out.min_free_bytes = *bytes;
        out.min_free_percent = 0;
        return;
    }
    std::uint32_t percent = 100;
    if (text.size() >= 2 && text.size() <= 3 && text.back() == '%' &&
        std::all_of(text.begin(), text.end() - 1, [](char c) { return c >= '0' && c <= '9'; }))
        percent = static_cast<std::uint32_t>(std::stoul(text));
    if (percent > 90)
        return reader.fault("min_free",
                            "is \"" + text + "\": write a share of the disk from \"0%\" to \"90%\", or \"20GB\"");
    out.min_free_percent = percent;
}

}  // namespace

void read_archive(const TableReader& top, Config& config, Problems& problems) {
    const toml::table* table = top.subtable("archive");
    if (table == nullptr) return;
    const TableReader reader(*table, config.file, "archive.", problems);
    reader.only({"enabled", "keep", "channels", "sample", "compression", "writers", "cores", "memory_mb", "keep_for",
                 "max_size", "min_free"});
    ArchiveConfig& out = config.archive;
    reader.flag("enabled", out.enabled);
    read_keep(reader, out.keep);
    check_keep(reader, "keep", out.keep);
    out.channels_place = reader.place("channels");
    out.sample_place = reader.place("sample");
    auto compression = static_cast<std::size_t>(out.compression);
    reader.choice("compression", {"none", "lz4", "zstd"}, compression);
    out.compression = static_cast<ArchiveCompression>(compression);
    read_writers(reader, config, out);
    std::int64_t memory_mb = out.memory_mb;
    reader.number("memory_mb", 64, 1 << 20, memory_mb);
    out.memory_mb = static_cast<std::uint32_t>(memory_mb);
    std::string keep_for;
    if (reader.text("keep_for", keep_for)) {
        const auto seconds = parse_duration(keep_for);
        if (seconds && *seconds != 0)
            out.keep_for_s = *seconds;
        else
            reader.fault("keep_for", "is \"" + keep_for + "\": write a length of time like \"30d\" or \"12h\"");
    }
    read_bytes(reader, "max_size", out.max_bytes);
    read_min_free(reader, out);
}

void read_source_archive(const TableReader& source, const Config& config, SourceConfig& out, Problems& problems) {
    const toml::node* node = source.node("archive");
    if (node == nullptr) return;
    ArchiveKeep keep = config.archive.keep;
    if (const toml::table* table = node->as_table(); table != nullptr) {
        const TableReader reader(*table, config.file, "source.archive.", problems);
        reader.only({"keep", "channels", "sample"});
        reader.require("keep", "write keep = \"all\", \"none\", \"channels\" or \"sample\"");
        read_keep(reader, keep);
        check_keep(reader, "keep", keep);
    } else {
        auto what = static_cast<std::size_t>(keep.what);
        source.choice("archive", {"all", "none", "channels", "sample"}, what);
        keep.what = static_cast<Keep>(what);
        check_keep(source, "archive", keep);
    }
    out.archive = std::move(keep);
}

}  // namespace control
