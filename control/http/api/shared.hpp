// SPDX-License-Identifier: Apache-2.0
// What requests have in common: the daemon is asked once a second at most, however many ask us, and data directories are
// opened once.
//
// Thread: any.
// Limits: what get() gives may be as old as a second; it is never changed.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "control/http/api/world.hpp"
#include "store/reader.hpp"

namespace api {

// A value that is made when somebody wants it, and then the same for all until it is forgotten.
template <class T>
class Shared {
  public:
    explicit Shared(std::function<T()> make) : make_(std::move(make)) {}

    [[nodiscard]] std::shared_ptr<const T> get() {
        const std::scoped_lock lock(mutex_);
        if (value_ == nullptr) value_ = std::make_shared<const T>(make_());
        return value_;
    }
    void forget() {
        const std::scoped_lock lock(mutex_);
        value_ = nullptr;
    }

  private:
    const std::function<T()> make_;
    std::mutex mutex_;                  // also while it is made: the others wait for it
    std::shared_ptr<const T> value_{};  // guarded by mutex_
};

// Readers of one data directory: each is used by one thread at a time, and there are as many as were needed at once.
class Readers {
  public:
    explicit Readers(std::string directory) : directory_(std::move(directory)) {}

    // What `use` returns, which is a flow::Result. Error: also that the directory cannot be read.
    template <class Use>
    auto with(Use use) -> decltype(use(std::declval<const store::Reader&>())) {
        auto reader = take();
        if (!reader) return tl::unexpected(reader.error());
        auto out = use(*reader);
        give_back(std::move(*reader));
        return out;
    }

  private:
    flow::Result<store::Reader> take();
    void give_back(store::Reader reader);

    const std::string directory_;
    std::mutex mutex_;
    std::vector<store::Reader> free_{};  // guarded by mutex_
};

using Catalogue = std::vector<store::StoredSeries>;

class Common {
  public:
    explicit Common(const World& world);

    void forget();

    Shared<control::Status> status;
    Shared<control::Config> config;
    Readers readers;
    Shared<flow::Result<Catalogue>> catalogue;
};

}  // namespace api
