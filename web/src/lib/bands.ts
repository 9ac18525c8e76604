/** Rows of intervals, each on its own scale: where median, ends and centre lie between 0 and 1. */

export interface Band {
  name: string;
  unit: string;
  low: number;
  high: number;
  middle: number;
  /** A second mark, such as the value with every input at its centre. */
  mark: number | null;
}

export interface Placed extends Band {
  at: { low: number; high: number; middle: number; mark: number | null; zero: number | null };
}

/** Return the bands with their places; zero is shown where the scale reaches it. */
export function placed(bands: readonly Band[]): Placed[] {
  return bands.map((band) => {
    const values = [band.low, band.high, band.middle, ...(band.mark === null ? [] : [band.mark])];
    let [first, last] = [Math.min(...values), Math.max(...values)];
    const room = 0.15 * (last - first || Math.abs(last) || 1);
    // Zero belongs to the picture where leaving it out would make a small doubt look large.
    if (first > 0 && first < 1.5 * (last - first)) first = 0;
    else if (last < 0 && -last < 1.5 * (last - first)) last = 0;
    const [left, right] = [first - room, last + room];
    const at = (value: number): number => (value - left) / (right - left);
    const zero = left <= 0 && right >= 0 ? at(0) : null;
    return {
      ...band,
      at: {
        low: at(band.low),
        high: at(band.high),
        middle: at(band.middle),
        mark: band.mark === null ? null : at(band.mark),
        zero,
      },
    };
  });
}
