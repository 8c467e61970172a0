import config from './jest.config.js';

/** Tests that need neither the bundle nor Terraform. */
export default {
  ...config,
  testPathIgnorePatterns: [
    ...config.testPathIgnorePatterns,
    ...['/end-to-end/', '__tests__/workflows/', '__tests__/cli/[^/]+$'],
    '/attacks/(run-code-beside-a-credential|speak-as-the-runner)',
  ],
  globalSetup: undefined,
  globalTeardown: undefined,
};
