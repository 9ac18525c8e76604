/** The server's REST API: one shape for success, one for failure, and the types of what comes. */
import { t } from "../lang/index.svelte";
import type { Value } from "./hash";

export interface Problem {
  file?: string | null;
  row?: number | null;
  column?: string | null;
  value?: string | null;
  what: string;
  fix: string;
}

/** A failure as the server says it: where, what, fix, and every problem found. */
export class Failure extends Error {
  readonly code: string;
  readonly where: string;
  readonly what: string;
  readonly fix: string;
  readonly problems: Problem[];
  readonly status: number;

  constructor(
    error: { code: string; where: string; what: string; fix: string },
    problems: Problem[] = [],
    status = 0,
  ) {
    super(`${error.where}: ${error.what}`);
    this.code = error.code;
    this.where = error.where;
    this.what = error.what;
    this.fix = error.fix;
    this.problems = problems;
    this.status = status;
  }
}

export interface Figure {
  name: string;
  label: string;
  unit: string;
  baseline: number | null;
  scenario: number;
  change: number | null;
  percent: number | null;
  low: number | null;
  high: number | null;
}

export interface Proof {
  value?: number | null;
  market?: string;
  passes?: boolean;
  tried?: number;
  different?: number;
  [more: string]: unknown;
}

export type Cell = string | number | boolean | null;

export interface Table {
  columns: string[];
  rows: Cell[][];
}

export interface Answer {
  id: string;
  kind: string;
  state: string;
  level: "slider" | "certified";
  toml: string;
  reproduce: string;
  warnings: string[];
  scenario: string;
  asks: string;
  as_of: string;
  baseline: string;
  answer: string[];
  figures: Figure[];
  certificate: Record<string, Proof | null>;
  certified: boolean;
  not_modelled: string[];
  manifest: Record<string, unknown>;
  tables?: Record<string, Table>;
  table_names?: string[];
  seconds?: number | null;
}

export interface ScenarioCard {
  name: string;
  asks: string;
  as_of: string;
  baseline: string | null;
  author: string;
  sources: string[];
  notes: string[];
  toml: string;
  controls: Record<string, Value | null>;
  moved: string[];
}

export interface Control {
  id: string;
  group: string;
  kind: "number" | "choice" | "switch";
  label: string;
  unit: string;
  low: number | null;
  high: number | null;
  step: number | null;
  default: Value | null;
  choices: string[] | null;
  needs: string | null;
  live: boolean;
  toml: string;
  note: string;
}

export interface Controls {
  groups: { id: string; label: string }[];
  controls: Control[];
}

export interface Health {
  version: string;
  base_day: string;
  ready: boolean;
  kinds: string[];
  limits: { toml_bytes: number; tables_bytes?: number };
}

export interface World {
  id: string;
  base_day: string;
  jpy_per_usd: number;
}

export interface Job {
  id: string;
  kind: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  place: number | null;
  run: string;
  done: number | null;
  total: number | null;
  text: string;
  rate: number | null;
  left: number | null;
  seconds: number | null;
  error: { code: string; where: string; what: string; fix: string } | null;
  problems: Problem[];
  result: string | null;
}

export interface Claim {
  claim_id: string;
  statement: string;
  verdict: "supported" | "inconsistent" | "not_checkable";
  figure: number | string | null;
  unit: string;
  reason: string;
  source_ids: string[];
}

export interface Source {
  source_id: string;
  title: string;
  publisher: string;
  url: string;
  date: string;
}

export interface Facts {
  kind: string;
  total: number;
  rows: Record<string, Cell>[];
}

/** What is asked: a shipped scenario or a text, with the controls that were moved. */
export interface Question {
  scenario?: string;
  toml?: string;
  changes?: Record<string, Value | null>;
  baseline?: string;
  tables_id?: string;
}

const BASE = "./api/v1";

/** Return the answer of a GET. */
export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return call<T>("GET", path, undefined, signal);
}

/** Return what a GET gives once it is made: until then the server says that it is on its way. */
export async function getMade<T extends object>(path: string, signal?: AbortSignal): Promise<T> {
  for (let wait = 200; ; wait = Math.min(2000, 2 * wait)) {
    const found = await get<T>(path, signal);
    const state = "state" in found ? found.state : "done";
    if (state !== "queued" && state !== "running") return found;
    await new Promise((resolve) => setTimeout(resolve, wait));
    signal?.throwIfAborted();
  }
}

/** Return the answer of a POST. */
export function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return call<T>("POST", path, body, signal);
}

/** Return the answer of a DELETE. */
export function remove<T>(path: string): Promise<T> {
  return call<T>("DELETE", path);
}

/** Return the address of a download. */
export function exportAddress(run: string, format: string, table = ""): string {
  const parts = new URLSearchParams({ format });
  if (table) parts.set("table", table);
  return `${BASE}/runs/${encodeURIComponent(run)}/export?${parts}`;
}

/** Open the events of a job as a stream of text. */
export async function events(job: string, signal: AbortSignal): Promise<ReadableStream<string>> {
  const response = await fetch(`${BASE}/jobs/${encodeURIComponent(job)}/events`, {
    headers: { "X-Client": client(), Accept: "text/event-stream" },
    signal,
  });
  if (!response.ok || response.body === null) throw await failureOf(response);
  return response.body.pipeThrough(
    new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array<ArrayBuffer>>,
  );
}

/** Return what the page says when the server cannot be reached. */
export function unreachable(): Failure {
  return new Failure({
    code: "unreachable",
    where: location.host,
    what: t("error.unreachable_what"),
    fix: t("error.unreachable_fix"),
  });
}

/** Return the reader's token: made once, it owns the jobs that this browser starts. */
export function client(): string {
  try {
    const kept = localStorage.getItem("backhaul.client");
    if (kept !== null && /^[A-Za-z0-9_-]{16,64}$/.test(kept)) return kept;
    localStorage.setItem("backhaul.client", fresh);
  } catch {
    // A browser that keeps nothing has one token for each visit.
  }
  return fresh;
}

const fresh = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
  byte.toString(16).padStart(2, "0"),
).join("");

async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const headers: Record<string, string> = { "X-Client": client() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(`${BASE}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (!response.ok) throw await failureOf(response);
  const told = (await response.json()) as { ok: boolean; result: T };
  return told.result;
}

async function failureOf(response: Response): Promise<Failure> {
  try {
    const told = (await response.json()) as {
      error: { code: string; where: string; what: string; fix: string };
      problems?: Problem[];
    };
    return new Failure(told.error, told.problems ?? [], response.status);
  } catch {
    return new Failure(
      {
        code: "unreadable",
        where: `${response.status}`,
        what: t("error.unreadable_what"),
        fix: t("error.unreadable_fix"),
      },
      [],
      response.status,
    );
  }
}
