// SPDX-License-Identifier: Apache-2.0
// One profile: what it is called, its channels, and the one that is open.
import { go, link, useAddress } from "../../address";
import type { Profile } from "../../api_types";
import { Button } from "../../parts/controls";
import { Empty } from "../../parts/states";
import { ChannelEditor } from "./channel_editor";
import { ChannelTable } from "./channel_table";
import { ProfileForm } from "./profile_form";

export function ProfileEditor({ profile, edits }: { profile: Profile; edits: boolean }) {
  const { query } = useAddress();
  const adding = edits && query.get("new") === "channel";
  const channel = adding ? undefined : profile.channels.find((c) => c.name === query.get("channel"));
  const unknown = !adding && query.get("channel") !== null && channel === undefined;
  return (
    <div class="stack">
      <section class="panel" aria-labelledby="profile-title">
        <header>
          <h2 id="profile-title">{profile.name}</h2>
          {profile.file !== "" && (
            <span class="note" title="The file in the directory of profiles; what is saved here is written there">
              {profile.file}
            </span>
          )}
          <a class="push" href={link("/", { profile: profile.name })}>
            Show its graph
          </a>
        </header>
        {profile.editable ? (
          <ProfileForm profile={profile} edits={edits} />
        ) : (
          <p class="note">Always there, one channel a source: its channels are the sources of net-collector.toml.</p>
        )}
      </section>
      <section class="panel" aria-labelledby="channels-title">
        <header>
          <h2 id="channels-title">Channels</h2>
          {edits && (
            <span class="push">
              <Button icon="plus" onClick={() => go({ new: "channel", channel: null })}>
                Add channel
              </Button>
            </span>
          )}
        </header>
        {profile.channels.length === 0 ? (
          <Empty title="No channel yet">{edits ? "A channel counts the flows that its filter matches. Add the first." : "Nothing is counted."}</Empty>
        ) : (
          <ChannelTable profile={profile} edits={edits} open={channel?.name} />
        )}
      </section>
      {unknown && (
        <Empty title={`There is no channel ${query.get("channel")}`}>
          <Button onClick={() => go({ channel: null })}>Close</Button>
        </Empty>
      )}
      {(adding || channel !== undefined) && <ChannelEditor key={channel?.name ?? ""} profile={profile} channel={channel} edits={edits} />}
    </div>
  );
}
