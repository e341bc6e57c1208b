// SPDX-License-Identifier: Apache-2.0
#include "control/option_text.hpp"

#include "control/duration.hpp"
#include "control/exact.hpp"
#include "dataplane/decode/elements.hpp"

namespace control {
namespace {

using flow::OptionKind;
using flow::OptionValue;

std::string rate_text(std::uint64_t rate) {
    return rate == 1 ? "every packet" : "1 in " + exact(rate);
}

std::string element_name(std::uint64_t id) {
    const decode::Element* element = decode::find_element(flow::Protocol::ipfix, 0, static_cast<std::uint16_t>(id));
    return element == nullptr ? "element " + std::to_string(id & 0xffff) : element->name;
}

// RFC 6759: which body gave the number, and the number; of engine 20 the enterprise between them (decode::application_id()).
std::string application_id(std::uint64_t id) {
    if (id >> 56 != 0) {
        return std::to_string(id >> 56) + ":" + std::to_string(id >> 32 & 0xffffff) + ":" +
               std::to_string(id & 0xffffffff);
    }
    return id >> 24 == 0 ? std::to_string(id) : std::to_string(id >> 24) + ":" + std::to_string(id & 0xffffff);
}

}  // namespace

const char* option_kind_name(OptionKind kind) noexcept {
    switch (kind) {
        case OptionKind::sampler:
            return "sampler";
        case OptionKind::interface:
            return "interface";
        case OptionKind::vrf:
            return "vrf";
        case OptionKind::application:
            return "application";
        case OptionKind::start:
            return "start";
        case OptionKind::announced:
            return "announced";
        case OptionKind::element:
            return "element";
    }
    return "unknown";
}

OptionText option_text(const OptionValue& o) {
    OptionText out{option_kind_name(o.kind), std::to_string(o.id), o.text};
    switch (o.kind) {
        case OptionKind::sampler:
            if (o.id == flow::kEverySampler) out.id = "every";
            out.value = rate_text(o.value);
            break;
        case OptionKind::interface:
            if (o.value != 0) out.value += (o.text.empty() ? "" : ", ") + rate_text(o.value);
            break;
        case OptionKind::application:
            out.id = application_id(o.id);
            break;
        case OptionKind::start:
            out.id.clear();
            out.value = time_text(o.value / 1000);
            break;
        case OptionKind::announced:
            out.id = element_name(o.id);
            out.value = exact(o.value);
            break;
        case OptionKind::element:
            out.id = std::to_string(o.id >> 16) + "/" + std::to_string(o.id & 0xffff);
            break;
        case OptionKind::vrf:
            break;
    }
    return out;
}

}  // namespace control
