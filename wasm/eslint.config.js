import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config({ ignores: ['dist', 'node_modules', 'imports.js'] }, js.configs.recommended, {
  files: ['src/**/*.ts'],
  extends: [tseslint.configs.strictTypeChecked],
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  rules: {
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    'max-lines': ['error', 320],
    'max-lines-per-function': ['error', { max: 70, skipComments: true }],
  },
});
