// SPDX-License-Identifier: Apache-2.0
export function ProfilePage() {
  return <h1>Profile</h1>;
}
