// SPDX-License-Identifier: Apache-2.0
// The state of the console is its address: a link that is copied shows the same thing. A page reads what it needs of the query and
// changes it with go(); nothing that a user chose is kept anywhere else (but for theme and time zone, which are the reader's own).
import { useEffect, useState } from "preact/hooks";

export interface Address {
  path: string; // "/profile", "/overview" ...
  query: URLSearchParams; // a copy
}

const listeners = new Set<() => void>();

export function read(): Address {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

// Changes some of the query (null: takes it out), or goes to another page. `replace`: what needs no step back (a live edge that
// moves, a hover); else the browser's back button undoes it.
export function go(change: Record<string, string | null>, options: { path?: string; replace?: boolean } = {}): void {
  const query = options.path === undefined ? new URLSearchParams(location.search) : new URLSearchParams();
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  const to = link(options.path ?? location.pathname, query);
  if (to === location.pathname + location.search) return;
  if (options.replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  for (const listener of listeners) listener();
}

// As a text for href.
export function link(path: string, query: Record<string, string> | URLSearchParams = {}): string {
  const text = new URLSearchParams(query).toString().replaceAll("%2C", ",").replaceAll("%2F", "/").replaceAll("%3A", ":");
  return text === "" ? path : `${path}?${text}`;
}

export function useAddress(): Address {
  const [address, set] = useState(read);
  useEffect(() => {
    const look = () => set(read());
    listeners.add(look);
    addEventListener("popstate", look);
    look();
    return () => {
      listeners.delete(look);
      removeEventListener("popstate", look);
    };
  }, []);
  return address;
}

// Plain clicks on links into the console change the address without loading the page anew.
export function followLinks(): void {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const anchor = event.target instanceof Element ? event.target.closest("a") : null;
    if (anchor === null || anchor.target !== "" || anchor.hasAttribute("download") || anchor.origin !== location.origin) return;
    if (anchor.hash !== "" || anchor.pathname.startsWith("/api/") || anchor.getAttribute("href") === null) return;
    event.preventDefault();
    go(Object.fromEntries(new URLSearchParams(anchor.search)), { path: anchor.pathname });
    scrollTo(0, 0);
  });
}
