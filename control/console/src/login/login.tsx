// SPDX-License-Identifier: Apache-2.0
// The login: a dialog over whatever page was asked for, and in the header who one is.
import { useEffect, useRef, useState } from "preact/hooks";
import { Failure } from "../api";
import { logIn, logOut, useSession, wantLogin } from "./session";
import "./login.css";

function sentence(failure: unknown): string {
  if (!(failure instanceof Failure)) return "The login failed: try again.";
  return failure.problem.detail;
}

export function LoginDialog() {
  const { session, wanted } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const open = wanted && session?.login !== false;
  const must = session === null || session.role === "none";

  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (open && !element.open) element.showModal();
    if (!open && element.open) element.close();
  }, [open]);

  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFault("");
    try {
      await logIn(user.trim(), password);
    } catch (failure) {
      setFault(sentence(failure));
    }
    setPassword("");
    setBusy(false);
  };
  return (
    <dialog
      ref={dialog}
      class="login"
      aria-labelledby="login-title"
      onCancel={(event) => {
        event.preventDefault();
        if (!must) wantLogin(false);
      }}
    >
      <form onSubmit={(event) => void send(event)}>
        <h2 id="login-title">Log in to net-collector</h2>
        <p class="login-host">{location.host}</p>
        <label>
          User
          <input name="user" autocomplete="username" autocapitalize="none" spellcheck={false} required value={user} onInput={(e) => setUser(e.currentTarget.value)} />
        </label>
        <label>
          Password
          <input
            name="password"
            type="password"
            autocomplete="current-password"
            required
            value={password}
            aria-describedby="login-fault"
            aria-invalid={fault !== ""}
            onInput={(e) => setPassword(e.currentTarget.value)}
          />
        </label>
        <p id="login-fault" class="login-fault" role="alert">
          {fault}
        </p>
        <div class="login-buttons">
          {!must && (
            <button type="button" onClick={() => wantLogin(false)}>
              Cancel
            </button>
          )}
          <button type="submit" class="login-go" disabled={busy}>
            {busy ? "Logging in…" : "Log in"}
          </button>
        </div>
        <p class="login-help">An administrator makes users with <code>net-collector passwd</code>.</p>
      </form>
    </dialog>
  );
}

// For the header: name and role, and the way out. Nothing where no login is asked.
export function Who() {
  const { session } = useSession();
  if (session === null || !session.login) return null;
  if (session.role === "none")
    return (
      <button type="button" class="who-button" onClick={() => wantLogin(true)}>
        Log in
      </button>
    );
  return (
    <span class="who">
      <span class="who-name" title={session.role === "admin" ? "may change profiles" : "may look, not change"}>
        {session.user} <span class="who-role">{session.role}</span>
      </span>
      <button type="button" class="who-button" onClick={() => void logOut()}>
        Log out
      </button>
    </span>
  );
}
