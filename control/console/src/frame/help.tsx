// SPDX-License-Identifier: Apache-2.0
// `?`: every key that does something on this page.
import { Dialog } from "../parts/dialog";
import { groups, keysOn, turnKeys } from "../parts/keys";
import { useShared } from "../shared";

const names: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
};

function shown(key: string): string {
  const parts = key.length > 1 ? key.split("+") : [key];
  return parts.map((part) => names[part] ?? part).join(" ");
}

export function Help({ close }: { close: () => void }) {
  const all = useShared(groups);
  const on = useShared(keysOn);
  return (
    <Dialog title="Keyboard" close={close} wide>
      <div class="key-groups">
        {all.map(({ current }) => (
          <section key={current.title}>
            <h3>{current.title}</h3>
            <dl>
              {current.keys.map((key) => (
                <div key={key.text}>
                  <dt>
                    {key.keys.map((one) => (
                      <kbd key={one}>{shown(one)}</kbd>
                    ))}
                  </dt>
                  <dd>{key.text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="check">
        <input type="checkbox" checked={on} onChange={(event) => turnKeys(event.currentTarget.checked)} />
        Single keys work (turn them off if speech input types letters; <kbd>?</kbd> always works)
      </label>
    </Dialog>
  );
}
