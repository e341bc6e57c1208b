// SPDX-License-Identifier: Apache-2.0
// POST, PATCH and DELETE of profiles and channels: written into their files, taken over like a reload.
//
// Thread: handlers on the server's thread; edits on those of answer_later(), one at a time.
// Limits: kMostWaitingEdits that wait (503 beyond).
// Errors: 400 no JSON of this form; 403 `live`, 404, 409 a name is taken, 412 the file is another by now, 422 as check-config
//         would say, 428 without If-Match, 500 the file cannot be written, 503 another edits.
#pragma once

#include <functional>
#include <vector>

#include "control/http/api/reply.hpp"
#include "control/http/api/shared.hpp"
#include "control/http/places.hpp"
#include "control/profile_editor.hpp"

namespace api {

inline constexpr unsigned kMostWaitingEdits = 4;  // of the server's kMostAnswersAtOnce

class ProfileEdits {
  public:
    ProfileEdits(const World& world, Common& common) : world_(world), common_(common) {}
    [[nodiscard]] std::vector<http::Route> routes();

  private:
    // `what` of the request; on another thread.
    [[nodiscard]] http::Response start(const http::Request& request, control::ProfileEdit edit, bool needs_version);
    [[nodiscard]] http::Response carry_out(const http::Request& request, const control::ProfileEdit& edit);
    [[nodiscard]] http::Response done(const http::Request& request, const control::ProfileEdit& edit,
                                      const control::EditDone& made);
    [[nodiscard]] control::ProfileEditor& editor();

    const World& world_;
    Common& common_;
    std::mutex mutex_{};  // guards:
    std::unique_ptr<control::ProfileEditor> editor_{};
    http::Places waiting_{kMostWaitingEdits};
};

}  // namespace api
