/** Ports of TCP or UDP, both ends included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export const ALL_PORTS: PortRange = { from: 0, to: 65_535 };

export const isWithin =
  ({ from, to }: PortRange) =>
  (port: number): boolean =>
    from <= port && port <= to;

export const shared = (one: PortRange, other: PortRange): boolean => one.from <= other.to && other.from <= one.to;

export const tellPorts = ({ from, to }: PortRange): string => (from === to ? `port ${from}` : `ports ${from}-${to}`);

/** What is left of `ranges` when `taken` is taken out of them. */
export function without(ranges: readonly PortRange[], taken: PortRange): PortRange[] {
  return ranges.flatMap((range) =>
    [
      { from: range.from, to: Math.min(range.to, taken.from - 1) },
      { from: Math.max(range.from, taken.to + 1), to: range.to },
    ].filter(({ from, to }) => from <= to),
  );
}
