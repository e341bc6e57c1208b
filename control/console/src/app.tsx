// SPDX-License-Identifier: Apache-2.0
// Frame of every page: header, navigation, what is wrong now. Which page: by the path.
import { useAddress } from "./address";
import { pages } from "./pages";

export function App() {
  const { path } = useAddress();
  const page = pages.find((p) => p.path === path) ?? pages[0]!;
  return (
    <>
      <nav>
        {pages.map((p) => (
          <a key={p.path} href={p.path} aria-current={p === page ? "page" : undefined}>
            {p.title}
          </a>
        ))}
      </nav>
      <main>
        <page.Page />
      </main>
    </>
  );
}
