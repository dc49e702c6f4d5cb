// The desk on a wide screen: the phone in a frame, and beside it what its holder can change.
// The phone is a frame of its own, so that its media queries and its 100vw mean the phone and not the desk.

(() => {
  const DEVICES = { 手机: [375, 812], 大屏手机: [430, 932], 平板: [768, 1024], 电脑: [1100, 760] };
  /** By these words `?device=` says the same; without it, a phone. */
  const NAMES = { large: '大屏手机', tablet: '平板', computer: '电脑' };
  const THEMES = { 浅色: 'light', 深色: 'dark', 跟随系统: 'auto' };
  const FONTS = { 标准: 16, 大: 18, 关怀: 22, 最大: 26 };
  const BEZEL_PX = 12;
  const MARGIN_PX = 24;
  /** The panel and the gap before it; on a page not wider than the second, it lies below. */
  const PANEL_PX = 356;
  const STACKED_PX = 780;

  const params = new URLSearchParams(location.search);
  const frame = document.createElement('iframe');
  const phone = make('div', 'device');
  const panel = make('aside', 'panel');
  let device = NAMES[params.get('device')] ?? '手机';

  function make(tag, className, ...children) {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...children);
    return element;
  }

  function start() {
    params.set('framed', '');
    frame.title = '手机';
    frame.src = `index.html?${params}${location.hash}`;
    phone.append(frame, make('div', 'clock'), make('div', 'home-indicator'));
    document.body.append(make('div', 'desk', make('div', 'place', phone), panel));
    fit();
    addEventListener('resize', fit);
    addEventListener('message', followPhone);
    addEventListener('hashchange', () => (frame.contentWindow.location.hash = location.hash));
    // tests and the console speak to the phone as if there were no frame
    Object.defineProperty(globalThis, '__preview', { get: () => frame.contentWindow.__preview });
    tick();
    setInterval(tick, 10_000);
  }

  /** The whole device is always in sight; on a low or narrow screen it is drawn smaller. */
  function fit() {
    const [width, height] = DEVICES[device];
    const beside = innerWidth > STACKED_PX ? PANEL_PX : 0;
    const scale = Math.min(
      1,
      (innerHeight - 2 * MARGIN_PX) / (height + 2 * BEZEL_PX),
      (innerWidth - 2 * MARGIN_PX - beside) / (width + 2 * BEZEL_PX),
    );
    frame.style.cssText = `width:${width}px;height:${height}px`;
    phone.style.transform = `scale(${scale})`;
    phone.classList.toggle('tablet', width > 600);
    phone.classList.toggle('computer', device === '电脑');
    phone.parentElement.style.width = `${(width + 2 * BEZEL_PX) * scale}px`;
    phone.parentElement.style.height = `${(height + 2 * BEZEL_PX) * scale}px`;
  }

  /** Another device; the choice stays over a reload. */
  function chooseDevice(name) {
    device = name;
    const word = Object.keys(NAMES).find((key) => NAMES[key] === name);
    if (word) params.set('device', word);
    else params.delete('device');
    history.replaceState(null, '', withDevice(new URL(location.href)));
    // a window on a computer has no status bar and no round corners to keep clear of
    frame.contentDocument.documentElement.classList.toggle('framed', name !== '电脑');
    fit();
  }

  /** @param {URL} address */
  function withDevice(address) {
    if (params.has('device')) address.searchParams.set('device', params.get('device'));
    else address.searchParams.delete('device');
    return address.search + address.hash;
  }

  /** The phone tells its address after each move; it becomes the desk's, so that a reload finds the same page. */
  function followPhone({ source, data }) {
    if (source !== frame.contentWindow || !data?.phoneAt) return;
    const address = new URL(data.phoneAt);
    address.searchParams.delete('framed');
    history.replaceState(null, '', withDevice(address));
    document.title = data.title;
    draw(data);
  }

  function tick() {
    const now = new Date();
    phone.querySelector('.clock').textContent =
      `${now.getHours()}:${String(now.getMinutes()).padStart(2, '0')}`;
  }

  function draw({ settings, persons }) {
    phone.dataset.theme = settings.shown;
    const { __preview: preview } = frame.contentWindow;
    panel.replaceChildren(
      make('h1', '', '问津'),
      make('p', 'lead', '同一个小程序，在浏览器里。'),
      ...(persons.length ? [group('谁拿着这部手机', personList(persons, settings.person))] : []),
      group('外观', choices(THEMES, settings.theme, preview.theme)),
      group('字号', choices(FONTS, settings.fontSizePx, preview.fontSize)),
      make(
        'div',
        'pair',
        group('网络', choices({ 在线: false, 断网: true }, !settings.online, preview.offline)),
        group(
          '微信',
          choices({ 前台: true, 后台: false }, settings.visible, (shown) =>
            shown ? preview.show() : preview.hide(),
          ),
        ),
      ),
      group(
        '设备',
        choices(Object.fromEntries(Object.keys(DEVICES).map((name) => [name, name])), device, (name) => {
          chooseDevice(name);
          draw({ settings, persons });
        }),
      ),
    );
  }

  function group(title, content) {
    return make('section', 'group', make('h2', '', title), content);
  }

  function choices(options, chosen, choose) {
    const buttons = Object.entries(options).map(([label, value]) => {
      const button = make('button', '', label);
      button.setAttribute('aria-pressed', String(value === chosen));
      button.addEventListener('click', () => choose(value));
      return button;
    });
    return make('div', 'choices', ...buttons);
  }

  /** Another person gets a tab of their own: what they store is kept apart. */
  function personList(persons, current) {
    const rows = persons.map(({ handle, name }) => {
      const link = make('a', 'person', make('i', '', name.slice(0, 1)), make('span', '', name));
      const address = new URL(location.href);
      address.searchParams.set('person', handle);
      address.hash = '';
      link.href = address.search;
      link.target = `wenjin-${handle}`;
      if (handle === current) {
        link.removeAttribute('href');
        link.setAttribute('aria-current', 'true');
        link.append(make('small', '', '本页'));
      } else link.append(make('small', '', '打开 ↗'));
      return link;
    });
    const notifications = make('a', 'notifications', '看看他们收到的服务通知');
    notifications.href = '/sim';
    notifications.target = 'wenjin-sim';
    return make('div', 'persons', make('div', 'person-list', ...rows), notifications);
  }

  start();
})();
