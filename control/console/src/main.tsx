// SPDX-License-Identifier: Apache-2.0
import { render } from "preact";
import { followLinks } from "./address";
import { App } from "./app";
import { startTheme } from "./frame/theme";
import { listenForKeys } from "./parts/keys";
import { start } from "./store";
import "./style/tokens.css";
import "./style/base.css";
import "./style/controls.css";
import "./style/frame.css";

startTheme();
followLinks();
listenForKeys();
start();
render(<App />, document.getElementById("app")!);
