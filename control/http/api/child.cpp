// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/child.hpp"

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace api {
namespace {

constexpr int kFirstFree = kProgressDescriptor + 1;

struct Pipe {
    http::Socket read{}, write{};
};

// The end to write to lies above those that the child gets, so that none of them is overwritten on the way.
flow::Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return flow::fail_errno("cannot create a pipe for a query");
    Pipe out{http::Socket(ends[0]), http::Socket(ends[1])};
    const int above = fcntl(out.write.fd(), F_DUPFD_CLOEXEC, kFirstFree);
    if (above < 0 || fcntl(out.read.fd(), F_SETFL, O_NONBLOCK) != 0)
        return flow::fail_errno("cannot set up a pipe for a query");
    out.write = http::Socket(above);
    return out;
}

// A file in memory, read from its beginning: nobody has to be there to write it.
flow::Result<http::Socket> make_input(std::string_view input) {
    http::Socket file(input.empty() ? open("/dev/null", O_RDONLY | O_CLOEXEC) : memfd_create("input", MFD_CLOEXEC));
    bool well = file.fd() >= 0;
    for (std::string_view left = input; well && !left.empty();) {
        const ssize_t written = write(file.fd(), left.data(), left.size());
        well = written > 0;
        if (well) left.remove_prefix(static_cast<std::size_t>(written));
    }
    if (well && !input.empty()) well = lseek(file.fd(), 0, SEEK_SET) == 0;
    if (!well) return flow::fail_errno("cannot prepare a query");
    return file;
}

// Our threads are each bound to a core of the collector's.
void free_of_our_core(pid_t pid) {
    cpu_set_t every;
    CPU_ZERO(&every);
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) CPU_SET(cpu, &every);
    static_cast<void>(sched_setaffinity(pid, sizeof every, &every));
}

class Actions {
  public:
    Actions() { posix_spawn_file_actions_init(&actions_); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
    int add(int from, int to) { return posix_spawn_file_actions_adddup2(&actions_, from, to); }
    int finish() { return posix_spawn_file_actions_addclosefrom_np(&actions_, kFirstFree); }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

class Attributes {
  public:
    Attributes() {
        posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    ~Attributes() { posix_spawnattr_destroy(&attributes_); }
    [[nodiscard]] const posix_spawnattr_t* get() const noexcept { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

std::vector<std::string> environment() {
    std::vector<std::string> out{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"};
    if (const char* zone = std::getenv("TZ")) out.push_back(std::string("TZ=") + zone);
    return out;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> out;
    for (std::string& word : words) out.push_back(word.data());
    out.push_back(nullptr);
    return out;
}

}  // namespace

flow::Result<Child> Child::start(const std::string& program, const std::vector<std::string>& arguments,
                                 std::string_view input) {
    auto given = make_input(input);
    if (!given) return tl::unexpected(given.error());
    auto output = make_pipe();
    auto errors = make_pipe();
    auto progress = make_pipe();
    for (const auto* made : {&output, &errors, &progress}) {
        if (!*made) return tl::unexpected(made->error());
    }
    Actions actions;
    for (const auto& [from, to] : {std::pair(given->fd(), STDIN_FILENO),
                                   {output->write.fd(), STDOUT_FILENO},
                                   {errors->write.fd(), STDERR_FILENO},
                                   {progress->write.fd(), kProgressDescriptor}}) {
        if (const int failed = actions.add(from, to); failed != 0)
            return flow::fail_errno("cannot prepare a query", failed);
    }
    if (const int failed = actions.finish(); failed != 0) return flow::fail_errno("cannot prepare a query", failed);
    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> variables = environment();
    const Attributes attributes;
    Child child;
    const int failed = posix_spawn(&child.pid_, program.c_str(), actions.get(), attributes.get(),
                                   pointers(words).data(), pointers(variables).data());
    if (failed != 0) {
        child.pid_ = -1;
        return flow::fail_errno("cannot start " + program, failed);
    }
    free_of_our_core(child.pid_);
    child.ended_ = http::Socket(static_cast<int>(syscall(SYS_pidfd_open, child.pid_, 0)));
    if (child.ended_.fd() < 0) return flow::fail_errno("cannot watch " + program);
    child.output_ = std::move(output->read);
    child.errors_ = std::move(errors->read);
    child.progress_ = std::move(progress->read);
    return child;
}

Child& Child::operator=(Child&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(ended_, other.ended_);
    std::swap(output_, other.output_);
    std::swap(errors_, other.errors_);
    std::swap(progress_, other.progress_);
    return *this;
}

Child::~Child() {
    if (pid_ < 0) return;
    signal(SIGKILL);
    static_cast<void>(reap());
}

void Child::forget(int descriptor) noexcept {
    for (auto* stream : {&output_, &errors_, &progress_}) {
        if (stream->fd() == descriptor) *stream = http::Socket();
    }
}

void Child::signal(int number) const noexcept {
    if (pid_ > 0) static_cast<void>(kill(-pid_, number));
}

int Child::reap() noexcept {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
}

}  // namespace api
