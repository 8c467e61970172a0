import config from './jest.config.js';

/** Tests that need neither the bundle nor Terraform. */
export default {
  ...config,
  testPathIgnorePatterns: [...config.testPathIgnorePatterns, '/end-to-end/', '/workflows/', '__tests__/cli/[^/]+$'],
  globalSetup: undefined,
  globalTeardown: undefined,
};
