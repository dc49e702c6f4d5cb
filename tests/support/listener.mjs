// Node's own client: watches an area, asks between the pushes, and prints all that came, in the order in which it came.
//
//   node listener.mjs URL AREA_DATES EVENTS ANSWERS
import process from 'node:process';
import { io } from 'socket.io-client';

const [url, dates, events, answers] = process.argv.slice(2);
const socket = io(url, { transports: ['websocket'], reconnection: false });
const came = [];

function note(kind, value) {
  came.push([kind, value]);
  const of = (what) => came.filter(([one]) => (one === 'answer') === what).length;
  if (of(false) < Number(events) || of(true) < Number(answers)) return;
  process.stdout.write(`${JSON.stringify(came)}\n`);
  socket.disconnect();
}

socket.on('connect_error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
socket.on('seats_changed', ({ number }) => note('seats_changed', number));
socket.on('home_changed', ({ number }) => note('home_changed', number));
socket.on('connect', async () => {
  for (const date of dates.split(',')) await socket.emitWithAck('area_watch', { area_id: '1', date });
  process.stdout.write('watching\n');
  for (let number = 0; number < Number(answers); number += 1) {
    socket.emit('unknown', number, (answer) => note('answer', [number, answer.error.code]));
    if (number % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
});
