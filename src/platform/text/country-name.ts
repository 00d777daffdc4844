/** Countries for a list to choose from, by their names in the reader's language. @param codes ISO 3166-1 */
export const countryChoices = (codes: readonly string[], reader: string): { value: string; text: string }[] => {
  const names = new Intl.DisplayNames(reader, { type: 'region' })
  const { compare } = new Intl.Collator(reader)
  return codes
    .map(value => ({ value, text: names.of(value) ?? value }))
    .sort((one, other) => compare(one.text, other.text))
}
