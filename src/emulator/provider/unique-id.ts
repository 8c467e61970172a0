let counter = 0;

/** `<prefix><time><counter>`: a name or identifier that no other has, in the form that the plugin SDK gives it. */
export function uniqueId(prefix: string, now: Date = new Date()): string {
  counter += 1;
  const time = now.toISOString().replace(/\D/g, '').padEnd(18, '0');
  return `${prefix}${time}${counter.toString(16).padStart(8, '0')}`;
}
