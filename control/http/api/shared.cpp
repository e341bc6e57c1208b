// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/shared.hpp"

namespace api {

flow::Result<store::Reader> Readers::take() {
    {
        const std::scoped_lock lock(mutex_);
        if (!free_.empty()) {
            store::Reader out = std::move(free_.back());
            free_.pop_back();
            return out;
        }
    }
    return store::Reader::open(directory_);
}

void Readers::give_back(store::Reader reader) {
    const std::scoped_lock lock(mutex_);
    free_.push_back(std::move(reader));
}

Common::Common(const World& world)
    : status([&world] { return world.status(); }),
      config([&world] { return world.config(); }),
      readers(world.data_directory),
      catalogue([this] { return readers.with([](const store::Reader& reader) { return reader.catalogue(); }); }) {}

void Common::forget() {
    status.forget();
    config.forget();
    catalogue.forget();
}

}  // namespace api
