// SPDX-License-Identifier: Apache-2.0
// The browser's own modal dialog: it keeps the focus inside, Escape closes it, the focus goes back to where it was.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Button } from "./controls";

// `close` undefined: the dialog stays until what it asks is done (the login).
export function Dialog(props: { title: string; close?: () => void; children: ComponentChildren; wide?: boolean }) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      class={props.wide === true ? "wide" : undefined}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        props.close?.();
      }}
      // Browsers let nobody hold a dialog open against a second Escape.
      onClose={() => (props.close === undefined ? box.current?.showModal() : props.close())}
      onPointerDown={(event) => {
        if (event.target === box.current) props.close?.();
      }}
    >
      <div class="dialog-body">
        <header>
          <h2 id={id}>{props.title}</h2>
          {props.close !== undefined && <Button kind="bare" icon="close" label="Close" onClick={props.close} />}
        </header>
        {props.children}
      </div>
    </dialog>
  );
}
