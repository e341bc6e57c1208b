// SPDX-License-Identifier: Apache-2.0
// A value that several parts of the page look at: set() draws anew who uses it.
import { useEffect, useState } from "preact/hooks";

export class Shared<T> {
  private readonly listeners = new Set<(value: T) => void>();
  constructor(private value: T) {}

  get(): T {
    return this.value;
  }

  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const listener of [...this.listeners]) listener(value);
  }

  listen(listener: (value: T) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

export function useShared<T>(shared: Shared<T>): T {
  const [, draw] = useState({});
  useEffect(() => shared.listen(() => draw({})), [shared]);
  return shared.get();
}
