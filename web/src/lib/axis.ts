/** Ends of an axis of bars that leave room for the numbers written at their tips. */

interface Extent {
  min: number;
  max: number;
}

/**
 * Return the options of an axis with room at each side on which bars end.
 *
 * @param room how many pixels a number at a tip needs
 * @param length how many pixels the axis is long
 */
export function roomy(
  room: number,
  length: number,
): {
  min: (extent: Extent) => number;
  max: (extent: Extent) => number;
} {
  // The room at both sides is taken from the scale itself.
  const share = room / Math.max(60, length - 2 * room);
  const span = ({ min, max }: Extent): number => Math.max(max, 0) - Math.min(min, 0) || 1;
  return {
    min: (extent) => (extent.min < 0 ? rounded(extent.min - share * span(extent)) : 0),
    max: (extent) => (extent.max > 0 ? rounded(extent.max + share * span(extent)) : 0),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
