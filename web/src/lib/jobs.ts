/** Jobs in the background: start, follow their events, cancel; a lost connection is taken up again. */
import { events, Failure, get, post, remove, type Job } from "./api";

const ENDED = new Set(["done", "failed", "cancelled"]);

/** Return whether a job will not change any more. */
export function hasEnded(job: Job): boolean {
  return ENDED.has(job.state);
}

/** Start a job of a kind with its question; a question answered before is done at once. */
export function start(kind: string, question: object): Promise<Job> {
  return post<Job>("/jobs", { kind, ...question });
}

/** Ask for a job to be cancelled. */
export function cancel(id: string): Promise<Job> {
  return remove<Job>(`/jobs/${encodeURIComponent(id)}`);
}

/**
 * Follow a job to its end.
 *
 * `tell` is called with every state, and with null while the server cannot be reached: a server that
 * is started again knows its jobs, so the page waits for it.
 */
export async function follow(
  id: string,
  tell: (job: Job | null) => void,
  signal: AbortSignal,
): Promise<Job> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const job = await followOnce(id, tell, signal);
      if (job !== null && hasEnded(job)) return job;
      attempt = 0;
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof Failure && error.status >= 400 && error.status < 500) throw error;
      tell(null);
    }
    await pause(Math.min(3000, 300 * 2 ** attempt), signal);
  }
}

async function followOnce(
  id: string,
  tell: (job: Job | null) => void,
  signal: AbortSignal,
): Promise<Job | null> {
  const first = await get<Job>(`/jobs/${encodeURIComponent(id)}`, signal);
  tell(first);
  if (hasEnded(first)) return first;
  const reader = (await events(id, signal)).getReader();
  let last: Job | null = null;
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return last;
    rest += value.replace(/\r\n?/g, "\n");
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = block
        .split("\n")
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).trimStart())
        .join("\n");
      if (!data) continue;
      last = JSON.parse(data) as Job;
      tell(last);
    }
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
