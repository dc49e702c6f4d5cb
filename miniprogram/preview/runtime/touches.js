// Fingers for those who have a mouse: mouse drags become touch events, Ctrl + wheel (a trackpad's pinch) becomes two fingers.
// WeChat knows only touch; so pages listen to touch alone, and the desktop must supply it.

/** Starts translating, for mouse pointers only: real fingers make their own touch events. */
export function startTouches() {
  let target = null;
  const over = (name, type) =>
    addEventListener(
      name,
      (event) => {
        if (event.pointerType !== 'mouse' || event.button > 0) return;
        if (type === 'touchstart') target = event.target;
        if (!target) return;
        send(target, type, [point(0, event.clientX, event.clientY, target)], type !== 'touchend');
        if (type === 'touchend') target = null;
      },
      true,
    );
  over('pointerdown', 'touchstart');
  over('pointermove', 'touchmove');
  over('pointerup', 'touchend');
  addEventListener('wheel', pinch, { passive: false, capture: true });
}

function pinch(event) {
  if (!event.ctrlKey) return;
  event.preventDefault();
  const { clientX: x, clientY: y, target } = event;
  const before = 60;
  const after = Math.max(10, before * Math.exp(-event.deltaY / 200));
  const fingers = (half) => [point(0, x - half, y, target), point(1, x + half, y, target)];
  send(target, 'touchstart', fingers(before), true);
  send(target, 'touchmove', fingers(after), true);
  send(target, 'touchend', fingers(after), false);
}

function point(identifier, clientX, clientY, target) {
  return {
    identifier,
    clientX,
    clientY,
    pageX: clientX,
    pageY: clientY,
    screenX: clientX,
    screenY: clientY,
    target,
  };
}

function send(target, type, changed, stillDown) {
  const event = new UIEvent(type, { bubbles: true, cancelable: true, composed: true });
  const touches = stillDown ? changed : [];
  for (const [name, value] of Object.entries({ touches, targetTouches: touches, changedTouches: changed })) {
    Object.defineProperty(event, name, { value, enumerable: true });
  }
  target.dispatchEvent(event);
}
