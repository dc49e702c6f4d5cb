/** What is used of a 2d canvas context; WeChat's typings leave it untyped. */
export interface Pen {
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  globalAlpha: number;
  font: string;
  textAlign: 'center';
  textBaseline: 'middle';
  lineCap: 'round' | 'butt';
  lineJoin: 'round' | 'miter';
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  clearRect(x: number, y: number, width: number, height: number): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  beginPath(): void;
  closePath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  arcTo(x1: number, y1: number, x2: number, y2: number, radius: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  rect(x: number, y: number, width: number, height: number): void;
  fill(): void;
  stroke(): void;
  save(): void;
  restore(): void;
  clip(): void;
  fillText(text: string, x: number, y: number): void;
}

export interface Box {
  x: number;
  y: number;
  side: number;
}

/** Adds a square with round corners to the path. */
export function roundedPath(pen: Pen, { x, y, side }: Box): void {
  const radius = side * 0.22;
  pen.moveTo(x + radius, y);
  pen.arcTo(x + side, y, x + side, y + side, radius);
  pen.arcTo(x + side, y + side, x, y + side, radius);
  pen.arcTo(x, y + side, x, y, radius);
  pen.arcTo(x, y, x + side, y, radius);
  pen.closePath();
}

export function polyline(pen: Pen, points: readonly (readonly [number, number])[]): void {
  points.forEach(([x, y], at) => (at ? pen.lineTo(x, y) : pen.moveTo(x, y)));
}
