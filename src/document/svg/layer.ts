/** A point in time, in milliseconds, and a value at it. */
export interface PlotPoint {
  readonly atMs: number;
  readonly value: number;
}

interface Named {
  /** What stands in the legend; without one the layer is not listed there. */
  readonly legend: string | undefined;
  readonly colour: string;
}

/** A line through points; more than so long without one and it is broken, since nobody knows what was between. */
export interface LineLayer extends Named {
  readonly kind: 'line';
  readonly points: readonly PlotPoint[];
  readonly width: number;
  readonly breakAfterMs: number | undefined;
}

/** A value that holds from its point on until the next. */
export interface StepLayer extends Named {
  readonly kind: 'steps';
  readonly points: readonly PlotPoint[];
  readonly width: number;
  readonly dash: string | undefined;
}

/** One value over the whole time, or from one instant or until another. */
export interface LevelLayer extends Named {
  readonly kind: 'level';
  readonly value: number;
  readonly dash: string;
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
}

export interface DotLayer extends Named {
  readonly kind: 'dots';
  readonly marker: 'circle' | 'diamond';
  /** `share` of the largest dot's area, above 0 to 1; `title` is what a reader is told who points at it. */
  readonly points: readonly (PlotPoint & { readonly share: number; readonly title: string })[];
}

/** Stretches of time, shaded behind everything else. */
export interface SpanLayer extends Named {
  readonly kind: 'spans';
  readonly spans: readonly { readonly fromMs: number; readonly untilMs: number; readonly title: string }[];
}

/** Words in the legend without a sign of their own. */
export interface NoteLayer {
  readonly kind: 'note';
  readonly legend: string;
}

export type Layer = LineLayer | StepLayer | LevelLayer | DotLayer | SpanLayer | NoteLayer;
