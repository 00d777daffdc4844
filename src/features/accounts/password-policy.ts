import { fold } from '../../platform/text/fold.ts'
import { isCommon } from './common-passwords.ts'

/** From this length on a passphrase needs no mixture of signs (docs/adr/0003-passphrases-without-composition.md). */
export const passphraseLength = 15
export const longestPassword = 128
const shortestName = 3

/** What a password must not contain, and how short it may be. */
export type PasswordRules = {
  minimum: number
  givenName: string
  familyName: string
  login: string
  tenantName: string
}

/**
 * What is wrong with a password that somebody chose: keys of sentences, all that apply; none when it may be used.
 * Length is counted in characters (code points) after NFKC. Spaces are kept.
 */
export const passwordProblems = async (password: string, rules: PasswordRules): Promise<string[]> => {
  const problems = visibleProblems(password, rules)
  return problems.length === 0 && (await isCommon(password)) ? ['accounts:passwordProblem.common'] : problems
}

/** What can be seen in the password itself: its length, its mixture, the names in it. */
export const visibleProblems = (password: string, rules: PasswordRules): string[] => {
  const typed = password.normalize('NFKC')
  const { length } = [...typed]
  if (length > longestPassword) return ['accounts:passwordProblem.tooLong']
  return [
    ...lengthProblems(length, rules.minimum),
    ...compositionProblems(typed, length),
    ...nameProblems(typed, rules),
  ]
}

const lengthProblems = (length: number, minimum: number) =>
  length < minimum ? [`accounts:passwordProblem.tooShort?minimum=${minimum}`] : []

const compositionProblems = (password: string, length: number): string[] => {
  if (length >= passphraseLength) return []
  return [
    /\p{Lu}/u.test(password) ? '' : 'accounts:passwordProblem.upper',
    /\p{Nd}/u.test(password) ? '' : 'accounts:passwordProblem.digit',
    /[^\p{L}\p{N}\p{M}\s]/u.test(password) ? '' : 'accounts:passwordProblem.special',
  ].filter(Boolean)
}

const nameProblems = (password: string, { givenName, familyName, login, tenantName }: PasswordRules): string[] => {
  const folded = plain(password)
  const holds = (texts: string[]) =>
    texts.some(text => plain(text).length >= shortestName && folded.includes(plain(text)))
  return [
    holds([givenName, familyName, ...fold(givenName).split(' '), ...fold(familyName).split(' ')])
      ? 'accounts:passwordProblem.name'
      : '',
    holds([login, login.replace(/\d+$/, '')]) ? 'accounts:passwordProblem.login' : '',
    holds([tenantName, ...telling(tenantName)]) ? 'accounts:passwordProblem.organisation' : '',
  ].filter(Boolean)
}

/** Of an organisation's name the words that tell it from others; "dom" or "the" would forbid half of all passphrases. */
const telling = (tenantName: string) =>
  fold(tenantName)
    .split(' ')
    .filter(word => word.length >= 5)

const plain = (text: string) => fold(text).replaceAll(' ', '')
