// SPDX-License-Identifier: Apache-2.0
#include "control/http/small_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "control/http/listener.hpp"

namespace http {

flow::Result<std::string> read_small_file(const std::string& what, const std::string& file, Secrecy secrecy) {
    const std::string name = what + " " + file;
    const Socket in(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat about {};
    if (in.fd() < 0 || fstat(in.fd(), &about) != 0) return flow::fail_errno("cannot read " + name);
    if (!S_ISREG(about.st_mode)) return flow::fail(name + " is no file");
    if (secrecy == Secrecy::secret && (about.st_mode & 027) != 0)
        return flow::fail(name + " may be read by others, or written by more than its owner: chmod 0640 " + file);
    std::string text;
    std::array<char, 65536> buffer{};
    ssize_t got = 0;
    while ((got = read(in.fd(), buffer.data(), buffer.size())) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > kMaxFileBytes) return flow::fail(name + " is larger than 1 MiB");
    }
    if (got < 0) return flow::fail_errno("cannot read " + name);
    return text;
}

}  // namespace http
