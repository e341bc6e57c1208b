// SPDX-License-Identifier: Apache-2.0
// The head of every page: where to go, which profile, the time, whether the line stands.
import { go, link, useAddress } from "../address";
import type { Profile } from "../api_types";
import { Button } from "../parts/controls";
import { pages } from "../pages";
import { SessionMenu } from "../login/session_menu";
import { useShared } from "../shared";
import { pick, useProfiles } from "../store";
import { Clock, ConnectionState } from "./connection";
import { nextTheme, theme } from "./theme";

// Pages that show one profile take it along.
function carried(profile: string | null): Record<string, string> {
  return profile === null ? {} : { profile };
}

function Navigation() {
  const { path, query } = useAddress();
  const known = pages.some((page) => page.path === path);
  return (
    <nav aria-label="Pages">
      {pages.map((page) => (
        <a
          key={page.path}
          href={link(page.path, carried(query.get("profile")))}
          aria-current={page.path === path || (!known && page.path === "/") ? "page" : undefined}
        >
          {page.title}
        </a>
      ))}
    </nav>
  );
}

function byGroup(list: Profile[]): [string, Profile[]][] {
  const groups = new Map<string, Profile[]>();
  for (const profile of list) groups.set(profile.group, [...(groups.get(profile.group) ?? []), profile]);
  return [...groups];
}

function options(list: Profile[]) {
  return list.map((profile) => (
    <option key={profile.name} value={profile.name}>
      {profile.name}
    </option>
  ));
}

function ProfilePicker() {
  const { value } = useProfiles();
  const { query } = useAddress();
  const asked = query.get("profile");
  const list = value ?? [];
  const chosen = pick(list, asked)?.name ?? asked ?? "";
  return (
    <label class="picker">
      <span>Profile</span>
      <select
        class="select"
        aria-label="Profile"
        value={chosen}
        disabled={list.length === 0}
        onChange={(event) => go({ profile: event.currentTarget.value, channel: null, off: null })}
      >
        {!list.some((profile) => profile.name === chosen) && <option value={chosen}>{chosen === "" ? "…" : `${chosen} (unknown)`}</option>}
        {byGroup(list).map(([group, members]) =>
          group === "" ? (
            options(members)
          ) : (
            <optgroup key={group} label={group}>
              {options(members)}
            </optgroup>
          ),
        )}
      </select>
    </label>
  );
}

export function Header({ help }: { help: () => void }) {
  const chosen = useShared(theme);
  return (
    <header class="top">
      <a class="brand" href="/">
        net-collector
      </a>
      <Navigation />
      <ProfilePicker />
      <Clock />
      <ConnectionState />
      <div class="tools">
        <Button
          kind="bare"
          icon={chosen === "light" ? "sun" : chosen === "dark" ? "moon" : "system"}
          label={`Theme: ${chosen}. Change`}
          onClick={nextTheme}
        />
        <Button kind="bare" icon="keyboard" label="Keyboard (?)" onClick={help} />
        <SessionMenu />
      </div>
    </header>
  );
}
