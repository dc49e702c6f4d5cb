// On a wide screen: a desk with the phone in a frame. On a narrow one, or inside that frame: the phone itself.

(() => {
  const DESK_FROM_PX = 600;
  const add = (tag, attributes) =>
    document.head.append(Object.assign(document.createElement(tag), attributes));
  const sheet = (href) => add('link', { rel: 'stylesheet', href });
  const script = (src) => add('script', { src, async: false });
  const framed = window !== window.top;

  if (!framed && window.innerWidth >= DESK_FROM_PX && !new URLSearchParams(location.search).has('bare')) {
    sheet('desk.css');
    script('desk.js');
    return;
  }
  for (const href of ['phone.css', 'tags.css', 'overlays.css']) sheet(href);
  for (const src of ['program.js', 'runtime.js']) script(src);
})();
