// SPDX-License-Identifier: Apache-2.0
// Names of sources by their stable ids, those of earlier configurations too.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace control {

class SourceNames {
  public:
    void set(std::uint32_t id, const std::string& name) {
        const std::scoped_lock lock(mutex_);
        names_[id] = name;
    }
    // "" when it is not known.
    [[nodiscard]] std::string of(std::uint32_t id) const {
        const std::scoped_lock lock(mutex_);
        const auto found = names_.find(id);
        return found == names_.end() ? std::string{} : found->second;
    }

  private:
    mutable std::mutex mutex_;
    std::map<std::uint32_t, std::string> names_;
};

}  // namespace control
