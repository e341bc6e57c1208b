// SPDX-License-Identifier: Apache-2.0
// The login: in place of the page while nothing may be read, over it when somebody wants to be somebody else.
import { useState } from "preact/hooks";
import { Failure } from "../api";
import { Button, Field } from "../parts/controls";
import { Dialog } from "../parts/dialog";
import { logIn } from "./session";
import "./login.css";

function sentence(failure: unknown): string {
  return failure instanceof Failure ? failure.problem.detail : "The login failed: try again.";
}

// `ended`: the page below waits, as it was left.
export function Login({ close, ended = false }: { close?: () => void; ended?: boolean }) {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFault(undefined);
    try {
      await logIn(user.trim(), password);
    } catch (failure) {
      setFault(sentence(failure));
      setPassword("");
    }
    setBusy(false);
  };
  return (
    <Dialog title="Log in" close={close}>
      <form class="login" onSubmit={(event) => void send(event)}>
        <p class="faint">
          {ended ? "Your session has ended. Log in again, and go on where you were: " : "to "}
          net-collector on {location.host}
        </p>
        <Field label="User">
          {(attributes) => (
            <input
              {...attributes}
              class="input"
              name="user"
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
              required
              value={user}
              onInput={(event) => setUser(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Password" error={fault} help="Users are made with net-collector passwd">
          {(attributes) => (
            <input
              {...attributes}
              class="input"
              name="password"
              type="password"
              autocomplete="current-password"
              required
              value={password}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
          )}
        </Field>
        <Button kind="main" type="submit" disabled={busy}>
          {busy ? "Logging in …" : "Log in"}
        </Button>
      </form>
    </Dialog>
  );
}
