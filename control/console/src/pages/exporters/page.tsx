// SPDX-License-Identifier: Apache-2.0
export function ExportersPage() {
  return <h1>Exporters</h1>;
}
