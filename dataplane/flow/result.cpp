// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/result.hpp"

#include <cerrno>
#include <cstring>

namespace flow {

std::string Error::text() const {
    std::string out;
    if (!place.file.empty()) out += place.file + ":";
    if (place.line != 0) out += std::to_string(place.line) + ":";
    if (place.line != 0 && place.column != 0) out += std::to_string(place.column) + ":";
    if (!out.empty()) out += " ";
    return out + message;
}

tl::unexpected<Error> fail_errno(const std::string& what, int error_number) {
    return fail(what + ": " + std::strerror(error_number));
}

tl::unexpected<Error> fail_errno(const std::string& what) {
    return fail_errno(what, errno);
}

}  // namespace flow
