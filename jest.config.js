import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

// The lock file pins the SDK: its warning about later Node versions does not concern who runs these tests.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

// Samples and turns follow the commit, so that they rotate and a failure can be repeated.
process.env.MTURK_TEAM_COMMIT ??= execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();

/** @type {import('jest').Config} */
export default {
  testMatch: ['**/__tests__/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.mturk-team/', '<rootDir>/.conformance/'],
  extensionsToTreatAsEsm: ['.ts', '.yml', '.css'],
  transform: {
    '\\.(yml|css|page\\.js)$': './jest.text-transform.js',
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2023',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  testEnvironment: 'node',
  // For what hangs, on a busy machine, too. The exhaustive run has tests of many minutes.
  testTimeout: process.env.MTURK_TEAM_TESTS === 'exhaustive' ? 3_600_000 : 300_000,
  // One more than there are cores: tests that start Terraform and Git wait for them part of the time.
  // In package.json, the interrupt budget: V8 optimizes only what runs long, as each test file loads its modules again. And the
  // semi-space: most of what a test makes is garbage at once.
  maxWorkers: availableParallelism() + 1,
  // Modules of earlier test files are not given back: a worker grew to 2.5 GB, and collecting garbage in it took the time.
  workerIdleMemoryLimit: '600MB',
  testSequencer: './jest.sequencer.js',
  globalSetup: './jest.global-setup.js',
  globalTeardown: './jest.global-teardown.js',
  setupFiles: ['./jest.setup.js'],
};
