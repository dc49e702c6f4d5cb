// The page `/sim`: asks every two seconds what there is, and draws again only what has changed.
/* global document */

const POLL_MS = 2000;
const FAULTY = [
  { path: '/sns/jscode2session', name: '登录' },
  { path: '/cgi-bin/message/subscribe/send', name: '发送通知' },
  { path: '/wxa/msg_sec_check', name: '检查文字' },
  { path: '/wxa/media_check_async', name: '检查图片' },
];
const FAULTS = [
  { kind: null, name: '正常' },
  { kind: 'latency', name: '慢 3 秒', more: { seconds: 3 } },
  { kind: 'errcode', name: '报错', more: { errcode: -1 } },
  { kind: 'drop', name: '断开' },
];
const SUGGESTS = { pass: '通过', review: '待看', risky: '违规' };

const byId = (id) => document.getElementById(id);
const drawn = new Map(); // part of the page → JSON of what it shows

/** An element; `of` holds its attributes, a function among them is a listener. */
function element(tag, of = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(of)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Resolves to the answer's JSON; says so on the page when there is none. */
async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    body: body && JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  }).catch(() => null);
  if (response?.ok) return response.json();
  say(response ? `没有办成（${response.status}）。` : '模拟微信没有回应，稍后会再问。');
  return null;
}

let hideToast;
function say(text) {
  const toast = byId('toast');
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(hideToast);
  hideToast = setTimeout(() => (toast.hidden = true), 3000);
}

async function act(method, path, body) {
  await call(method, path, body);
  await refresh();
}

const two = (number) => String(number).padStart(2, '0');

/** Times come with Beijing's offset; they are shown as they are written, whatever zone the browser is in. */
function readTime(iso) {
  const [, , month, day, clock] = /^(\d+)-(\d+)-(\d+)T(\d+:\d+)/.exec(iso);
  return { date: `${Number(month)}月${Number(day)}日`, clock };
}

function drawClock({ now, offset_s }) {
  const { date, clock } = readTime(now);
  byId('now').textContent = `${date} ${clock}`;
  const minutes = Math.round(offset_s / 60);
  const days = Math.trunc(minutes / 1440);
  const rest = `${two(Math.trunc((minutes % 1440) / 60))}:${two(minutes % 60)}`;
  byId('offset').textContent = minutes
    ? `比真实时间快 ${days ? `${days} 天 ` : ''}${rest}`
    : '与真实时间相同';
}

async function moveClock(event) {
  const { advance } = event.target.dataset;
  if (!advance) return;
  await act('POST', '/sim/clock', advance === 'reset' ? { reset: true } : { advance_s: Number(advance) });
}

function drawFaults(faults) {
  const rows = FAULTY.map(({ path, name }) => {
    const on = faults.find((fault) => fault.path === path)?.kind ?? null;
    const buttons = FAULTS.map(({ kind, name: label, more }) =>
      element(
        'button',
        {
          type: 'button',
          'aria-pressed': String(kind === on),
          'data-kind': kind,
          click: () => setFault(path, kind, more),
        },
        label,
      ),
    );
    return element(
      'div',
      { class: 'fault' },
      element('h3', {}, name),
      element('div', { class: 'segments', role: 'group', 'aria-label': name }, ...buttons),
    );
  });
  byId('faults').replaceChildren(...rows);
}

async function setFault(path, kind, more) {
  await call('DELETE', `/sim/api/faults?path=${encodeURIComponent(path)}`);
  if (kind) await call('POST', '/sim/api/faults', { path, kind, ...more });
  await refresh();
}

function drawTexts({ words, texts }) {
  const list = (some) => some.map((word) => `「${word}」`).join('') || '无';
  byId('words').textContent = `违规的词：${list(words.risky)}；待看的词：${list(words.review)}`;
  const rows = texts.map(({ at, name, text, suggest }) =>
    element(
      'li',
      { class: suggest === 'pass' ? null : 'bad' },
      `${readTime(at).clock}  ${SUGGESTS[suggest]} · ${name}：${text}`,
    ),
  );
  const none = element('li', {}, '还没有查过文字');
  byId('texts').replaceChildren(...(rows.length ? rows : [none]));
}

function drawMessage(message, person, { preview_url, now }, isNew) {
  const { date, clock } = readTime(message.sent_at);
  const today = date === readTime(now).date;
  const card = element(
    'article',
    { class: isNew ? 'message new' : 'message' },
    element('p', { class: 'from' }, '问津'),
    element('h3', {}, message.title),
  );
  const lines = message.lines.flatMap(({ label, value }) => [
    element('dt', {}, label),
    element('dd', {}, value),
  ]);
  card.append(element('dl', { class: 'lines' }, ...lines));
  if (message.page) {
    const href = `${preview_url}?person=${encodeURIComponent(person.handle)}#/${message.page}`;
    card.append(element('a', { class: 'open', href, target: '_blank', rel: 'noopener' }, '进入小程序查看'));
  }
  return [element('p', { class: 'sent-at' }, today ? clock : `${date} ${clock}`), card];
}

