// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/fills.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>

#include "control/duration.hpp"
#include "control/http/api/fill_run.hpp"

namespace api {
namespace {

using http::Request;
using http::Response;
using Clock = std::chrono::steady_clock;

constexpr std::array<const char*, 5> kStateNames{"waiting", "running", "done", "failed", "cancelled"};
// Looking means copying the configuration.
constexpr std::chrono::seconds kBetweenChecks{1};

// A point in time of the body: seconds, or as `net-collector series` takes it.
flow::Result<std::optional<std::uint32_t>> time_of(const Json& body, const char* name, std::uint64_t now_s) {
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) return std::nullopt;
    const auto time = found->is_number_unsigned() ? std::optional(found->get<std::uint64_t>())
                      : found->is_string()        ? control::parse_time(found->get<std::string>(), now_s)
                                                  : std::nullopt;
    if (!time || *time > std::numeric_limits<std::uint32_t>::max())
        return flow::fail(std::string(name) + " is no time: give seconds since 1970, -1h or 2024-05-01T12:30");
    return static_cast<std::uint32_t>(*time);
}

flow::Result<FillAsked> asked_by(const Json& body, std::uint64_t now_s) {
    FillAsked asked;
    for (const auto& [name, to] : {std::pair("profile", &asked.profile), std::pair("channel", &asked.channel)}) {
        const auto found = body.find(name);
        if (found == body.end() || !found->is_string())
            return flow::fail(std::string("the body has no ") + name + ": give {\"profile\": ..., \"channel\": ...}");
        *to = found->get<std::string>();
    }
    auto from = time_of(body, "from", now_s);
    if (!from) return flow::pass(from);
    auto to = time_of(body, "to", now_s);
    if (!to) return flow::pass(to);
    asked.from_s = *from;
    asked.to_s = *to;
    return asked;
}

}  // namespace

Fills::~Fills() {
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    if (!worker_.joinable()) return;
    worker_.request_stop();
    worker_.join();
}

std::vector<http::Route> Fills::routes() {
    const std::string path = std::string(kRoot) + "/fills";
    return {
        {"POST", path, http::Reach::anyone, [this](const Request& r) { return begin(r); }, http::Role::admin},
        {"GET", path, http::Reach::anyone, [this](const Request&) { return list(); }},
        {"GET", path + "/{id}", http::Reach::anyone, [this](const Request& r) { return one(r); }},
        {"DELETE", path + "/{id}", http::Reach::anyone, [this](const Request& r) { return end(r); }, http::Role::admin},
    };
}

Response Fills::begin(const Request& request) {
    const auto given = body(request);
    if (!given) return problem(400, "bad_request", given.error().message);
    const auto asked = asked_by(*given, world_.now_ms() / 1000);
    if (!asked) return problem(422, "bad_value", asked.error().message);
    if (world_.store == nullptr) return problem(503, "unavailable", "there is no store to fill");
    const std::string who = request.who.user.empty() ? request.who.client : request.who.user;
    return http::answer_later([this, asked = *asked, who] { return add(asked, who); });
}

Response Fills::add(const FillAsked& asked, const std::string& who) {
    auto plan = plan_fill(world_, asked);
    if (!plan) return problem(plan.error().status, plan.error().error, plan.error().detail);
    const std::string channel = asked.profile + "/" + asked.channel;
    const std::scoped_lock lock(mutex_);
    const auto unfinished = [](const auto& f) { return f->state == State::waiting || f->state == State::running; };
    const auto same = std::ranges::find_if(fills_, [&](const auto& f) {
        return unfinished(f) && f->asked.profile == asked.profile && f->asked.channel == asked.channel;
    });
    if (same != fills_.end())
        return problem(409, "conflict", "channel " + channel + " is being filled already, by fill " + (*same)->id);
    if (ending_ || std::ranges::count_if(fills_, unfinished) >= static_cast<std::ptrdiff_t>(kMostWaitingFills))
        return problem(503, "busy",
                       std::to_string(kMostWaitingFills) + " fills wait already: try again when one has ended");
    auto fill = std::make_shared<Fill>();
    fill->id = std::to_string(++last_id_);
    fill->asked = asked;
    fill->plan = *std::move(plan);
    fills_.push_back(fill);
    forget_old();
    // Not before the daemon has become whom it runs as: a thread keeps the capabilities that it begins with.
    if (!worker_.joinable()) worker_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
    wake_.notify_all();
    world_.log("fill " + fill->id + ": " + who + " fills " + channel + " from " +
               control::time_text(fill->plan.from_s) + " to " + control::time_text(fill->plan.to_s));
    Response answer = json(describe(*fill), 202);
    answer.headers.emplace_back("Location", std::string(kRoot) + "/fills/" + fill->id);
    return answer;
}

