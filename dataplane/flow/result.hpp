// SPDX-License-Identifier: Apache-2.0
// Errors of the slow path: start-up, configuration, disk. Bytes from the wire never make one (see outcome.hpp).
//
// Thread: any; values.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace flow {

// Where in a text an error is. line and column count from 1; 0 means "not known" or "not a text".
struct Place {
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

// What went wrong, for a person: one sentence with the object, the reason and what to do next.
struct Error {
    std::string message;
    Place place{};

    // "file:3:14: message", leaving out what is not known.
    [[nodiscard]] std::string text() const;
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(std::string message) {
    return tl::unexpected<Error>(Error{std::move(message), {}});
}
[[nodiscard]] inline tl::unexpected<Error> fail(std::string message, Place place) {
    return tl::unexpected<Error>(Error{std::move(message), std::move(place)});
}
// Hands an error on to the caller: `if (!x) return flow::pass(x);`
template <class T>
[[nodiscard]] tl::unexpected<Error> pass(Result<T>& failed) {
    return tl::unexpected<Error>(std::move(failed.error()));
}
// "what: strerror(errno)"; call it before anything else can change errno.
[[nodiscard]] tl::unexpected<Error> fail_errno(const std::string& what);
[[nodiscard]] tl::unexpected<Error> fail_errno(const std::string& what, int error_number);

}  // namespace flow
