import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Which folders of `src` a folder may import from; see CONTRIBUTING.md, "The house". */
const below = {
  base: [],
  api: ['base'],
  instances: ['base', 'api'],
  ssh: ['base', 'api'],
  cost: ['base', 'api', 'instances', 'ssh'],
  automation: ['base', 'api', 'instances', 'ssh', 'cost'],
  vscode: ['base', 'api', 'instances', 'ssh', 'cost', 'automation'],
  views: ['base', 'api', 'instances', 'ssh', 'cost', 'automation', 'vscode'],
};
const folders = [...Object.keys(below), 'commands', 'tools'];
const usesVscode = ['vscode', 'views', 'commands', 'tools'];

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
  ...Object.entries(below).map(([folder, allowed]) => ({
    files: [`src/${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: usesVscode.includes(folder) ? [] : ['vscode'],
          patterns: [
            {
              group: folders
                .filter((name) => name !== folder && !allowed.includes(name))
                .map((name) => `**/${name}/**`),
              message: 'Imports go down only.',
            },
          ],
        },
      ],
    },
  })),
  {
    files: ['src/**/*.ts'],
    ignores: ['src/vscode/messages.ts', 'src/vscode/prompts.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "MemberExpression[object.property.name='window'][property.name=/^(show(Error|Warning|Information)Message|showQuickPick|showInputBox|show(Open|Save)Dialog|showWorkspaceFolderPick|createQuickPick|createInputBox|setStatusBarMessage|withProgress|withScmProgress)$/]",
          message: 'Show texts through src/vscode/messages.ts or prompts.ts, which clean them.',
        },
      ],
    },
  },
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
