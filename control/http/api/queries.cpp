// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/queries.hpp"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "control/http/api/filter_series.hpp"
#include "control/http/api/jobs.hpp"

namespace api {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kBetweenEvents = std::chrono::milliseconds(200);
constexpr auto kSignOfLife = std::chrono::seconds(15);

// Who may see and cancel a job, besides admins.
std::string owner_of(const http::Principal& who) {
    if (!who.user.empty()) return "user " + who.user;
    if (who.unix_socket) return who.client;
    return who.client.substr(0, who.client.rfind(':'));
}

std::string id_of(const http::Request& request) {
    const auto at = request.at.find("id");
    return at == request.at.end() ? std::string() : at->second;
}

http::Response gone(const std::string& id) {
    return problem(404, "not_found",
                   "there is no query " + id.substr(0, 64) + ": results are kept for ten minutes; ask again");
}

// Event "job" when something has changed, until the job ends.
class JobEvents final : public http::Stream {
  public:
    JobEvents(std::shared_ptr<Jobs> jobs, std::string id) : jobs_(std::move(jobs)), id_(std::move(id)) {
        jobs_->with(id_, [](Job& job) { ++job.streams; });
    }
    JobEvents(const JobEvents&) = delete;
    JobEvents& operator=(const JobEvents&) = delete;
    ~JobEvents() override {
        jobs_->with(id_, [](Job& job) { --job.streams; });
    }

    std::ptrdiff_t read(char* to, std::size_t bytes) override {
        if (waiting_.empty()) look();
        if (waiting_.empty()) return over_ ? -1 : 0;
        const std::size_t sent = std::min(bytes, waiting_.size());
        std::memcpy(to, waiting_.data(), sent);
        waiting_.erase(0, sent);
        return static_cast<std::ptrdiff_t>(sent);
    }

  private:
    void look() {
        const Clock::time_point now = Clock::now();
        if (over_ || now - told_ < kBetweenEvents) return;
        const bool found = jobs_->with(id_, [&](Job& job) {
            over_ = job.over();
            if (job.version == version_ && now - told_ < (job.state == Job::State::running ? kTick : kSignOfLife))
                return;
            version_ = job.version;
            told_ = now;
            waiting_ = "event: job\ndata: " + job.json().dump(-1, ' ', false, Json::error_handler_t::replace) + "\n\n";
        });
        over_ = over_ || !found;
    }

    // The seconds go on while nothing else does.
    static constexpr auto kTick = std::chrono::seconds(1);
    std::shared_ptr<Jobs> jobs_;
    std::string id_;
    std::string waiting_{};
    std::uint64_t version_ = 0;
    Clock::time_point told_{};
    bool over_ = false;
};

class TextStream final : public http::Stream {
  public:
    explicit TextStream(std::shared_ptr<const std::string> text) : text_(std::move(text)) {}
    std::ptrdiff_t read(char* to, std::size_t bytes) override {
        const std::size_t sent = std::min(bytes, text_->size() - at_);
        if (sent == 0) return -1;
        std::memcpy(to, text_->data() + at_, sent);
        at_ += sent;
        return static_cast<std::ptrdiff_t>(sent);
    }

  private:
    std::shared_ptr<const std::string> text_;
    std::size_t at_ = 0;
};

}  // namespace

Queries::Queries(const World& world, GapsOf gaps) : Queries(world, std::move(gaps), JobLimits{}) {}

Queries::Queries(const World& world, GapsOf gaps, const JobLimits& limits)
    : world_(world), gaps_(std::move(gaps)), jobs_(std::make_shared<Jobs>(world.command, limits)) {}

std::vector<http::Route> Queries::routes() {
    const std::string root = std::string(kRoot) + "/queries";
    const std::string job = root + "/{id}";
    const auto to = [this](http::Response (Queries::*member)(const http::Request&)) {
        return [this, member](const http::Request& request) { return (this->*member)(request); };
    };
    return {{"POST", root, http::Reach::anyone, to(&Queries::ask)},
            {"GET", root, http::Reach::anyone, to(&Queries::list)},
            {"GET", job, http::Reach::anyone, to(&Queries::one)},
            {"DELETE", job, http::Reach::anyone, to(&Queries::cancel)},
            {"GET", job + "/events", http::Reach::anyone, to(&Queries::events)},
            {"GET", job + "/result", http::Reach::anyone, to(&Queries::result)},
            {"GET", job + "/text", http::Reach::anyone, to(&Queries::text)}};
}

