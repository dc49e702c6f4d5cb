// Node's own client as a phone that a test leads: each line of JSON that comes in is a command, and what the
// phone hears goes out the same way.
//
//   node talker.mjs URL TOKEN
//
// {"ask": number, "event": name, "payload": …}  answers {"answer": …, "to": number}
// {"volatile": name, "payload": …}              is dropped when there is no connection
// {"away": true}                                breaks the connection, {"away": false} comes back
import process from 'node:process';
import { createInterface } from 'node:readline';
import { io } from 'socket.io-client';

const [url, token] = process.argv.slice(2);
const socket = io(url, {
  transports: ['websocket'],
  auth: { token, client_version: '0.1.0' },
  reconnection: false,
});
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

socket.on('connect', () => tell({ state: 'connected' }));
socket.on('disconnect', () => tell({ state: 'away' }));
socket.on('connect_error', ({ message, data }) => tell({ state: 'refused', message, data }));
socket.onAny((push, data) => tell({ push, data }));

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if ('ask' in command) {
    socket.emit(command.event, command.payload, (answer) => tell({ answer, to: command.ask }));
  } else if ('volatile' in command) {
    socket.volatile.emit(command.volatile, command.payload);
  } else if (command.away) {
    socket.io.engine.close();
  } else {
    socket.connect();
  }
}
socket.disconnect();
