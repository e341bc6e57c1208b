// SPDX-License-Identifier: Apache-2.0
// For the header: who is logged in, as what, and the way out. Nothing where no login is known.
import { Button } from "../parts/controls";
import { useShared } from "../shared";
import { useSession } from "../store";
import { Login } from "./login";
import { loginWanted, logOut } from "./session";

const may = { none: "may not look", viewer: "may look, not change", admin: "may look and change" };

export function SessionMenu() {
  const who = useSession();
  const wanted = useShared(loginWanted);
  if (who === undefined || !who.login || who.role === "none") return null;
  return (
    <span class="who">
      {who.user !== "" && (
        <span class="who-name" title={may[who.role]}>
          {who.user}
        </span>
      )}
      <span class="who-role">{who.role}</span>
      {who.user !== "" ? <Button onClick={() => void logOut()}>Log out</Button> : <Button onClick={() => loginWanted.set(true)}>Log in</Button>}
      {wanted && <Login close={() => loginWanted.set(false)} />}
    </span>
  );
}
