// SPDX-License-Identifier: Apache-2.0
// send_flows SET PORT: sends a set of printed_flows.hpp to 127.0.0.1, for ./refresh.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "tests/nfdump_output/printed_flows.hpp"

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: send_flows SET PORT\n", stderr);
        return 2;
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    for (const support::Bytes& datagram : nfdump_output::datagrams_of(argv[1])) {
        if (sendto(fd, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
            std::perror("send_flows");
            return 1;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    close(fd);
    return 0;
}
