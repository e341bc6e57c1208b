// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz entry without libFuzzer: files given on the command line, changed at random, and random bytes; the same each
// time. So every fuzz target is built and exercised by each test run, under the sanitizers too.
// usage: NAME_fuzz_test ROUNDS [FILE OR DIRECTORY...]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::size_t kMostBytes = 8192;

void load(const std::filesystem::path& path, std::vector<Bytes>& seeds) {
    if (std::filesystem::is_directory(path)) {
        std::vector<std::filesystem::path> inside;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
            if (entry.is_regular_file() && entry.file_size() <= kMostBytes) inside.push_back(entry.path());
        }
        std::sort(inside.begin(), inside.end());
        for (const auto& file : inside) load(file, seeds);
    } else if (std::filesystem::is_regular_file(path)) {
        std::ifstream in(path, std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
}

void change(Bytes& bytes, std::mt19937& random) {
    for (auto n = random() % 6; n != 0 && !bytes.empty(); --n) {
        const std::size_t at = random() % bytes.size();
        switch (random() % 4) {
            case 0:
                bytes[at] = static_cast<std::uint8_t>(random());
                break;
            case 1:
                bytes[at] = random() % 2 != 0 ? 0xff : 0;
                break;
            case 2:
                bytes.resize(at);
                break;
            default: {
                const Bytes piece(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at / 2));
                bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), piece.begin(), piece.end());
                break;
            }
        }
    }
    bytes.resize(std::min(bytes.size(), kMostBytes));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const int rounds = std::atoi(argv[1]);
    std::vector<Bytes> seeds{{}};
    for (int i = 2; i < argc; ++i) load(argv[i], seeds);
    for (const Bytes& seed : seeds) LLVMFuzzerTestOneInput(seed.data(), seed.size());
    std::mt19937 random(20260115);
    for (int round = 0; round < rounds; ++round) {
        Bytes bytes = seeds[random() % seeds.size()];
        if (bytes.empty()) {
            bytes.resize(random() % 200);
            std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::uint8_t>(random()); });
        }
        change(bytes, random);
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
    std::printf("%zu seeds, %d rounds\n", seeds.size() - 1, rounds);
    return 0;
}