Response Fills::list() {
    const std::scoped_lock lock(mutex_);
    Json out = Json::array();
    for (const auto& fill : fills_) out.push_back(describe(*fill));
    return json(out);
}

Response Fills::one(const Request& request) {
    const std::scoped_lock lock(mutex_);
    const auto fill = find(request.at.at("id"));
    if (fill == nullptr) return problem(404, "not_found", "there is no fill " + request.at.at("id"));
    return json(describe(*fill));
}

// One that has ended is forgotten, others are cancelled.
Response Fills::end(const Request& request) {
    const std::scoped_lock lock(mutex_);
    const auto fill = find(request.at.at("id"));
    if (fill == nullptr) return problem(404, "not_found", "there is no fill " + request.at.at("id"));
    if (fill->state == State::waiting || fill->state == State::running) {
        fill->cancel = "cancelled by " + (request.who.user.empty() ? request.who.client : request.who.user);
        if (fill->state == State::waiting) {
            fill->state = State::cancelled;
            fill->detail = fill->cancel;
            fill->changed = true;
        }
        world_.log("fill " + fill->id + ": " + fill->cancel);
    } else {
        std::erase(fills_, fill);
    }
    return {.status = 204};
}

Json Fills::describe(const Fill& fill) {
    return {{"id", fill.id},
            {"profile", fill.asked.profile},
            {"channel", fill.asked.channel},
            {"from_s", fill.plan.from_s},
            {"to_s", fill.plan.to_s},
            {"state", kStateNames[static_cast<std::size_t>(fill.state)]},
            {"progress", fill.progress},
            {"detail", fill.detail},
            {"covers", fill.covers}};
}

std::shared_ptr<Fills::Fill> Fills::find(const std::string& id) {
    const auto found = std::ranges::find_if(fills_, [&](const auto& f) { return f->id == id; });
    return found == fills_.end() ? nullptr : *found;
}

void Fills::forget_old() {
    while (fills_.size() > kMostFills) {
        const auto ended = std::ranges::find_if(fills_, [](const auto& f) { return f->state >= State::done; });
        if (ended == fills_.end()) return;
        fills_.erase(ended);
    }
}

std::vector<std::string> Fills::take_changed() {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> out;
    for (const auto& fill : fills_) {
        if (std::exchange(fill->changed, false)) out.push_back(json(describe(*fill)).body);
    }
    return out;
}

void Fills::work(const std::stop_token& stop) {
    const auto next = [this] {
        return std::ranges::find_if(fills_, [](const auto& f) { return f->state == State::waiting; });
    };
    std::unique_lock lock(mutex_);
    while (wake_.wait(lock, stop, [&] { return next() != fills_.end(); })) {
        const std::shared_ptr<Fill> fill = *next();
        fill->state = State::running;
        fill->changed = true;
        lock.unlock();
        run(fill, stop);
        lock.lock();
    }
}

void Fills::run(const std::shared_ptr<Fill>& fill, const std::stop_token& stop) {
    std::string why;
    Clock::time_point checked = Clock::now() - kBetweenChecks;
    const FillWatch watch{.must_end =
                              [&] {
                                  if (why.empty()) why = told_to_end(*fill, stop);
                                  if (!why.empty() || Clock::now() - checked < kBetweenChecks) return why;
                                  checked = Clock::now();
                                  why = outdated(world_.config(), fill->asked, fill->plan);
                                  return why;
                              },
                          .progress = [&](double progress) { show(*fill, progress); }};
    const std::string outdated_now = watch.must_end();
    auto covers = outdated_now.empty() ? run_fill(world_, fill->plan, watch) : flow::fail(outdated_now);
    const std::scoped_lock lock(mutex_);
    fill->state = covers ? State::done : why.empty() ? State::failed : State::cancelled;
    if (covers) fill->covers = *std::move(covers);
    if (fill->state != State::done) fill->detail = why.empty() ? covers.error().text() : why;
    fill->changed = true;
    world_.log("fill " + fill->id + " of " + fill->asked.profile + "/" + fill->asked.channel + ": " +
               kStateNames[static_cast<std::size_t>(fill->state)] +
               (fill->state == State::done ? ", covers " + fill->covers : ": " + fill->detail));
}

std::string Fills::told_to_end(const Fill& fill, const std::stop_token& stop) {
    if (stop.stop_requested()) return "the collector was ended";
    const std::scoped_lock lock(mutex_);
    return fill.cancel;
}

void Fills::show(Fill& fill, double progress) {
    const std::scoped_lock lock(mutex_);
    fill.changed = fill.changed || progress != fill.progress;
    fill.progress = progress;
}

}  // namespace api
