// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/profile_edits.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "control/filter_excerpt.hpp"
#include "control/http/api/edit_input.hpp"
#include "control/http/api/profile_routes.hpp"
#include "filters/language/editing.hpp"

namespace api {
namespace {

using control::EditFault;
using control::ProfileEdit;
using http::Request;
using http::Response;

struct Said {
    unsigned status;
    const char* word;
};
Said said(EditFault::Kind kind) {
    switch (kind) {
        case EditFault::Kind::not_found:
            return {404, "not_found"};
        case EditFault::Kind::not_allowed:
            return {403, "not_allowed"};
        case EditFault::Kind::conflict:
            return {412, "conflict"};
        case EditFault::Kind::exists:
            return {409, "exists"};
        case EditFault::Kind::invalid:
            return {422, "invalid"};
        case EditFault::Kind::not_written:
            return {500, "not_written"};
        case EditFault::Kind::busy:
            return {503, "busy"};
        case EditFault::Kind::refused:
            break;
    }
    return {409, "refused"};
}

Response refusal(const EditFault& fault) {
    const Said what = said(fault.kind);
    if (fault.field.empty()) return problem(what.status, what.word, fault.message);
    const bool filter = fault.field.ends_with("filter");
    Position at{.field = fault.field, .file = fault.place.file};
    if (filter) {
        namespace language = filters::language;
        const language::Stretch stretch = language::stretch_of(fault.text, fault.place);
        at.line = std::max(1u, fault.place.line);
        at.column = std::max(1u, fault.place.column);
        at.offset = language::utf16_units(std::string_view(fault.text).substr(0, stretch.offset));
        at.length = language::utf16_units(std::string_view(fault.text).substr(stretch.offset, stretch.length));
    } else {
        at.length = filters::language::utf16_units(fault.text);
    }
    at.length = std::max<std::size_t>(at.length, 1);
    return problem(what.status, filter ? "bad_filter" : what.word, fault.message, at);
}

// The version of If-Match: in quotes or without; "*": any.
std::optional<std::string> version_of(const Request& request) {
    const auto found = request.headers.find("if-match");
    if (found == request.headers.end()) return std::nullopt;
    std::string text = found->second;
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    return text;
}

// What was done, for who reads the log.
std::string deed(const ProfileEdit& edit) {
    const std::string profile = "profile \"" + edit.profile + "\"";
    if (std::holds_alternative<control::NewProfile>(edit.what)) return "added " + profile;
    if (std::holds_alternative<control::DeleteProfile>(edit.what)) return "deleted " + profile;
    const auto& change = std::get<control::ProfileChange>(edit.what);
    if (const auto* add = std::get_if<control::AddChannel>(&change))
        return "added channel \"" + add->values.name.value_or("") + "\" to " + profile;
    if (const auto* remove = std::get_if<control::DeleteChannel>(&change))
        return "deleted channel \"" + remove->channel + "\" of " + profile;
    if (const auto* set = std::get_if<control::SetChannel>(&change))
        return "changed channel \"" + set->channel + "\" of " + profile;
    return "changed " + profile;
}

std::string audit(const Request& request, const ProfileEdit& edit, const control::EditDone& made) {
    const std::string user = request.who.user.empty() ? "" : request.who.user + " ";
    const auto before = control::read_profile_text({}, made.before), after = control::read_profile_text({}, made.after);
    const std::string what =
        before && after && !made.before.empty() && !made.after.empty() ? control::difference(*before, *after) : "";
    return control::harmless("audit: " + user + "(" + request.who.client + ") " + deed(edit) + " in " + made.file +
                             (what.empty() ? "" : ": " + what));
}

}  // namespace

control::ProfileEditor& ProfileEdits::editor() {
    const std::scoped_lock lock(mutex_);
    if (editor_ == nullptr) {
        editor_ = std::make_unique<control::ProfileEditor>(world_.config().file, [this]() -> flow::Result<void> {
            const control::ReloadStatus reload = world_.reload();
            if (reload.ok) return {};
            return flow::fail(reload.error);
        });
    }
    return *editor_;
}

Response ProfileEdits::start(const Request& request, ProfileEdit edit, bool needs_version) {
    edit.dry_run = text(request, "dry_run") == "true";
    if (needs_version) {
        edit.version = version_of(request);
        if (!edit.version)
            return problem(428, "version_missing",
                           "If-Match is missing: send the profile's `version` that you have read");
        if (*edit.version == "*") edit.version.reset();
    }
    http::Place place = waiting_.take();
    if (place == nullptr) return problem(503, "busy", "too many changes wait already: try again in a moment");
    return http::answer_later([this, place, request, edit = std::move(edit)] { return carry_out(request, edit); });
}

Response ProfileEdits::carry_out(const Request& request, const ProfileEdit& edit) {
    const auto made = editor().edit(edit);
    return made ? done(request, edit, *made) : refusal(made.error());
}

Response ProfileEdits::done(const Request& request, const ProfileEdit& edit, const control::EditDone& made) {
    if (!edit.dry_run && (made.before != made.after)) world_.log(audit(request, edit, made));
    const auto* change = std::get_if<control::ProfileChange>(&edit.what);
    const bool is_new = std::holds_alternative<control::NewProfile>(edit.what) ||
                        (change != nullptr && std::holds_alternative<control::AddChannel>(*change));
    Json out = Json::object();
    if (!made.profile.empty())
        out = profile_json(made.config, common_.catalogue.get()->value_or(Catalogue{}), made.profile);
    out["path"] = made.file;
    out["changed"] = made.before != made.after;
    out["before"] = made.before;
    out["text"] = made.after;
    return json(out, is_new && !edit.dry_run ? 201 : 200);
}

std::vector<http::Route> ProfileEdits::routes() {
    const std::string profiles = std::string(kRoot) + "/profiles";
    const std::string one = profiles + "/{profile}", channels = one + "/channels", channel = channels + "/{channel}";
    const auto add = [](std::vector<http::Route>& out, const char* method, const std::string& path, auto handler) {
        out.push_back({method, path, http::Reach::anyone, handler, http::Role::admin});
    };
    // Reads the body with `input`, and goes on with what it says.
    const auto with = [](const Request& request, auto input, auto go_on) {
        const auto given = body(request);
        if (!given) return problem(400, "bad_request", given.error().message);
        auto wanted = input(*given);
        if (!wanted) return problem(400, "bad_request", wanted.error().message);
        return go_on(*std::move(wanted));
    };
    std::vector<http::Route> out;
    add(out, "POST", profiles, [this, with](const Request& r) {
        return with(r, new_profile_input, [&](control::ProfileText wanted) {
            const std::string name = *wanted.name;
            return start(r, {.profile = name, .what = control::NewProfile{std::move(wanted)}}, false);
        });
    });
    add(out, "PATCH", one, [this, with](const Request& r) {
        return with(r, profile_input, [&](control::SetProfile wanted) {
            return start(r, {.profile = r.at.at("profile"), .what = control::ProfileChange(std::move(wanted))}, true);
        });
    });
    add(out, "DELETE", one, [this](const Request& r) {
        return start(r, {.profile = r.at.at("profile"), .what = control::DeleteProfile{}}, true);
    });
    add(out, "POST", channels, [this, with](const Request& r) {
        return with(r, channel_input, [&](control::ChannelValues wanted) {
            return start(
                r,
                {.profile = r.at.at("profile"), .what = control::ProfileChange(control::AddChannel{std::move(wanted)})},
                true);
        });
    });
    add(out, "PATCH", channel, [this, with](const Request& r) {
        return with(r, channel_input, [&](control::ChannelValues wanted) {
            return start(r,
                         {.profile = r.at.at("profile"),
                          .what = control::ProfileChange(control::SetChannel{r.at.at("channel"), std::move(wanted)})},
                         true);
        });
    });
    add(out, "DELETE", channel, [this](const Request& r) {
        return start(
            r,
            {.profile = r.at.at("profile"), .what = control::ProfileChange(control::DeleteChannel{r.at.at("channel")})},
            true);
    });
    return out;
}

}  // namespace api
