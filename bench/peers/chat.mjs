// The baseline of `chat`: socket.io of Node and pg that store a message and acknowledge it, and nothing else.
//
// PORT says where it listens, WENJIN_DATABASE_URL where PostgreSQL is, POOL how many connections it may hold; STORE
// and COUNT are the statements. GET / answers once it is up. Nobody signs in, nothing is checked, and
// nobody but the sender is told.
import { createServer } from 'node:http';
import process from 'node:process';
import pg from 'pg';
import { Server } from 'socket.io';

const { PORT, WENJIN_DATABASE_URL, POOL, STORE, COUNT } = process.env;
const LOCK = 'SELECT * FROM conversation WHERE id = $1 FOR NO KEY UPDATE';

const pool = new pg.Pool({ connectionString: WENJIN_DATABASE_URL, max: Number(POOL) });

async function store({ conversation_id, local_id, text }) {
  const connection = await pool.connect();
  try {
    await connection.query('BEGIN');
    const locked = await connection.query({ name: 'lock', text: LOCK, values: [conversation_id] });
    const { reader_id, reader_seq, staff_seq } = locked.rows[0];
    const at = new Date();
    const [own, shown] = [reader_seq + 1, staff_seq + 1];
    const message = [conversation_id, reader_id, 'reader', local_id, text, 'sent', false, at, own, shown];
    const stored = await connection.query({ name: 'store', text: STORE, values: message });
    await connection.query({ name: 'count', text: COUNT, values: [conversation_id, own, shown] });
    await connection.query('COMMIT');
    return { conversation_id, message_id: stored.rows[0].id, local_id, seq: own, state: 'sent', at };
  } catch (error) {
    await connection.query('ROLLBACK');
    throw error;
  } finally {
    connection.release();
  }
}

const http = createServer((request, response) => {
  response.setHeader('Content-Length', 0);
  response.end();
});
const io = new Server(http, { transports: ['websocket'], serveClient: false });
io.on('connection', (socket) => {
  socket.on('chat_send', async (message, answer) => {
    try {
      answer({ data: await store(message) });
    } catch (error) {
      answer({ error: { message: String(error) } });
    }
  });
});
http.listen(Number(PORT), '127.0.0.1');
