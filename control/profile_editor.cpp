// SPDX-License-Identifier: Apache-2.0
#include "control/profile_editor.hpp"

#include <algorithm>

#include "control/check.hpp"
#include "control/config_problems.hpp"
#include "control/config_text.hpp"
#include "control/config_version.hpp"
#include "control/edit_fault.hpp"
#include "control/profile_files.hpp"
#include "control/rename_journal.hpp"

namespace control {
namespace {

constexpr int kPatience_ms = 5000;
constexpr std::size_t kMostSeen = 64;

tl::unexpected<EditFault> fault(EditFault::Kind kind, std::string message) {
    return tl::unexpected<EditFault>(EditFault{.kind = kind, .message = std::move(message)});
}

std::string no_profile(const std::string& name, const std::vector<ProfileFile>& files) {
    std::vector<std::string_view> names;
    for (const ProfileFile& file : files) names.push_back(file.name);
    const auto near = nearest(name, names);
    return "there is no profile \"" + name + "\"" +
           (near.empty() ? std::string(": `net-collector profile list` shows them")
                         : ": did you mean \"" + std::string(near) + "\"?");
}

}  // namespace

// Of one edit.
struct ProfileEditor::Work {
    const ProfileEdit& wanted;
    std::string directory{};  // of the profiles
    std::vector<ProfileFile> files{};
    ProfileFile file{};  // the one that changes; of a new profile without text
    bool is_new = false;
    std::optional<std::string> after{};  // nothing: the file goes
    std::string name_after{};
    Config config{};
    std::optional<Rename> rename{};
};

ProfileEditor::ProfileEditor(std::string config_file, std::function<flow::Result<void>()> publish)
    : config_file_(std::move(config_file)), publish_(std::move(publish)) {}

void ProfileEditor::remember(const std::string& text) {
    const std::scoped_lock lock(mutex_);
    if (seen_.size() >= kMostSeen) seen_.clear();
    seen_.emplace(file_version(text), text);
}

EditFault ProfileEditor::conflict(const Work& work) {
    std::string what;
    {
        const std::scoped_lock lock(mutex_);
        const auto found = seen_.find(*work.wanted.version);
        const auto then = found == seen_.end() ? flow::Result<ProfileText>() : read_profile_text({}, found->second);
        if (found != seen_.end() && then && work.file.profile) what = difference(*then, *work.file.profile);
    }
    return {
        .kind = EditFault::Kind::conflict,
        .message = "profile \"" + work.wanted.profile + "\" has changed since you read it" +
                   (what.empty() ? "" : " (" + what + ")") +
                   ": read it again and repeat your change; if it was edited by hand, `net-collector reload` first"};
}

Edited<void> ProfileEditor::find(Work& work) {
    using Kind = EditFault::Kind;
    const ProfileEdit& wanted = work.wanted;
    if (wanted.profile == kLiveProfile)
        return fault(Kind::not_allowed,
                     "profile \"live\" cannot be changed: its channels are the sources of the configuration");
    work.files = profile_files(work.directory);
    const auto found =
        std::find_if(work.files.begin(), work.files.end(), [&](const auto& f) { return f.name == wanted.profile; });
    work.is_new = std::holds_alternative<NewProfile>(wanted.what);
    if (work.is_new) {
        if (found != work.files.end())
            return fault(Kind::exists, "profile \"" + wanted.profile + "\" is already defined in " + found->path +
                                           ": choose another name");
        work.file.path = new_profile_path(work.directory, wanted.profile);
        return {};
    }
    if (found == work.files.end()) return fault(Kind::not_found, no_profile(wanted.profile, work.files));
    work.file = *found;
    remember(work.file.text);
    if (wanted.version && *wanted.version != file_version(work.file.text)) return tl::unexpected(conflict(work));
    return {};
}

// What the file shall be.
Edited<void> ProfileEditor::make(Work& work) {
    using Kind = EditFault::Kind;
    const std::string& path = work.file.path;
    if (std::holds_alternative<DeleteProfile>(work.wanted.what)) return {};
    if (const auto* fresh = std::get_if<NewProfile>(&work.wanted.what)) {
        auto text = new_profile(path, fresh->profile);
        if (!text) return fault(Kind::invalid, text.error().message);
        work.after = *std::move(text);
        work.name_after = work.wanted.profile;
        return {};
    }
    if (!work.file.profile)
        return fault(Kind::invalid, read_profile_text(path, work.file.text).error().text() + "; correct it by hand");
    const auto& change = std::get<ProfileChange>(work.wanted.what);
    if (const std::string* channel = channel_of(change);
        channel != nullptr && !has_channel(*work.file.profile, *channel))
        return fault(Kind::not_found, "profile \"" + work.wanted.profile + "\" has no channel \"" + *channel + "\"");
    auto text = edited(path, work.file.text, change, work.file.name);
    if (!text) return fault(Kind::invalid, text.error().message);
    work.after = *std::move(text);
    work.name_after = work.wanted.profile;
    if (const auto* profile = std::get_if<SetProfile>(&change); profile != nullptr && profile->name) {
        work.name_after = *profile->name;
        if (work.name_after != work.wanted.profile) work.rename = {work.wanted.profile, {}, work.name_after, {}};
    }
    if (const auto* channel = std::get_if<SetChannel>(&change);
        channel != nullptr && channel->values.name.value_or(channel->channel) != channel->channel)
        work.rename = {work.wanted.profile, channel->channel, work.wanted.profile, *channel->values.name};
    return {};
}

Edited<void> ProfileEditor::check_whole(Work& work) const {
    const FileInstead instead{work.file.path, work.after};
    auto config = load_config(config_file_, &instead);
    if (!config) return tl::unexpected(fault_of(config.error(), work.wanted, work.file.path, work.after.value_or("")));
    if (auto sound = check_filters(*config, work.wanted, work.file.profile); !sound) return sound;
    if (auto sound = check(*config); !sound)
        return tl::unexpected(fault_of(sound.error(), work.wanted, work.file.path, work.after.value_or("")));
    work.config = *std::move(config);
    return {};
}

Edited<void> ProfileEditor::write(const Work& work) {
    using Kind = EditFault::Kind;
    std::vector<Rename> told;
    if (work.rename) {
        // Before the file: whether it was made can be seen then.
        const auto before = load_config(config_file_);
        told = renames(work.directory, before ? *before : work.config);
        std::vector<Rename> all = told;
        all.push_back(*work.rename);
        if (auto ok = write_renames(work.directory, all); !ok) return fault(Kind::not_written, ok.error().message);
    }
    const auto put = [&](bool there, std::string_view text) {
        return there ? replace_file(work.directory, work.file.path, text) : remove_file(work.file.path);
    };
    if (auto ok = put(work.after.has_value(), work.after.value_or("")); !ok)
        return fault(Kind::not_written, ok.error().message);
    if (!publish_) return {};
    const auto published = publish_();
    if (published) return {};
    const auto back = put(!work.is_new, work.file.text);
    if (back && work.rename) static_cast<void>(write_renames(work.directory, told));
    return fault(Kind::refused,
                 "the daemon did not take it over, and " +
                     (back ? "nothing has changed" : "the file could not be put back (" + back.error().message + ")") +
                     ":\n" + published.error().text());
}

Edited<EditDone> ProfileEditor::edit(const ProfileEdit& wanted) {
    using Kind = EditFault::Kind;
    const auto where = load_whereabouts(config_file_);
    if (!where) return fault(Kind::invalid, where.error().text());
    Work work{.wanted = wanted, .directory = where->profiles_dir};
    auto lock = DirectoryLock::take(work.directory, kPatience_ms);
    if (!lock) return fault(Kind::busy, lock.error().message);
    if (auto ok = find(work); !ok) return tl::unexpected(ok.error());
    if (auto ok = make(work); !ok) return tl::unexpected(ok.error());
    if (auto ok = check_whole(work); !ok) return tl::unexpected(ok.error());
    const bool changes = work.is_new || work.after != work.file.text;
    if (changes && !wanted.dry_run) {
        if (auto ok = write(work); !ok) return tl::unexpected(ok.error());
        if (work.after) remember(*work.after);
    }
    return EditDone{.file = work.file.path,
                    .profile = work.name_after,
                    .before = work.file.text,
                    .after = work.after.value_or(""),
                    .config = std::move(work.config)};
}

}  // namespace control
