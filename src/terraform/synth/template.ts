/**
 * A text as Terraform must be given it to mean exactly itself: in JSON configuration every string is a template, so
 * that IAM's `${aws:username}` would be read as an expression. Split and join, because in the replacement of
 * `replaceAll` a `$$` means one `$`, and the escape would vanish without a sound.
 */
export function escapeTemplate(text: string): string {
  return text.split('${').join('$${').split('%{').join('%%{');
}

/** The text that a template without interpolations means: the inverse of `escapeTemplate`. */
export function plainTemplate(template: string): string {
  return template.split('$${').join('${').split('%%{').join('%{');
}
