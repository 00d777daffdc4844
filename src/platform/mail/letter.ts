import { fileURLToPath } from 'node:url'
import type { Language, Translate } from '../i18n/translations.ts'
import { createViews } from '../web/views.ts'
import type { Body } from './sealing/entity.ts'
import { letterKinds, type LetterKind, type Said } from './letter-kinds.ts'

export type Letter = Body & {
  kind: LetterKind
  subject: string
  language: Language
  /** The same with a line that says that the reader's key must be renewed. */
  askingForKey: () => Body
}
type ToSay<K extends LetterKind> = keyof Said<K> extends never ? [] : [Said<K>]

const views = createViews(fileURLToPath(new URL('../../../views', import.meta.url)))

/**
 * A letter as text and as HTML, which say the same. It names nobody: a mailbox is not a safe place, and the subject shows on
 * locked screens.
 * @param linkTo the address of a page of ours: a letter leads nowhere else
 * @param said what the kind has places for
 */
export const writeLetter = <K extends LetterKind>(
  t: Translate,
  language: Language,
  kind: K,
  linkTo: (path: string) => string,
  ...[said]: ToSay<K>
): Letter => {
  const values: Partial<Record<string, string>> = said ?? {}
  const href = linkTo(letterKinds[kind].page.replace(':token', () => values.token ?? ''))
  const words = {
    subject: t(`mail:${kind}.subject`),
    before: t(`mail:${kind}.text`, values),
    link: t(`mail:${kind}.link`),
    after: t(`mail:${kind}.after`),
    signature: t('mail:signature'),
  }
  const { subject, before, link, after, signature } = words
  const body = (ask: string | null): Body => ({
    text: [before, `${link}:\n${href}`, after, ...(ask ? [ask] : []), `-- \n${signature}`].join('\n\n') + '\n',
    html: views.render('mail/letter', { ...words, language, href, copy: t('mail:copy'), ask }),
  })
  return { kind, language, subject, ...body(null), askingForKey: () => body(t('mail:renewKey')) }
}
