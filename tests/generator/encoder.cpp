// SPDX-License-Identifier: Apache-2.0
#include "tests/generator/encoder.hpp"

namespace generator {

std::unique_ptr<Encoder> make_encoder(const EncoderOptions& options) {
    switch (options.protocol) {
        case Protocol::v5:
            return make_v5(options.max_datagram, options.sampling);
        case Protocol::v9:
            return make_v9(options.max_datagram, options.sampling);
        case Protocol::ipfix:
            return make_ipfix(options.max_datagram, options.sampling);
        case Protocol::sflow:
            return make_sflow(options.sampling);
    }
    __builtin_unreachable();
}

}  // namespace generator
