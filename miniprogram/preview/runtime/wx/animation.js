// wx.createAnimation: collects steps; a tag plays them when it gets the export as its `animation`.

const TRANSFORMS = {
  translate: 'px',
  translateX: 'px',
  translateY: 'px',
  translateZ: 'px',
  translate3d: 'px',
  scale: '',
  scaleX: '',
  scaleY: '',
  scale3d: '',
  rotate: 'deg',
  rotateX: 'deg',
  rotateY: 'deg',
  rotateZ: 'deg',
  skew: 'deg',
  skewX: 'deg',
  skewY: 'deg',
};
const STYLES = {
  opacity: '',
  backgroundColor: '',
  width: 'px',
  height: 'px',
  top: 'px',
  left: 'px',
  bottom: 'px',
  right: 'px',
};

const withUnit = (value, unit) => (typeof value === 'number' && unit ? `${value}${unit}` : value);

/** @param {any} [defaults] duration and delay in ms, timingFunction, transformOrigin */
export function createAnimation(defaults = {}) {
  const base = {
    duration: 400,
    delay: 0,
    timingFunction: 'linear',
    transformOrigin: '50% 50% 0',
    ...defaults,
  };
  let steps = [];
  let [transforms, styles] = [[], {}];
  const animation = {
    step(options = {}) {
      steps.push({ transforms, styles, options: { ...base, ...options } });
      [transforms, styles] = [[], {}];
      return animation;
    },
    export() {
      const exported = { steps };
      steps = [];
      return exported;
    },
  };
  for (const [name, unit] of Object.entries(TRANSFORMS)) {
    animation[name] = (...values) => {
      transforms.push(`${name}(${values.map((value) => withUnit(value, unit)).join(', ')})`);
      return animation;
    };
  }
  for (const [name, unit] of Object.entries(STYLES)) {
    animation[name] = (value) => {
      styles[name] = withUnit(value, unit);
      return animation;
    };
  }
  return animation;
}
