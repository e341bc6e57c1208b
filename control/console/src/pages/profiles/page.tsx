// SPDX-License-Identifier: Apache-2.0
export function ProfilesPage() {
  return <h1>Profiles</h1>;
}
