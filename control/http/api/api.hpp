// SPDX-License-Identifier: Apache-2.0
// Everything under /api/v1: the parts, each with its routes, and what they share.
//
// Thread: made, ticked and destroyed by the daemon's main thread; the routes' handlers run on the server's. The server
//         must be gone before it.
// Source: openapi.yaml beside this file; console/src/api_types.ts says the same to the console.
#pragma once

#include <vector>

#include "control/http/api/edge.hpp"
#include "control/http/api/events.hpp"
#include "control/http/api/exporter_routes.hpp"
#include "control/http/api/exporter_watch.hpp"
#include "control/http/api/fills.hpp"
#include "control/http/api/filter_check.hpp"
#include "control/http/api/ledger_routes.hpp"
#include "control/http/api/live_routes.hpp"
#include "control/http/api/losses.hpp"
#include "control/http/api/problem_routes.hpp"
#include "control/http/api/profile_edits.hpp"
#include "control/http/api/profile_routes.hpp"
#include "control/http/api/queries.hpp"
#include "control/http/api/series_routes.hpp"
#include "control/http/api/shared.hpp"
#include "control/http/api/status_routes.hpp"
#include "control/http/api/world.hpp"
#include "control/http/server.hpp"

namespace api {

class Api {
  public:
    explicit Api(World world);
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;
    ~Api();

    [[nodiscard]] std::vector<http::Route> routes();
    // Each second: what is new goes to the event streams, what nobody wants any more ends.
    void tick();

  private:
    World world_;  // whose reload() makes what is shared be asked for again
    Common common_{world_};
    StatusRoutes status_{world_, common_};
    ProfileRoutes profiles_{common_};
    ProfileEdits profile_edits_{world_, common_};
    Edge edge_;
    Events events_;
    ExporterWatch watch_;
    LiveRoutes live_{world_, common_, edge_, events_};
    Losses losses_{world_, common_};
    SeriesRoutes series_{world_, common_, edge_, losses_};
    ExporterRoutes exporters_{world_, common_, watch_};
    LedgerRoutes ledger_{world_, common_};
    ProblemRoutes problems_{common_, events_, watch_};
    FilterChecks filter_checks_{world_};
    Queries queries_{
        world_, [this](const control::TimeSpan& span, std::uint32_t step_s, const std::vector<std::string>& sources) {
            return losses_.gaps(span, step_s, sources);
        }};
    Fills fills_{world_};
};

}  // namespace api
