import tseslint from 'typescript-eslint'

const strict = tseslint.configs.strictTypeChecked.map(config => ({ ...config, files: ['**/*.ts'] }))

const spreadRequest = {
  selector: "CallExpression[callee.property.name='render'] SpreadElement[argument.object.name='req']",
  message: 'Never spread request input into a view: name what it gets.',
}

const bareUuid = {
  selector: 'CallExpression[callee.property.name=/^(uuid|uuidv\\d|guid)$/]',
  message: 'Read ids with uuidField (platform/web/ids.ts): what is sealed for an id in capitals never opens again.',
}

/** What would tell a day or a time of day in the zone of the process, or a day in UTC without saying so. */
const zoneless = [
  'MemberExpression[property.name=/^(get|set)(FullYear|Year|Month|Date|Day|Hours|Minutes|Seconds)$/]',
  'MemberExpression[property.name=/^(getTimezoneOffset|toDateString|toTimeString|toLocale(Date|Time)?String)$/]',
  ":matches(NewExpression, CallExpression)[callee.property.name='DateTimeFormat']:not(:has(Property[key.name='timeZone']))",
  "NewExpression[callee.name='Date'][arguments.length>1]",
  'CallExpression[callee.property.name=/^(slice|substring|substr|split)$/][callee.object.callee.property.name=/^to(ISOString|JSON)$/]',
  'CallExpression[callee.property.name=/^(slice|substring)$/][arguments.0.value=0][arguments.1.value>9]:matches([callee.object.name=/At$/], [callee.object.property.name=/At$/])',
].map(selector => ({
  selector,
  message:
    'Tell days and times in a time zone: platform/time/wall-clock.ts, or dateFormat and sayMoments of platform/i18n.',
}))

export default tseslint.config(
  { ignores: ['node_modules/', 'public/', 'build/', 'coverage/', '.cache/', 'screenshots/', '.data*/', '**/*.js'] },
  ...strict,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-eval': 'error',
      'no-param-reassign': 'error',
      'no-restricted-syntax': ['error', spreadRequest],
      // Numbers and booleans read well in a template; objects do not.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Arrow functions in one line, and handlers that answer, are how this house is written.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // A function may promise because its kin do.
      '@typescript-eslint/require-await': 'off',
      // An index is never sure to be there (noUncheckedIndexedAccess): `!` says that this one is, as after "returning".
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Spread into code points on purpose: that is how names are counted and cut.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // Rows come from the database as what the query says they are.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // Express waits for a handler's promise and hands its fault to the error handler.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  { files: ['src/**/*.ts'], rules: { 'no-restricted-syntax': ['error', spreadRequest, bareUuid, ...zoneless] } },
  { files: ['src/platform/web/ids.ts'], rules: { 'no-restricted-syntax': ['error', spreadRequest, ...zoneless] } },
  {
    files: ['tools/**/*.ts', 'test/**/*.ts'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
)
