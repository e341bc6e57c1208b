// SPDX-License-Identifier: Apache-2.0
#include "dataplane/device.hpp"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <memory>
#include <regex>

namespace dataplane {
namespace {

using flow::fail;

flow::Result<void> check_interface(const std::string& name) {
    if (if_nametoindex(name.c_str()) != 0) return {};
    return fail("device: there is no network interface '" + name + "'; `ip link` lists them");
}

// Receive queues of an interface; 1 when the driver does not say.
std::uint16_t interface_queues(const std::string& name) {
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) return 1;
    ethtool_channels channels{};
    channels.cmd = ETHTOOL_GCHANNELS;
    ifreq request{};
    std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
    request.ifr_data = reinterpret_cast<char*>(&channels);
    const bool told = ioctl(fd, SIOCETHTOOL, &request) == 0;
    close(fd);
    const auto queues = channels.combined_count + channels.rx_count;
    return told && queues != 0 ? static_cast<std::uint16_t>(std::min(queues, 64u)) : std::uint16_t{1};
}

// DPDK splits device arguments at commas.
flow::Result<void> check_argument(const std::string& target) {
    if (target.empty()) return fail("device: nothing after the colon");
    if (target.find_first_of(",'\" ") == std::string::npos) return {};
    return fail("device: '" + target + "' has a comma, quote or blank in it, which DPDK cannot take; rename it");
}

flow::Result<void> inspect_capture(Device& device) {
    std::array<char, PCAP_ERRBUF_SIZE> why{};
    const std::unique_ptr<pcap_t, decltype(&pcap_close)> file(pcap_open_offline(device.target.c_str(), why.data()),
                                                              &pcap_close);
    if (file == nullptr) return fail("device: cannot read the capture '" + device.target + "': " + why.data());
    const int link = pcap_datalink(file.get());
    switch (link) {
        case DLT_EN10MB:
            device.link = flow::LinkType::ethernet;
            break;
        case DLT_NULL:
        case DLT_LOOP:
            device.link = flow::LinkType::null;
            break;
        case DLT_RAW:
        case 101:
            device.link = flow::LinkType::raw_ip;
            break;
        case DLT_LINUX_SLL:
            device.link = flow::LinkType::linux_sll;
            break;
        case DLT_LINUX_SLL2:
            device.link = flow::LinkType::linux_sll2;
            break;
        default:
            return fail("device: the capture '" + device.target + "' has link type " + std::to_string(link) +
                        ", which is not read; Ethernet, Linux cooked and raw IP are");
    }
    pcap_pkthdr* header = nullptr;
    const unsigned char* bytes = nullptr;
    while (pcap_next_ex(file.get(), &header, &bytes) == 1) ++device.file_packets;
    return {};
}

void add_port(Device& device, const std::string& driver, std::size_t number, const std::string& suffix,
              const std::string& arguments, std::uint16_t queues) {
    const std::string name = driver + std::to_string(number) + suffix;
    device.ports.push_back({name, "--vdev=" + name + "," + arguments, queues});
}

flow::Result<Device> open_pci(const std::string& text, std::uint16_t workers) {
    static const std::regex kAddress("([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]");
    if (!std::regex_match(text, kAddress)) {
        return fail(
            "device: '" + text +
            "' is none of: PCI address (0000:03:00.0), af_xdp:IFACE, af_packet:IFACE, tap:NAME, pcap:FILE, loopback");
    }
    Device device{.kind = DeviceKind::pci, .name = text, .target = text, .ports = {}};
    if (device.target.size() < 12) device.target = "0000:" + device.target;
    if (!std::filesystem::exists("/sys/bus/pci/devices/" + device.target)) {
        return fail("device: there is no PCI device " + device.target + "; `lspci -D` lists them");
    }
    device.ports.push_back({device.target, "-a" + device.target, workers});
    return device;
}

}  // namespace

flow::Result<Device> open_device(const std::string& text, std::size_t number, std::uint16_t workers) {
    Device device{.name = text, .target = {}, .ports = {}};
    if (text == "loopback") {
        device.target = "lo";
        add_port(device, "net_pcap", number, "", "rx_iface_in=lo", 1);
        return device;
    }
    const auto colon = text.find(':');
    const std::string scheme = text.substr(0, colon);
    const std::string target = colon == std::string::npos ? "" : text.substr(colon + 1);
    static const std::array<std::pair<const char*, DeviceKind>, 4> kSchemes{{{"af_xdp", DeviceKind::af_xdp},
                                                                             {"af_packet", DeviceKind::af_packet},
                                                                             {"tap", DeviceKind::tap},
                                                                             {"pcap", DeviceKind::pcap}}};
    const auto* scheme_found =
        std::find_if(kSchemes.begin(), kSchemes.end(), [&](const auto& s) { return scheme == s.first; });
    if (scheme_found == kSchemes.end()) return open_pci(text, workers);
    device.kind = scheme_found->second;
    device.target = target;
    if (device.kind == DeviceKind::pcap && target.ends_with(",endless")) {
        device.endless = true;
        device.target.resize(target.size() - std::strlen(",endless"));
    }
    if (auto ok = check_argument(device.target); !ok) return flow::pass(ok);
    if (device.kernel_keeps_it()) {
        if (auto ok = check_interface(device.target); !ok) return flow::pass(ok);
    }
    switch (device.kind) {
        case DeviceKind::af_xdp: {
            // One port a queue: the driver refuses more queues than the interface says, and packets of queues that are
            // not ours go to the kernel unseen.
            const std::uint16_t queues = interface_queues(device.target);
            for (std::uint16_t q = 0; q < queues; ++q) {
                add_port(device, "net_af_xdp", number, "_" + std::to_string(q),
                         "iface=" + device.target + ",start_queue=" + std::to_string(q), 1);
            }
            break;
        }
        case DeviceKind::af_packet:
            // The default frame size cuts at 1,982 bytes without a word.
            add_port(device, "net_af_packet", number, "",
                     "iface=" + device.target + ",qpairs=" + std::to_string(workers) +
                         ",blocksz=16384,framesz=16384,framecnt=512",
                     workers);
            break;
        case DeviceKind::tap:
            add_port(device, "net_tap", number, "", "iface=" + device.target, 1);
            break;
        default:
            if (auto ok = inspect_capture(device); !ok) return flow::pass(ok);
            add_port(device, "net_pcap", number, "",
                     "rx_pcap=" + device.target + (device.endless ? ",infinite_rx=1" : ""), 1);
            break;
    }
    return device;
}

}  // namespace dataplane