function drawConsent(entry, person) {
  const kept = { accept: '总是允许', reject: '已关掉' }[entry.kept] ?? '每次询问';
  const body = { person: person.handle, template: entry.template_id };
  const [path, label] = entry.kept
    ? ['/sim/api/templates/ask_again', '重新询问']
    : ['/sim/api/templates/off', '关掉'];
  const facts = entry.banned ? '模板已停用' : `还可发 ${entry.balance} 条 · ${kept}`;
  return element(
    'div',
    { class: 'row' },
    element('div', {}, entry.title, element('div', { class: 'facts' }, facts)),
    element(
      'button',
      { type: 'button', 'aria-label': `${entry.title}:${label}`, click: () => act('POST', path, body) },
      label,
    ),
  );
}

function drawPerson(person, overview, known) {
  const messages = person.messages.flatMap((message) =>
    drawMessage(message, person, overview, known && !known.has(message.id)),
  );
  const none = element('p', { class: 'none' }, '还没有收到通知');
  const screen = element(
    'div',
    { class: 'screen' },
    element('div', { class: 'bar' }, '服务通知', element('small', {}, person.name)),
    element(
      'div',
      { class: 'messages', role: 'log', tabindex: '0', 'aria-label': `${person.name}的服务通知` },
      ...(messages.length ? messages : [none]),
    ),
  );
  const main = element('button', {
    type: 'button',
    class: 'switch',
    role: 'switch',
    'aria-checked': String(person.main_switch),
    'aria-label': '接收订阅消息',
    click: () =>
      act('POST', '/sim/api/settings', { person: person.handle, main_switch: !person.main_switch }),
  });
  const settings = element(
    'div',
    { class: 'panel settings' },
    element(
      'div',
      { class: 'row' },
      element('div', {}, '接收订阅消息', element('div', { class: 'facts' }, '微信里的总开关')),
      main,
    ),
    ...person.balances.map((entry) => drawConsent(entry, person)),
  );
  return element(
    'section',
    { class: 'person', 'data-person': person.handle, 'aria-label': `${person.name}的手机` },
    element('div', { class: 'phone' }, screen),
    settings,
  );
}

function drawPhones(overview) {
  const holder = byId('phones');
  if (!overview.phones.length) {
    holder.replaceChildren(
      element('p', { class: 'empty' }, '还没有人。运行 make run 会带来几位读者和他们的手机。'),
    );
    return;
  }
  const made = overview.phones.map((person) => {
    const { date } = readTime(overview.now);
    const part = `phone ${person.handle}`;
    const json = JSON.stringify([person, overview.preview_url, date]);
    const old = holder.querySelector(`[data-person="${person.handle}"]`);
    if (old && drawn.get(part) === json) return old;
    const known = old && new Set(JSON.parse(drawn.get(part))[0].messages.map((message) => message.id));
    drawn.set(part, json);
    return drawPerson(person, overview, known);
  });
  if (made.length !== holder.children.length || made.some((part, index) => part !== holder.children[index]))
    holder.replaceChildren(...made);
}

async function drawLog() {
  const log = await call('GET', '/sim/api/log');
  if (!log) return;
  const calls = log.calls.slice(0, 50).map(({ at, method, path, errcode, fault }) => {
    const bad = errcode !== 0 || fault;
    return element(
      'li',
      { class: bad ? 'bad' : null },
      `${seconds(at)}  ${method} ${path} → ${errcode ?? '无'}${fault ? `(${fault})` : ''}`,
    );
  });
  const pushes = log.pushes.slice(0, 50).map(({ created_at, event, state, attempts }) => {
    const word = { delivered: '送达', on_the_way: '在途', failed: '没有送达', no_url: '没有地址' }[state];
    return element(
      'li',
      { class: state === 'failed' ? 'bad' : null },
      `${seconds(created_at)}  ${event} · ${word} · ${attempts} 次`,
    );
  });
  byId('calls').replaceChildren(...calls);
  byId('pushes').replaceChildren(...pushes);
}

/** Seconds since 1970 as Beijing's time of day. */
function seconds(at) {
  return new Date((at + 8 * 3600) * 1000).toISOString().slice(11, 19);
}

async function refresh() {
  const overview = await call('GET', '/sim/api/overview');
  if (!overview) return;
  drawClock(overview);
  const faults = JSON.stringify(overview.faults);
  if (drawn.get('faults') !== faults) drawFaults(overview.faults);
  drawn.set('faults', faults);
  const texts = JSON.stringify([overview.words, overview.texts]);
  if (drawn.get('texts') !== texts) drawTexts(overview);
  drawn.set('texts', texts);
  drawPhones(overview);
  if (byId('log').open) await drawLog();
}

byId('clock').addEventListener('click', moveClock);
byId('log').addEventListener('toggle', refresh);
while (true) {
  if (!document.hidden) await refresh();
  await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
