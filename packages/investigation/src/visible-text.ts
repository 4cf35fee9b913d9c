/**
 * Characters that move the cursor, turn the reading direction or draw nothing: control and format characters, line and paragraph
 * separators, surrogate halves, and letters that are drawn as blanks.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]/gu

/** Text written by a stranger, made harmless for a terminal: what would be hidden or act shows as `\u{…}`. */
export function visibleText(text: string): string {
  return text.replace(hidden, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? '?'}}`)
}

/** At most `width` characters; a cut shows as `…`. */
export function clip(text: string, width: number): string {
  const characters = [...text]
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`
}
