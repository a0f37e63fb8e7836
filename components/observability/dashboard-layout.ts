/** CloudWatch's grid, in columns. */
export const GRID_COLUMNS = 24;

/** A widget's place on the grid, in columns and rows. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Widgets under one header, in order; what they show is the caller's. */
export interface Section<T> {
  readonly header: T;
  /** Rows of the header, which spans the grid. */
  readonly headerHeight: number;
  readonly widgets: readonly T[];
}

export interface Placed<T> {
  readonly widget: T;
  readonly place: Place;
}

/**
 * Places sections one below the other, from row `top` on; within each, a header and then widgets of equal size, `perRow` side by side. A widget
 * never changes its place because of a section after its own.
 */
export function layOut<T>(
  sections: readonly Section<T>[],
  { top, perRow, height }: { top: number; perRow: number; height: number },
): Placed<T>[] {
  const width = Math.floor(GRID_COLUMNS / perRow);
  let y = top;
  return sections.flatMap(({ header, headerHeight, widgets }) => {
    const first = y + headerHeight;
    const placed = [
      { widget: header, place: { x: 0, y, width: GRID_COLUMNS, height: headerHeight } },
      ...widgets.map((widget, index) => ({
        widget,
        place: { x: (index % perRow) * width, y: first + Math.floor(index / perRow) * height, width, height },
      })),
    ];
    y = first + Math.ceil(widgets.length / perRow) * height;
    return placed;
  });
}
