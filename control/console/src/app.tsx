// SPDX-License-Identifier: Apache-2.0
// Frame of every page: header, navigation, what is wrong now. Which page: by the path.
import { useEffect, useRef, useState } from "preact/hooks";
import { go, useAddress } from "./address";
import { ConnectionNews } from "./frame/connection";
import { Header } from "./frame/header";
import { Help } from "./frame/help";
import { nextTheme } from "./frame/theme";
import { troubles } from "./live";
import { pages } from "./pages";
import { Boundary } from "./parts/boundary";
import { useKeys } from "./parts/keys";
import { Empty, Failed, Loading } from "./parts/states";
import { ProblemsStrip } from "./problems/strip";
import { Login } from "./login/login";
import { useShared } from "./shared";
import { mayRead, renewSession, session } from "./store";

function Page() {
  const { path, query } = useAddress();
  const who = useShared(session);
  const page = pages.find((one) => one.path === path);
  const profile = query.get("profile");
  const opened = useRef(false);
  useEffect(() => {
    document.title = [profile, page?.title, "net-collector"].filter(Boolean).join(" · ");
  }, [page, profile]);
  if (who.value === undefined)
    return who.failure === undefined ? <Loading lines={8} /> : <Failed failure={who.failure} again={() => void renewSession()} />;
  opened.current ||= mayRead(who.value);
  if (!opened.current) return <Login />;
  return (
    <>
      {page === undefined ? (
        <Empty title="There is no such page">
          <a href="/">To the profile</a>
        </Empty>
      ) : (
        <Boundary key={page.path} part="This page">
          <page.Page />
        </Boundary>
      )}
      {!mayRead(who.value) && <Login ended />}
    </>
  );
}

export function App() {
  const [help, setHelp] = useState(false);
  const list = useShared(troubles);
  const { query } = useAddress();
  const profile = query.get("profile");
  useKeys("Everywhere", [
    { keys: ["?"], text: "this list", run: () => setHelp(true) },
    ...pages.map((page, i) => ({
      keys: [String(i + 1)],
      text: page.title,
      run: () => go(profile === null ? {} : { profile }, { path: page.path }),
    })),
    { keys: ["T"], text: "theme: system, light, dark", run: nextTheme },
  ]);
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <Header help={() => setHelp(true)} />
      <ConnectionNews />
      <ProblemsStrip troubles={list} />
      <main id="main" tabIndex={-1}>
        <Page />
      </main>
      {help && <Help close={() => setHelp(false)} />}
    </>
  );
}
