import type { PlanShape } from '../../api/types';
import type { Size, View } from '../../logic/viewport';
import type { Palette } from './palette';
import { polyline, type Pen } from './pen';

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Draws the room in the colour of lines: floor, then what stands in it. Nothing here can be chosen. */
export function paintRoom(
  pen: Pen,
  plan: Size,
  shapes: readonly PlanShape[],
  view: View,
  colours: Palette,
): void {
  const floor = placed({ x: 0, y: 0, width: plan.width, height: plan.height }, view);
  pen.fillStyle = colours.card;
  pen.fillRect(floor.x, floor.y, floor.width, floor.height);
  for (const shape of shapes) {
    pen.fillStyle = colours.line;
    pen.strokeStyle = colours.line;
    pen.lineWidth = Math.max(1, view.scale);
    PAINTERS[shape.kind](pen, placed(shape, view), colours);
  }
}

function placed(area: Area, view: View): Area {
  return {
    x: area.x * view.scale + view.x,
    y: area.y * view.scale + view.y,
    width: area.width * view.scale,
    height: area.height * view.scale,
  };
}

type Painter = (pen: Pen, area: Area, colours: Palette) => void;

const solid: Painter = (pen, { x, y, width, height }) => pen.fillRect(x, y, width, height);

const PAINTERS: Record<PlanShape['kind'], Painter> = {
  wall: (pen, area, colours) => {
    pen.fillStyle = colours.quiet;
    pen.globalAlpha = 0.6;
    solid(pen, area, colours);
    pen.globalAlpha = 1;
  },
  desk: solid,
  shelf: (pen, area, colours) => {
    solid(pen, area, colours);
    pen.strokeStyle = colours.paper;
    pen.beginPath();
    const across = area.width >= area.height;
    const step = Math.max(Math.min(area.width, area.height) * 0.8, 4);
    for (let at = step; at < (across ? area.width : area.height); at += step) {
      if (across)
        polyline(pen, [
          [area.x + at, area.y],
          [area.x + at, area.y + area.height],
        ]);
      else
        polyline(pen, [
          [area.x, area.y + at],
          [area.x + area.width, area.y + at],
        ]);
    }
    pen.stroke();
  },
  door: (pen, area, colours) => {
    pen.fillStyle = colours.card;
    solid(pen, area, colours);
    pen.strokeStyle = colours.quiet;
    pen.lineWidth = 1;
    const length = Math.max(area.width, area.height);
    pen.beginPath();
    pen.moveTo(area.x, area.y);
    if (area.width >= area.height) pen.arc(area.x, area.y, length, 0, Math.PI / 2);
    else pen.arc(area.x, area.y, length, Math.PI / 2, 0);
    pen.stroke();
  },
  window: (pen, area, colours) => {
    pen.fillStyle = colours['river-tint'];
    solid(pen, area, colours);
    pen.strokeStyle = colours.river;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.rect(area.x, area.y, area.width, area.height);
    pen.stroke();
  },
  stairs: (pen, area) => {
    pen.lineWidth = 1;
    pen.beginPath();
    pen.rect(area.x, area.y, area.width, area.height);
    const across = area.width >= area.height;
    for (let part = 1; part < 7; part += 1) {
      if (across)
        polyline(pen, [
          [area.x + (area.width * part) / 7, area.y],
          [area.x + (area.width * part) / 7, area.y + area.height],
        ]);
      else
        polyline(pen, [
          [area.x, area.y + (area.height * part) / 7],
          [area.x + area.width, area.y + (area.height * part) / 7],
        ]);
    }
    pen.stroke();
  },
  lift: (pen, area) => {
    pen.lineWidth = 1;
    pen.beginPath();
    pen.rect(area.x, area.y, area.width, area.height);
    polyline(pen, [
      [area.x, area.y],
      [area.x + area.width, area.y + area.height],
    ]);
    polyline(pen, [
      [area.x + area.width, area.y],
      [area.x, area.y + area.height],
    ]);
    pen.stroke();
  },
};
