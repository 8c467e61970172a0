/** What commands use of the emulator. They load it by dynamic import, because it is a bundle of its own. */
export { awsEnvironment, openEmulator, tryOpenEmulator } from './emulator.ts';
export { resetEmulator } from './reset-emulator.ts';
