// SPDX-License-Identifier: Apache-2.0
// Segment files by their names: what -r, -R and -M mean.
#include <algorithm>
#include <filesystem>

#include "control/query/selection.hpp"

namespace query {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuffix = ".flows";

tl::unexpected<Refusal> not_there(const fs::path& path) {
    return refuse(Trouble::no_data, path.string() +
                                        " is not there, or may not be looked at: name a segment file of an "
                                        "archive, or a directory of them");
}

// Segments below `directory`, in the order of their names.
Outcome<std::vector<std::string>> below(const fs::path& directory) {
    std::vector<std::string> files;
    std::error_code error;
    fs::recursive_directory_iterator at(directory, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        std::error_code ignored;
        if (at->path().extension() == kSuffix && at->is_regular_file(ignored)) files.push_back(at->path().string());
    }
    if (error)
        return refuse(Trouble::failed, directory.string() + " cannot be read: " + error.message() +
                                           "; only members of the collector's group may");
    std::sort(files.begin(), files.end());
    return files;
}

Outcome<std::vector<std::string>> file_or_directory(const fs::path& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) return below(path);
    if (!fs::exists(path, error)) return not_there(path);
    return std::vector<std::string>{path.string()};
}

// "/dir", "/dir/first", "/dir/first:last", "/dir/sub/first:sub/last".
Outcome<std::vector<std::string>> range(const std::string& text) {
    const std::size_t colon = text.find(':');
    const fs::path first = text.substr(0, colon);
    std::error_code error;
    if (colon == std::string::npos && fs::is_directory(first, error)) return below(first);
    if (!fs::exists(first, error)) return not_there(first);
    const fs::path last = colon == std::string::npos ? fs::path() : fs::path(text.substr(colon + 1));
    fs::path root = first.parent_path();
    // The last one is named from as far up as it has directories.
    for (auto part = last.begin(); part != last.end() && std::next(part) != last.end(); ++part)
        root = root.parent_path();
    if (root.empty()) root = ".";
    auto files = below(root);
    if (!files) return files;
    std::erase_if(*files, [&](const std::string& file) {
        const fs::path name = fs::path(file).lexically_relative(root);
        return name < first.lexically_relative(root) || (!last.empty() && last < name);
    });
    return files;
}

// "/base/a:b:c": /base/a, /base/b and /base/c.
std::vector<fs::path> directories_of(const std::string& text) {
    std::vector<fs::path> out;
    fs::path base;
    std::size_t from = 0;
    while (from <= text.size()) {
        const std::size_t to = std::min(text.find(':', from), text.size());
        const fs::path name = text.substr(from, to - from);
        if (from == 0) base = name.parent_path();
        if (!name.empty()) out.push_back(from == 0 ? name : base / name);
        from = to + 1;
    }
    return out;
}

}  // namespace

Outcome<std::vector<std::string>> named_files(const Request& request) {
    const bool one = !request.read_path.empty();
    const std::string& name = one ? request.read_path : request.read_range;
    if (request.read_directories.empty()) return one ? file_or_directory(name) : range(name);
    if (name.starts_with('/'))
        return refuse(Trouble::usage, "with -M, " + name + " is looked for in each directory: name it without a path");
    std::vector<std::string> all;
    for (const fs::path& directory : directories_of(request.read_directories)) {
        const std::string path = (directory / name).string();
        auto files = one ? file_or_directory(path) : range(path);
        if (!files) return files;
        all.insert(all.end(), files->begin(), files->end());
    }
    return all;
}

}  // namespace query
