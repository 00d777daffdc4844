/**
 * What a language is called, in the reader's language; a tag that is well formed and that nobody named is its own name. Null
 * for what names no language, also for some tags that are well formed: `en-u-ca-gregory` says how dates are written.
 * @param tag BCP 47
 */
export const nameOfLanguage = (tag: string, reader: string): string | null => {
  try {
    return new Intl.DisplayNames(reader, { type: 'language' }).of(tag) ?? null
  } catch {
    return null
  }
}

/** The tag in its usual spelling (`EN-gb` is `en-GB`), or null where it names no language. */
export const canonicalLanguage = (tag: string): string | null => {
  try {
    const [canonical = null] = Intl.getCanonicalLocales(tag)
    return canonical && nameOfLanguage(canonical, 'en') && canonical
  } catch {
    return null
  }
}
