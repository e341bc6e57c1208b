// SPDX-License-Identifier: Apache-2.0
// Asks the daemon. Every failure is a Failure: of the API with its own words, of the line ("no answer") with ours.
import type { Problem } from "./api_types";

export const root = "/api/v1";

export class Failure extends Error {
  constructor(
    readonly status: number, // 0: nobody answered
    readonly problem: Problem,
  ) {
    super(problem.detail);
  }
}

let csrf = "";
export function useToken(token: string): void {
  csrf = token;
}

// Who is told that an answer was 401: the login.
let refused = () => {};
export function onRefused(listener: () => void): void {
  refused = listener;
}

export interface Options {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  version?: string; // If-Match
  signal?: AbortSignal;
  keepalive?: boolean; // is sent though the page closes
}

export function address(path: string, query: Options["query"] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return root + path + (text === "" ? "" : `?${text}`);
}

async function send(path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = {};
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.method !== undefined && options.method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (options.version !== undefined) headers["If-Match"] = `"${options.version}"`;
  try {
    return await fetch(address(path, options.query), {
      method: options.method ?? "GET",
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
      keepalive: options.keepalive,
      credentials: "same-origin",
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Failure(0, { error: "no_answer", detail: "net-collector does not answer: is it running, is the network up?" });
  }
}

async function answer(path: string, options: Options): Promise<Response> {
  const response = await send(path, options);
  if (response.ok) return response;
  let problem: Problem = { error: "failed", detail: `net-collector answered ${response.status} ${response.statusText}` };
  try {
    problem = (await response.json()) as Problem;
  } catch {
    // not of the API: a proxy's page
  }
  if (response.status === 401) refused();
  throw new Failure(response.status, problem);
}

export async function ask<T>(path: string, options: Options = {}): Promise<T> {
  const response = await answer(path, options);
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

export async function askText(path: string, options: Options = {}): Promise<string> {
  return (await answer(path, options)).text();
}
