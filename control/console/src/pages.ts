// SPDX-License-Identifier: Apache-2.0
// The pages. A page's folder holds all that is its own; what two pages use stands in src/parts/.
import type { ComponentType } from "preact";
import { ExportersPage } from "./pages/exporters/page";
import { LivePage } from "./pages/live/page";
import { OverviewPage } from "./pages/overview/page";
import { ProfilePage } from "./pages/profile/page";
import { ProfilesPage } from "./pages/profiles/page";

export interface PageEntry {
  path: string;
  title: string;
  Page: ComponentType;
}

export const pages: PageEntry[] = [
  { path: "/", title: "Profile", Page: ProfilePage },
  { path: "/overview", title: "Overview", Page: OverviewPage },
  { path: "/live", title: "Live", Page: LivePage },
  { path: "/exporters", title: "Exporters and ledger", Page: ExportersPage },
  { path: "/profiles", title: "Profiles", Page: ProfilesPage },
];
