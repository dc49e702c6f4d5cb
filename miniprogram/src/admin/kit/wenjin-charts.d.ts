/** ECharts with bars, lines and heat maps, built by `make client`. */
declare module 'wenjin-charts' {
  export interface Chart {
    setOption(option: Record<string, unknown>): void;
    /** Where in the grid a point of the canvas is: its places along both axes. */
    convertFromPixel(finder: 'grid', point: [number, number]): [number, number] | undefined;
    dispose(): void;
  }

  /** `canvas`: the node of a `<canvas type="2d">`; lengths in px. */
  export function chartOn(
    canvas: unknown,
    size: { width: number; height: number; devicePixelRatio: number },
  ): Chart;
}
