/** A file as the text in its default export, as the bundle has it. */
export default {
  process: (text) => ({ code: `export default ${JSON.stringify(text)};` }),
};
