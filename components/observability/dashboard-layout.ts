/** CloudWatch's grid, in columns. */
export const GRID_COLUMNS = 24;

/** A widget's place on the grid, in columns and rows. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Widgets under one header, in order. */
export interface Section {
  /** Rows of the header, which spans the grid. */
  readonly headerHeight: number;
  readonly widgets: number;
}

export interface SectionPlaces {
  readonly header: Place;
  readonly widgets: readonly Place[];
}

/**
 * Places sections one below the other, from row `top` on; within each, a header and then widgets of equal size, `perRow` side by side. A widget
 * never changes its place because of a section after its own.
 */
export function layOut(
  sections: readonly Section[],
  { top, perRow, height }: { top: number; perRow: number; height: number },
): SectionPlaces[] {
  const width = Math.floor(GRID_COLUMNS / perRow);
  let y = top;
  return sections.map((section) => {
    const header = { x: 0, y, width: GRID_COLUMNS, height: section.headerHeight };
    const first = y + section.headerHeight;
    const widgets = Array.from({ length: section.widgets }, (_, index) => ({
      x: (index % perRow) * width,
      y: first + Math.floor(index / perRow) * height,
      width,
      height,
    }));
    y = first + Math.ceil(section.widgets / perRow) * height;
    return { header, widgets };
  });
}
