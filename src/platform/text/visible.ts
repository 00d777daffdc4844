/**
 * Marks that change how text is laid out and are never typed on purpose: bidirectional controls (UAX #9), soft hyphen, zero-width
 * space, word joiner and byte order mark.
 */
const marks = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g
/** Joiners shape Persian and Indic words and join pictures (UAX #31, 2.3); anywhere else they are stray. */
const strayJoiners = /(?<![\p{L}\p{M}\p{S}])[\u200c\u200d]+|[\u200c\u200d]+(?![\p{L}\p{M}\p{S}])/gu
/** Spaces that do not break or have other widths (Unicode Zs). */
const spaces = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g

/**
 * The text that can be seen: without invisible marks, with ordinary spaces, composed (NFC). Forms, imports and searches all begin with
 * it, so that the same text is the same however it arrived.
 */
export const visible = (text: string): string =>
  text.replace(marks, '').replace(strayJoiners, '').replace(spaces, ' ').normalize('NFC')
