// SPDX-License-Identifier: Apache-2.0
// Any bytes as a configuration file, as a stored template and as a time: an error at most, and never one
// without text.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "control/template_fields.hpp"
#include "control/config.hpp"
#include "control/duration.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    const int fd = memfd_create("config", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != static_cast<ssize_t>(size)) std::abort();
    const auto config = control::load_config("/proc/self/fd/" + std::to_string(fd));
    close(fd);
    if (!config && config.error().message.empty()) std::abort();

    for (const flow::Protocol protocol : {flow::Protocol::netflow9, flow::Protocol::ipfix}) {
        for (const bool options : {false, true}) {
            static_cast<void>(control::template_fields(protocol, {256, options, 0, {data, data + size}}));
        }
    }
    static_cast<void>(control::parse_time(text, 1'700'000'000));
    static_cast<void>(control::Endpoint::parse(text));
    if (const auto duration = control::parse_duration(text)) {
        if (control::parse_duration(control::duration_text(*duration)) != duration) std::abort();
    }
    return 0;
}
