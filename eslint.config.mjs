import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import house from './eslint.house.mjs';

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
    plugins: { house },
    rules: { 'house/imports': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/vscode/messages.ts', 'src/vscode/prompts.ts', 'src/views/webview/**'],
    rules: { 'house/messages': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [
      'src/api/**',
      ...['create', 'power', 'modify'].map((name) => `src/instances/operations/${name}.ts`),
    ],
    rules: { 'house/requests': 'error' },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly' },
    },
  },
);
