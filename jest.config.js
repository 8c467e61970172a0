// The SDK is pinned by the lock file: a warning about its later versions is for nobody who runs these tests.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** @type {import('jest').Config} */
export default {
  testMatch: ['**/__tests__/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.mturk-team/', '<rootDir>/.conformance/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } },
    ],
  },
  testEnvironment: 'node',
  testTimeout: 120_000,
  // Every core works: the tests that start an engine wait for it most of the time.
  maxWorkers: '100%',
  globalSetup: './jest.global-setup.js',
  setupFiles: ['./jest.setup.js'],
};
