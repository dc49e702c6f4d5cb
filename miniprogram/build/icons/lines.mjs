/** How far a cubic's handles reach so that four of them make a circle. */
const ROUND = 0.5523;

function circle(x, y, r) {
  const k = r * ROUND;
  return (
    `M${x - r} ${y}C${x - r} ${y - k} ${x - k} ${y - r} ${x} ${y - r}C${x + k} ${y - r} ${x + r} ${y - k} ${x + r} ${y}` +
    `C${x + r} ${y + k} ${x + k} ${y + r} ${x} ${y + r}C${x - k} ${y + r} ${x - r} ${y + k} ${x - r} ${y}Z`
  );
}

function box(x, y, width, height, r) {
  const k = r * (1 - ROUND);
  const right = x + width;
  const bottom = y + height;
  return (
    `M${x + r} ${y}H${right - r}C${right - k} ${y} ${right} ${y + k} ${right} ${y + r}V${bottom - r}` +
    `C${right} ${bottom - k} ${right - k} ${bottom} ${right - r} ${bottom}H${x + r}` +
    `C${x + k} ${bottom} ${x} ${bottom - k} ${x} ${bottom - r}V${y + r}C${x} ${y + k} ${x + k} ${y} ${x + r} ${y}Z`
  );
}

/** The line set: each icon one path on a grid of 24, of the commands M L H V C Z with absolute numbers. */
export const lines = {
  home: 'M4 11L12 4L20 11M6 9.5V19.5H18V9.5M10 19.5V14H14V19.5',
  calendar: `${box(4, 5.5, 16, 14.5, 2)}M4 10H20M8 3.5V7M16 3.5V7M9 15L11.2 17L15.2 13`,
  bell:
    'M6.5 16.5V11C6.5 7.7 8.9 5 12 5C15.1 5 17.5 7.7 17.5 11V16.5M4.5 16.5H19.5M12 3.5V5' +
    'M10 19.2C10.4 20.1 11.1 20.5 12 20.5C12.9 20.5 13.6 20.1 14 19.2',
  chat:
    'M6 4.5H18C19.1 4.5 20 5.4 20 6.5V14C20 15.1 19.1 16 18 16H12.5L8 19.8V16H6C4.9 16 4 15.1 4 14V6.5' +
    'C4 5.4 4.9 4.5 6 4.5ZM8.5 8.8H15.5M8.5 11.8H12.8',
  star: 'M12 3.5L14.6 8.9L20.5 9.7L16.2 13.8L17.3 19.7L12 16.9L6.7 19.7L7.8 13.8L3.5 9.7L9.4 8.9Z',
  person: `${circle(12, 8, 4)}M4.5 20.5C5.2 16.6 8.2 14.5 12 14.5C15.8 14.5 18.8 16.6 19.5 20.5`,
  clock: `${circle(12, 12, 8.5)}M12 7V12L15.5 14`,
  right: 'M9 5L16 12L9 19',
  down: 'M5 9L12 16L19 9',
  up: 'M5 15L12 8L19 15',
  close: 'M6 6L18 18M18 6L6 18',
  check: 'M5 12.5L10 17.5L19.5 7',
  plus: 'M12 5V19M5 12H19',
  minus: 'M5 12H19',
  whole: 'M4 9V4H9M15 4H20V9M20 15V20H15M9 20H4V15',
  socket: `${box(4, 4, 16, 16, 4)}M9.5 9.5V12.5M14.5 9.5V12.5M12 14.5V16`,
  window: `${box(5, 3.5, 14, 17, 1.5)}M12 3.5V20.5M5 12H19`,
  quiet: 'M4 9.5V14.5H7.5L12 18.5V5.5L7.5 9.5ZM16 9.5L21 14.5M21 9.5L16 14.5',
  sound:
    'M4 9.5V14.5H7.5L12 18.5V5.5L7.5 9.5ZM15.5 9.2C17.2 10.8 17.2 13.2 15.5 14.8M18 6.5C21.2 9.5 21.2 14.5 18 17.5',
  lift: `${box(5, 3.5, 14, 17, 1.5)}M9.5 10L12 7L14.5 10M9.5 14L12 17L14.5 14`,
  accessible: `${circle(11, 4.5, 1.5)}M11 8V13.5H16L18.5 19M11 10H15M8.5 11.5C6.6 12.3 5.5 13.9 5.5 15.8C5.5 18.4 7.6 20.5 10.2 20.5C12.3 20.5 14 19.2 14.6 17.3`,
  alert: 'M12 4L21 19.5H3ZM12 10V14M12 16.8V17',
  info: `${circle(12, 12, 8.5)}M12 11V16M12 7.8V8`,
  offline:
    'M4 4L20 20M2.5 9.5C4 8.1 5.7 7.1 7.5 6.4M11 5.6C15 5.3 18.7 6.7 21.5 9.5M5.5 13C6.7 11.9 8 11.1 9.5 10.7' +
    'M14.5 10.8C16 11.3 17.3 12 18.5 13M8.8 16.3C10.6 14.8 13.4 14.8 15.2 16.3M12 19.4V19.5',
  desk: 'M3.5 19.5H20.5M5 16.5C5 12 8 9 12 9C16 9 19 12 19 16.5ZM12 9V6.5M10 6H14',
  announce: 'M4 10V14H7L15 18.5V5.5L7 10ZM7.5 14V18.5H10V15.7M18 9.5C19.4 10.8 19.4 13.2 18 14.5',
  edit: 'M4.5 19.5L5.5 15.5L16 5L19 8L8.5 18.5ZM13.5 7.5L16.5 10.5',
  mail: `${box(3.5, 6, 17, 12.5, 2)}M4 7.5L12 13L20 7.5`,
  rules: `M4 7H12M18 7H20M4 17H6M12 17H20${circle(15, 7, 2.5)}${circle(9, 17, 2.5)}`,
  invite: `${circle(10, 8, 3.8)}M3 20C3.6 16.4 6.4 14.5 10 14.5C11.6 14.5 13 14.9 14.2 15.6M18 14V20M15 17H21`,
  code: `${box(4, 4, 6, 6, 1)}${box(14, 4, 6, 6, 1)}${box(4, 14, 6, 6, 1)}M14 14H16.5V16.5M20 14V17M14 20H16.5M20 20V20.1`,
  phone: `${box(7, 3, 10, 18, 2)}M11 18H13`,
  key: `${circle(8, 15, 4)}M11 12L19.5 3.5M16 7L18.5 9.5`,
  search: `${circle(10.5, 10.5, 6)}M15 15L20 20`,
  book: 'M4.5 5.5C7 4.5 9.5 4.5 12 6C14.5 4.5 17 4.5 19.5 5.5V18.5C17 17.5 14.5 17.5 12 19C9.5 17.5 7 17.5 4.5 18.5ZM12 6V19',
  ticket:
    'M4 6H20V10C18.7 10 18 10.9 18 12C18 13.1 18.7 14 20 14V18H4V14C5.3 14 6 13.1 6 12C6 10.9 5.3 10 4 10ZM13 9V10M13 12V13M13 15V15.5',
};
