// SPDX-License-Identifier: Apache-2.0
// Buttons, fields and choices. All can be reached and worked by keyboard; what has no text has a label.
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { Icon, type IconName } from "./icon";

interface ButtonProps {
  onClick?: () => void;
  children?: ComponentChildren;
  icon?: IconName;
  label?: string; // where there is no text; also the hover
  kind?: "plain" | "main" | "danger" | "bare";
  pressed?: boolean;
  disabled?: boolean;
  type?: "button" | "submit";
}

export function Button(props: ButtonProps) {
  const kind = props.kind ?? "plain";
  return (
    <button
      type={props.type ?? "button"}
      class={`button ${kind}${props.children === undefined ? " square" : ""}`}
      onClick={props.onClick}
      title={props.label}
      aria-label={props.children === undefined ? props.label : undefined}
      aria-pressed={props.pressed}
      disabled={props.disabled}
    >
      {props.icon !== undefined && <Icon name={props.icon} />}
      {props.children}
    </button>
  );
}

export interface Option<T extends string> {
  value: T;
  text: string;
  title?: string;
}

// Those that are no more than a name.
export function options<T extends string>(texts: Record<T, string>): Option<T>[] {
  return (Object.keys(texts) as T[]).map((value) => ({ value, text: texts[value] }));
}

// One of a few, all in sight. `fold`: a narrow page shows a list to choose from instead.
export function Choice<T extends string>(props: {
  label: string;
  value: T | null; // null: none of them
  options: Option<T>[];
  onChange: (value: T) => void;
  fold?: boolean;
}) {
  const id = useId();
  const buttons = (
    <div class="choice" role="radiogroup" aria-label={props.label}>
      {props.options.map((option) => (
        <label key={option.value} title={option.title}>
          <input
            type="radio"
            name={id}
            value={option.value}
            checked={option.value === props.value}
            onChange={() => props.onChange(option.value)}
          />
          <span>{option.text}</span>
        </label>
      ))}
    </div>
  );
  if (props.fold !== true) return buttons;
  return (
    <div class="foldable">
      {buttons}
      <Select {...props} />
    </div>
  );
}

export function Select<T extends string>(props: { label: string; value: T | null; options: Option<T>[]; onChange: (value: T) => void }) {
  return (
    <select
      class="select"
      aria-label={props.label}
      value={props.value ?? ""}
      onChange={(event) => props.onChange(event.currentTarget.value as T)}
    >
      {props.value === null && <option value="">–</option>}
      {props.options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.title ?? option.text}
        </option>
      ))}
    </select>
  );
}

// A field with its label above, help or error below.
export function Field(props: {
  label: string;
  help?: string;
  error?: string;
  children: (attributes: { id: string; "aria-describedby": string; "aria-invalid": boolean }) => JSX.Element;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.children({ id, "aria-describedby": `${id}-note`, "aria-invalid": props.error !== undefined })}
      <p id={`${id}-note`} class={props.error === undefined ? "note" : "note wrong"} role={props.error === undefined ? undefined : "alert"}>
        {props.error ?? props.help ?? ""}
      </p>
    </div>
  );
}
