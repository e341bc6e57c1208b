// SPDX-License-Identifier: Apache-2.0
// What stands where there is nothing to show: yet, at all, or any more.
import type { ComponentChildren } from "preact";
import type { Failure } from "../api";
import type { Answer } from "../ask";
import { Button } from "./controls";
import { Icon } from "./icon";

// `height`: of what will stand there, so that nothing jumps when it comes.
export function Loading({ what = "Loading", lines = 3 }: { what?: string; lines?: number }) {
  return (
    <div class="state loading" role="status" aria-live="polite">
      <span class="hidden">{what} …</span>
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} class="bone" />
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state empty">
      <strong>{title}</strong>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}

export function Failed({ failure, again }: { failure: Failure; again?: () => void }) {
  return (
    <div class="state failed" role="alert">
      <Icon name="warning" />
      <p>{failure.problem.detail}</p>
      {again !== undefined && <Button onClick={again}>Try again</Button>}
    </div>
  );
}

// An answer as whichever of these it is. What was there stays, paled, while a new one is under way or cannot be had.
export function Answered<T>(props: { answer: Answer<T>; what?: string; lines?: number; children: (data: T) => ComponentChildren }) {
  const { answer } = props;
  if (answer.data === undefined) {
    if (answer.failure !== undefined) return <Failed failure={answer.failure} again={answer.again} />;
    return <Loading what={props.what} lines={props.lines} />;
  }
  const stale = answer.failure !== undefined;
  return (
    <div class={stale ? "stale" : undefined} aria-busy={answer.loading}>
      {stale && <p class="stale-note">Not up to date: {answer.failure!.problem.detail}</p>}
      {props.children(answer.data)}
    </div>
  );
}
