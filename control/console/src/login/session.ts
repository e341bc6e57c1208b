// SPDX-License-Identifier: Apache-2.0
// In and out. What was refused for want of a login makes us look who we are: the frame shows the login then.
import { ask, onRefused, useToken } from "../api";
import type { Session } from "../api_types";
import { Shared } from "../shared";
import { renewSession } from "../store";

export const loginWanted = new Shared(false); // somebody who may read already wants to be somebody else

let looking = false;
onRefused(() => {
  if (looking) return;
  looking = true;
  void renewSession().finally(() => (looking = false));
});

// A wrong password is a Failure of status 401, too many tries 429: their words are for the dialog.
export async function logIn(user: string, password: string): Promise<void> {
  const who = await ask<Session>("/session", { method: "POST", body: { user, password } });
  useToken(who.csrf);
  loginWanted.set(false);
  await renewSession();
}

// Nothing of what was shown is left in the page.
export async function logOut(): Promise<void> {
  await ask<void>("/session", { method: "DELETE" });
  location.reload();
}
