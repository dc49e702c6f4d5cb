/**
 * WeChat's lengths as CSS: 750 rpx are one screen width, and 100vh is the page without its bars.
 * @param {string} value of a declaration, or a whole inline style
 */
export function toPhoneUnits(value) {
  return value
    .replace(/(-?\d*\.?\d+)rpx\b/g, 'calc($1 * var(--rpx))')
    .replace(/(-?\d*\.?\d+)vh\b/g, 'calc($1 * var(--vh))')
    .replace(/(?:env|constant)\(\s*safe-area-inset-bottom\s*(?:,[^)]*)?\)/g, 'var(--safe-bottom)')
    .replace(/(?:env|constant)\(\s*safe-area-inset-top\s*(?:,[^)]*)?\)/g, 'var(--safe-top)');
}
