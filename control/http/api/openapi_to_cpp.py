#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""openapi_to_cpp.py IN.yaml OUT.cpp: the API's document as JSON, compiled in."""
import json
import sys

import yaml

PIECE = 8000  # characters of a string literal, well below what compilers promise

with open(sys.argv[1], encoding="utf-8") as document:
    text = json.dumps(yaml.safe_load(document), separators=(",", ":"))
pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
literals = "\n    ".join(f'R"~~({piece})~~"' for piece in pieces)
with open(sys.argv[2], "w", encoding="utf-8") as out:
    out.write('#include "control/http/api/openapi.hpp"\n\nnamespace api {\n\n'
              f"std::string_view openapi_json() noexcept {{\n    return {literals};\n}}\n\n}}  // namespace api\n")
