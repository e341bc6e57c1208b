// SPDX-License-Identifier: Apache-2.0
#include "control/fill/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace fill {
namespace {

constexpr std::size_t kMostSaid = 4096;

class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    void reset(int fd) noexcept { fd_ = fd; }
    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

  private:
    int fd_ = -1;
};

bool make_pipe(Descriptor& read_end, Descriptor& write_end) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
    return true;
}

// A file in memory, read from its beginning: nobody has to be there to write it.
bool make_input(Descriptor& file, std::string_view input) {
    file.reset(memfd_create("question", MFD_CLOEXEC));
    for (std::string_view left = input; file.get() >= 0 && !left.empty();) {
        const ssize_t written = write(file.get(), left.data(), left.size());
        if (written <= 0) return false;
        left.remove_prefix(static_cast<std::size_t>(written));
    }
    return file.get() >= 0 && lseek(file.get(), 0, SEEK_SET) == 0;
}

tl::unexpected<flow::Error> refuse(const std::string& program, int code) {
    return flow::fail("cannot start " + program + ": " + std::strerror(code));
}

int spawn(const std::vector<std::string>& arguments, int in, int out, int err, pid_t& pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
    std::vector<char*> argv;
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    std::array<char*, 1> environment{nullptr};
    const int code = posix_spawn(&pid, argv.front(), &actions, &attributes, argv.data(), environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

// Our threads are each bound to a core of the collector's.
void free_of_our_core(pid_t pid) {
    cpu_set_t every;
    CPU_ZERO(&every);
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) CPU_SET(cpu, &every);
    static_cast<void>(sched_setaffinity(pid, sizeof every, &every));
}

}  // namespace

flow::Result<std::unique_ptr<Child>> Child::start(const std::vector<std::string>& arguments, std::string_view input) {
    Descriptor in, out_read, out_write, err_read, err_write;
    if (!make_input(in, input) || !make_pipe(out_read, out_write) || !make_pipe(err_read, err_write))
        return refuse(arguments.front(), errno);
    pid_t pid = 0;
    const int code = spawn(arguments, in.get(), out_write.get(), err_write.get(), pid);
    if (code != 0) return refuse(arguments.front(), code);
    free_of_our_core(pid);
    fcntl(out_read.get(), F_SETFL, O_NONBLOCK);
    fcntl(err_read.get(), F_SETFL, O_NONBLOCK);
    return std::unique_ptr<Child>(new Child(pid, out_read.release(), err_read.release()));
}

Child::~Child() {
    if (pid_ != 0) {
        kill(-pid_, SIGKILL);
        static_cast<void>(wait());
    }
    close(out_);
    close(err_);
}

bool Child::read(std::string& out, int wait_ms) {
    constexpr std::size_t kAtOnce = 1u << 16;
    std::array<pollfd, 2> wait_for{{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
    if (poll(wait_for.data(), wait_for.size(), wait_ms) <= 0) return true;
    read_errors();
    const std::size_t before = out.size();
    out.resize(before + kAtOnce);
    const ssize_t got = ::read(out_, out.data() + before, kAtOnce);
    const bool nothing_yet = got < 0 && (errno == EAGAIN || errno == EINTR);
    out.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return got > 0 || nothing_yet;
}

// All, so that it does not wait for us; the first of it is kept.
void Child::read_errors() {
    std::array<char, 1024> bytes;
    for (ssize_t got = 0; (got = ::read(err_, bytes.data(), bytes.size())) > 0;)
        said_.append(bytes.data(),
                     std::min(static_cast<std::size_t>(got), kMostSaid - std::min(kMostSaid, said_.size())));
}

int Child::wait() {
    int status = 0;
    while (pid_ != 0 && waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    read_errors();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string Child::said() const {
    std::string line = said_.substr(0, said_.find('\n'));
    constexpr std::string_view kName = "net-collector: ";
    if (line.starts_with(kName)) line.erase(0, kName.size());
    return line;
}

}  // namespace fill
