// SPDX-License-Identifier: Apache-2.0
// A command line as a POSIX shell reads it back.

function quoted(word: string): string {
  if (/^[A-Za-z0-9_\-+=:.,/@%]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

export function commandLine(words: string[]): string {
  return words.map(quoted).join(" ");
}
