// SPDX-License-Identifier: Apache-2.0
// One change of one profile, from the wish to the file: found, made, checked as part of the whole configuration, written, taken
// over. The API and the command both do it here.
//
// Thread: any, several at once: one at a time by the lock of the profiles' directory.
// Errors: EditFault; then nothing has changed, or it has been put back.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "control/config.hpp"
#include "control/config_edit.hpp"

namespace control {

struct NewProfile {
    ProfileText profile;
};
struct DeleteProfile {};

struct ProfileEdit {
    std::string profile{};  // its name now; of a new one, its name
    std::variant<NewProfile, ProfileChange, DeleteProfile> what{};
    // file_version() of what the editor has seen; nothing: whatever it is by now.
    std::optional<std::string> version{};
    bool dry_run = false;
};

struct EditFault {
    enum class Kind {
        not_found,    // no such profile, no such channel
        not_allowed,  // `live`
        conflict,     // the file is another by now
        exists,       // a profile of that name
        invalid,      // as check-config would say
        not_written,  // the file cannot be written
        busy,         // another edits
        refused,      // the daemon did not take it over
    };
    Kind kind = Kind::invalid;
    std::string message{};  // a sentence
    // Of the value that is to blame, where it was sent: "filter", "channels[2].colour"; its text, and where in it.
    std::string field{}, text{};
    flow::Place place{};
};
template <class T>
using Edited = tl::expected<T, EditFault>;

struct EditDone {
    std::string file{};             // path
    std::string profile{};          // its name now; "" when it was deleted
    std::string before{}, after{};  // contents of the file; "" where there was none, or is none
    Config config{};                // of which it is part
};

class ProfileEditor {
  public:
    // `publish` makes the daemon take over what was written; without one nobody is told.
    ProfileEditor(std::string config_file, std::function<flow::Result<void>()> publish);

    [[nodiscard]] Edited<EditDone> edit(const ProfileEdit& wanted);

  private:
    struct Work;

    [[nodiscard]] Edited<void> find(Work& work);
    [[nodiscard]] Edited<void> make(Work& work);
    [[nodiscard]] Edited<void> check_whole(Work& work) const;
    [[nodiscard]] Edited<void> write(const Work& work);
    [[nodiscard]] EditFault conflict(const Work& work);
    void remember(const std::string& text);

    const std::string config_file_;
    const std::function<flow::Result<void>()> publish_;
    std::mutex mutex_;                         // guards:
    std::map<std::string, std::string> seen_;  // contents by version, so that a conflict can be told
};

// What `now` says else than `then`: "channel \"dns\" has another filter, channel \"web\" is gone".
[[nodiscard]] std::string difference(const ProfileText& then, const ProfileText& now);

}  // namespace control
