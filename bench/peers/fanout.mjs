// The baseline of `fanout`: socket.io of Node, with one room per stream and one emit per change.
//
// PORT says where it listens. POST / tells the room that its JSON body belongs to; GET / answers once it is up.
import { createServer } from 'node:http';
import process from 'node:process';
import { Server } from 'socket.io';

const roomOf = ({ area_id, date }) => `area:${area_id}:${date}`;

const http = createServer(async (request, response) => {
  if (request.method === 'POST') {
    const parts = [];
    for await (const part of request) parts.push(part);
    const change = JSON.parse(Buffer.concat(parts).toString());
    io.to(roomOf(change)).emit('seats_changed', change);
    response.statusCode = 201;
  }
  response.setHeader('Content-Length', 0);
  response.end();
});
const io = new Server(http, { transports: ['websocket'], serveClient: false });
io.on('connection', (socket) => {
  socket.on('area_watch', (asked, answer) => {
    socket.join(roomOf(asked));
    answer({ data: {} });
  });
});
http.listen(Number(process.env.PORT), '127.0.0.1');