bool Queries::may(const http::Request& request, http::Response& no) {
    const std::string id = id_of(request);
    const std::string owner = owner_of(request.who);
    bool allowed = false;
    const bool found =
        jobs_->with(id, [&](const Job& job) { allowed = job.owner == owner || request.who.role == http::Role::admin; });
    if (!found || !allowed) no = gone(id);
    return found && allowed;
}

http::Response Queries::ask(const http::Request& request) {
    const auto given = body(request);
    if (!given) return problem(400, "bad_request", given.error().text());
    if (world_.command.empty()) return problem(503, "unavailable", "the command net-collector was not found");
    const std::uint64_t now_ms = world_.now_ms();
    const control::Config config = world_.config();
    auto question = read_question(*given, {world_.data_directory, config.file, now_ms / 1000});
    if (!question) return problem(400, "bad_question", question.error().text());
    const auto id = jobs_->add(owner_of(request.who), *std::move(question), now_ms);
    if (!id) return problem(429, "busy", id.error().text());
    http::Response out = gone(*id);
    jobs_->with(*id, [&](const Job& job) { out = json(job.json(), 202); });
    out.headers.emplace_back("Location", std::string(kRoot) + "/queries/" + *id);
    return out;
}

http::Response Queries::list(const http::Request& request) {
    const auto offset = number(request, "offset", 0, 1'000'000);
    const auto limit = number(request, "limit", kUsualPage, kMostPage);
    for (const auto* given : {&offset, &limit}) {
        if (!*given) return problem(400, "bad_request", given->error().text());
    }
    const std::string owner = owner_of(request.who);
    Json items = Json::array();
    std::uint64_t total = 0;
    jobs_->each([&](const Job& job) {
        if (job.owner != owner && request.who.role != http::Role::admin) return;
        if (total >= *offset && total - *offset < *limit) items.push_back(job.json());
        ++total;
    });
    return json({{"total", total}, {"offset", *offset}, {"items", std::move(items)}});
}

http::Response Queries::one(const http::Request& request) {
    http::Response out;
    if (!may(request, out)) return out;
    out = gone(id_of(request));
    jobs_->with(id_of(request), [&](const Job& job) { out = json(job.json()); });
    return out;
}

http::Response Queries::cancel(const http::Request& request) {
    http::Response out;
    if (!may(request, out)) return out;
    if (!jobs_->cancel(id_of(request))) return gone(id_of(request));
    return {.status = 204, .body = {}};
}

http::Response Queries::events(const http::Request& request) {
    http::Response out;
    if (!may(request, out)) return out;
    out = {.content_type = "text/event-stream"};
    out.stream = std::make_shared<JobEvents>(jobs_, id_of(request));
    return out;
}

std::shared_ptr<const Job> Queries::answered(const http::Request& request, http::Response& no) {
    if (!may(request, no)) return nullptr;
    auto job = jobs_->ended(id_of(request));
    if (job == nullptr) {
        no = problem(409, "not_ready", "the query is still under way: its events tell when it ends");
        return nullptr;
    }
    if (job->has_result()) return job;
    no = problem(409, "failed", job->json().value("detail", std::string()));
    return nullptr;
}

http::Response Queries::result(const http::Request& request) {
    http::Response no;
    const auto offset = number(request, "offset", 0, kMostRows);
    const auto limit = number(request, "limit", kUsualPage, kMostPage);
    for (const auto* given : {&offset, &limit}) {
        if (!*given) return problem(400, "bad_request", given->error().text());
    }
    const auto job = answered(request, no);
    if (job == nullptr) return no;
    if (job->question.text)
        return problem(409, "no_table", "this query was asked for text: read /text, or ask again without \"text\"");
    if (job->question.kind != Question::Kind::series)
        return http::answer_later([job, from = *offset, most = *limit] { return json(job->result(from, most)); });
    const auto shape = read_shape(request);
    if (!shape) return problem(400, "bad_request", shape.error().text());
    return http::answer_later([this, job, shape = *shape, now_s = world_.now_ms() / 1000] {
        if (job->series().is_null()) return problem(409, "failed", "the query was cancelled before there was anything");
        const SeriesSteps steps = steps_of(*job);
        const auto gaps = gaps_(steps.span, steps.step_s, job->question.sources);
        if (!gaps) return problem(503, "no_data", gaps.error().text());
        return json(series_result(*job, shape, *gaps, now_s));
    });
}

http::Response Queries::text(const http::Request& request) {
    http::Response no;
    const auto job = answered(request, no);
    if (job == nullptr) return no;
    if (!job->question.text)
        return problem(409, "no_text", "this query was asked for a table: ask again with \"text\": \"line\"");
    http::Response out;
    out.stream = std::make_shared<TextStream>(job->whole);
    return out;
}

}  // namespace api
