// SPDX-License-Identifier: Apache-2.0
// A fault in one part of a page (ours) leaves the others standing, and says so.
import { Component, type ComponentChildren } from "preact";
import { Button } from "./controls";

export class Boundary extends Component<{ part: string; children: ComponentChildren }, { fault: string }> {
  override state = { fault: "" };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ fault: String(error) });
  }

  override render() {
    if (this.state.fault === "") return this.props.children;
    return (
      <div class="panel state failed" role="alert">
        <strong>{this.props.part} cannot be shown</strong>
        <p>This is a fault of the console: {this.state.fault}</p>
        <Button onClick={() => this.setState({ fault: "" })}>Try again</Button>
      </div>
    );
  }
}
