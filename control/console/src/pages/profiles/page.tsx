// SPDX-License-Identifier: Apache-2.0
// Profiles and their channels, edited in place. In the address: profile, channel (open), new (profile or channel).
import { useAddress } from "../../address";
import { Empty, Failed, Loading } from "../../parts/states";
import { mayEdit, pick, renewProfiles, useProfiles, useSession } from "../../store";
import { NewProfile } from "./new_profile";
import { ProfileEditor } from "./profile_editor";
import { ProfileList } from "./profile_list";
import "./profiles.css";

export function ProfilesPage() {
  const { value, failure } = useProfiles();
  const who = useSession();
  const { query } = useAddress();
  const name = query.get("profile");
  if (value === undefined) return failure === undefined ? <Loading lines={10} /> : <Failed failure={failure} again={() => void renewProfiles()} />;
  const chosen = pick(value, name);
  const edits = mayEdit();
  return (
    <div class="stack">
      <h1>Profiles</h1>
      {!edits && <p class="readonly note">You may look, not change{who?.login === true ? ": log in as an admin to edit" : ""}.</p>}
      <div class="profiles-columns">
        <ProfileList profiles={value} chosen={chosen?.name} edits={edits} />
        {chosen === undefined ? (
          <Empty title={`There is no profile ${name ?? ""}`}>It was renamed or deleted, or its file has a fault.</Empty>
        ) : (
          <ProfileEditor key={chosen.name} profile={chosen} edits={edits && chosen.editable} />
        )}
      </div>
      {edits && query.get("new") === "profile" && <NewProfile groups={[...new Set(value.map((p) => p.group).filter(Boolean))]} />}
    </div>
  );
}
