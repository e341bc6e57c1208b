// SPDX-License-Identifier: Apache-2.0
// All profiles, by group.
import { go, link } from "../../address";
import type { Profile } from "../../api_types";
import { Button } from "../../parts/controls";
import { useShared } from "../../shared";
import { drafts, unsavedOf } from "./drafts";

export function ProfileList({ profiles, chosen, edits }: { profiles: Profile[]; chosen: string | undefined; edits: boolean }) {
  const unsaved = useShared(drafts);
  const groups = new Map<string, Profile[]>();
  for (const profile of profiles) groups.set(profile.group, [...(groups.get(profile.group) ?? []), profile]);
  return (
    <nav class="panel profile-list" aria-label="Profiles">
      {[...groups].map(([group, members]) => (
        <div key={group}>
          {group !== "" && <h2>{group}</h2>}
          <ul>
            {members.map((profile) => (
              <li key={profile.name}>
                <a href={link("/profiles", { profile: profile.name })} aria-current={profile.name === chosen ? "true" : undefined}>
                  <span class="name">{profile.name}</span>
                  {unsavedOf(unsaved, profile.name) && <span class="unsaved">unsaved</span>}
                  <span class="faint">{profile.channels.length}</span>
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
      {edits && (
        <Button icon="plus" onClick={() => go({ new: "profile" })}>
          New profile
        </Button>
      )}
    </nav>
  );
}
