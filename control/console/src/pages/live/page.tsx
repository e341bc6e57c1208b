// SPDX-License-Identifier: Apache-2.0
export function LivePage() {
  return <h1>Live</h1>;
}
