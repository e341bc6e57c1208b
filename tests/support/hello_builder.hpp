// SPDX-License-Identifier: Apache-2.0
// TLS hellos as clients and servers send them, for tests.
//
// Thread: any; values.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace support {

inline std::string number(std::size_t value, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xff);
    return out;
}

inline std::string list16(std::initializer_list<std::uint16_t> values) {
    std::string out = number(values.size() * 2, 2);
    for (const std::uint16_t value : values) out += number(value, 2);
    return out;
}

inline std::string alpn(std::initializer_list<std::string_view> names) {
    std::string list;
    for (const std::string_view name : names) list += number(name.size(), 1) + std::string(name);
    return number(list.size(), 2) + list;
}

inline std::string server_name(std::string_view name) {
    return number(name.size() + 3, 2) + number(0, 1) + number(name.size(), 2) + std::string(name);
}

struct HelloExtension {
    std::uint16_t type = 0;
    std::string bytes{};
    std::size_t more = 0;  // bytes that its length says beyond those there
};

struct Hello {
    std::uint8_t type = 1;  // 1 client, 2 server
    std::uint16_t version = 0x0303;
    std::vector<std::uint16_t> ciphers{};
    std::vector<HelloExtension> extensions{};
    bool extension_block = true;

    [[nodiscard]] std::string record() const {
        std::string body = number(version, 2) + std::string(32, 'r') + number(32, 1) + std::string(32, 's');
        if (type == 1) body += number(ciphers.size() * 2, 2);
        for (const std::uint16_t cipher : ciphers) body += number(cipher, 2);
        body += type == 1 ? number(0x0100, 2) : number(0, 1);
        std::string block;
        for (const HelloExtension& e : extensions)
            block += number(e.type, 2) + number(e.bytes.size() + e.more, 2) + e.bytes;
        if (extension_block) body += number(block.size(), 2) + block;
        const std::string message = number(type, 1) + number(body.size(), 3) + body;
        return number(22, 1) + number(0x0301, 2) + number(message.size(), 2) + message;
    }
};

// What a Firefox offered; other tools call it JA3 579ccef312d18482fc42e2b822ca2430.
inline Hello firefox_hello() {
    return {.ciphers = {4865, 4867, 4866, 49195, 49199, 52393, 52392, 49196, 49200, 49162, 49161, 49171, 49172, 156,
                        157, 47, 53},
            .extensions = {
                {0, server_name("contile.services.mozilla.com")},
                {23, ""},
                {65281, std::string(1, '\0')},
                {10, list16({29, 23, 24, 25, 256, 257})},
                {11, std::string("\x01\x00", 2)},
                {35, ""},
                {16, alpn({"h2", "http/1.1"})},
                {5, std::string("\x01\0\0\0\0", 5)},
                {34, list16({0x0403, 0x0503, 0x0603, 0x0203})},
                {51, std::string(107, 'k')},
                {43, std::string("\x04\x03\x04\x03\x03", 5)},
                {13, list16({0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201})},
                {45, std::string("\x01\x01", 2)},
                {28, std::string("\x40\x01", 2)},
                {21, std::string(122, '\0')}}};
}

// The client of JA4's description.
inline Hello chrome_hello() {
    return {.ciphers = {0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
                        0x009c, 0x009d, 0x002f, 0x0035},
            .extensions = {{0x1a1a, ""},
                           {0x001b, ""},
                           {0x0000, server_name("www.example.org")},
                           {0x0033, std::string(43, 'k')},
                           {0x0010, alpn({"h2", "http/1.1"})},
                           {0x4469, ""},
                           {0x0017, ""},
                           {0x002d, ""},
                           {0x000d, list16({0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601})},
                           {0x0005, ""},
                           {0x0023, ""},
                           {0x0012, ""},
                           {0x002b, std::string("\x06\x2a\x2a\x03\x04\x03\x03", 7)},
                           {0xff01, std::string(1, '\0')},
                           {0x000b, std::string("\x01\x00", 2)},
                           {0x000a, list16({0x2a2a, 29, 23, 24})},
                           {0x0015, ""}}};
}

}  // namespace support
