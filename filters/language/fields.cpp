// SPDX-License-Identifier: Apache-2.0
#include "filters/language/fields.hpp"

#include <vector>

#include "filters/language/field_rows.hpp"

namespace filters::language {

std::span<const Field> fields() noexcept {
    static const std::vector<Field> rows = [] {
        std::vector<Field> out;
        for (const auto part : {flow_fields(), device_fields(), text_fields()}) {
            out.insert(out.end(), part.begin(), part.end());
        }
        return out;
    }();
    return rows;
}

}  // namespace filters::language
