// SPDX-License-Identifier: Apache-2.0
export function OverviewPage() {
  return <h1>Overview</h1>;
}
