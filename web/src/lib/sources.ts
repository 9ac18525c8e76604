/** Sources by their identifiers, each fetched once. */
import { get, type Source } from "./api";

const known = new Map<string, Promise<Source | null>>();

/** Return a source, or null where the server has none of that name. */
export function source(id: string): Promise<Source | null> {
  const found =
    known.get(id) ?? get<Source>(`/sources/${encodeURIComponent(id)}`).catch(() => null);
  known.set(id, found);
  return found;
}

/** Return an address that may be followed: of the web, or none. */
export function safeAddress(url: string | null | undefined): string {
  return url && /^https?:\/\//i.test(url) ? url : "";
}
