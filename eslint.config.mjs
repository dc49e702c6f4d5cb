import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

// The preview runs in a browser, WeChat does not: what works there with one of these fails on a phone.
const onlyInBrowsers = [
  'window',
  'document',
  'localStorage',
  'sessionStorage',
  'indexedDB',
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'EventSource',
  'navigator',
  'location',
  'history',
  'alert',
  'confirm',
  'prompt',
  'requestAnimationFrame',
  'Image',
  'Blob',
  'FormData',
  'URL',
  'URLSearchParams',
  'AbortController',
  'TextEncoder',
  'TextDecoder',
  'crypto',
  'performance',
  'structuredClone',
  'queueMicrotask',
  'globalThis',
  'self',
];

// Nothing depends on when or whether these are done.
const onlyShows = [
  {
    from: 'package',
    package: 'miniprogram-api-typings',
    name: [
      'hideLoading',
      'hideTabBarRedDot',
      'hideToast',
      'navigateBack',
      'navigateTo',
      'pageScrollTo',
      'reLaunch',
      'redirectTo',
      'removeTabBarBadge',
      'setNavigationBarTitle',
      'setTabBarBadge',
      'showLoading',
      'showTabBarRedDot',
      'showToast',
      'stopPullDownRefresh',
      'switchTab',
      'vibrateShort',
    ],
  },
];

export default tseslint.config(
  { ignores: ['.venv/', 'var/', 'miniprogram/src/**/miniprogram_npm/', 'miniprogram/src/api/contract.ts'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['miniprogram/preview/**'],
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
  },
  {
    files: ['miniprogram/src/**/*.ts'],
    languageOptions: {
      parserOptions: { project: './miniprogram/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'no-restricted-globals': [
        'error',
        ...onlyInBrowsers.map((name) => ({ name, message: 'WeChat has none; use wx.* instead.' })),
      ],
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: onlyShows }],
      // Component<Data, {}, ...> is how the platform's types say "none of these".
      '@typescript-eslint/no-empty-object-type': ['error', { allowObjectTypes: 'always' }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
);
