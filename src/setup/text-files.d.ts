/** Files that the bundle holds as text: `loader` in scripts/bundles.ts, `transform` in jest.config.js. */
declare module '*.yml' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: esbuild's text loader has no other export.
  export default text;
}

/** What the access page holds. */
declare module '*.css' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: esbuild's text loader has no other export.
  export default text;
}

declare module '*.page.js' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: esbuild's text loader has no other export.
  export default text;
}
