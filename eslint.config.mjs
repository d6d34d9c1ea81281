import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The folders that may not know what stands above them; see CONTRIBUTING.md, "The house". */
const layers = ['api', 'instances', 'ssh', 'cost'];
const above = {
  api: ['instances', 'ssh', 'cost', 'vscode', 'views', 'commands', 'tools'],
  instances: ['ssh', 'cost', 'vscode', 'views', 'commands', 'tools'],
  ssh: ['instances', 'cost', 'vscode', 'views', 'commands', 'tools'],
  cost: ['vscode', 'views', 'commands', 'tools'],
};

export default tseslint.config(
  { ignores: ['dist/', '.vscode-test/', 'test-output/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.webview.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/require-await': 'off',
      eqeqeq: 'error',
      'no-eval': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [
      'src/extension.ts',
      'src/main.ts',
      'src/publicApi.ts',
      'src/vscode/**',
      'src/views/**',
      'src/commands/**',
      'src/tools/**',
    ],
    rules: {
      'no-restricted-imports': ['error', { paths: ['vscode'] }],
    },
  },
  ...layers.map((layer) => ({
    files: [`src/${layer}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['vscode'],
          patterns: [{ group: above[layer].map((name) => `**/${name}/**`), message: 'Arrows go down only.' }],
        },
      ],
    },
  })),
  {
    files: ['src/views/webview/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: ['vscode'], patterns: ['node:*'] }] },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly' },
    },
  },
);
