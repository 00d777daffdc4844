import { fold } from '../../platform/text/fold.ts'
import { isCommon } from './common-passwords.ts'

/** From this length on an organisation may allow passphrases of any characters (docs/adr/0003-passphrases-without-composition.md). */
const passphraseLength = 15
export const longestPassword = 128
const shortestName = 3

/** What an organisation asks of the passwords that its people choose. */
export type PasswordDemands = {
  minimum: number
  /** Passphrases of 15 or more characters need no upper-case letter, digit and special character. */
  passphrases: boolean
}
/** The names that a password must not contain. */
export type PasswordNames = { givenName: string; familyName: string; login: string; tenantName: string }
export type PasswordRules = PasswordDemands & PasswordNames

export type RuleState = 'open' | 'met' | 'failed'
/** One rule as a page lists it. */
export type PasswordRule = {
  name: RuleName
  /** The key of its sentence, with its numbers. */
  text: string
  /** What a password that meets it looks like (a regular expression, flags `su`), for rules a browser can judge as well. */
  pattern?: string
  state: RuleState
}
type RuleName = (typeof typedRules)[number] | 'common' | 'names' | 'same'
/** A password that was judged: every rule with its state, and what is wrong in sentences. No problems: it may be used. */
export type JudgedPassword = { rules: PasswordRule[]; problems: string[] }

const typedRules = ['length', 'upper', 'digit', 'special'] as const

/** Every rule, none of them judged yet: what a page shows before anything is typed. */
export const passwordRules = (demands: PasswordDemands): PasswordRule[] => {
  const patterns = patternsOf(demands)
  const waived = demands.passphrases ? 'Short' : ''
  const typed = typedRules.map(name => ({ name, text: `accounts:rule.${name}`, pattern: patterns[name] }))
  return [
    ...typed.map(rule => ({
      ...rule,
      text: rule.name === 'length' ? `${rule.text}?minimum=${demands.minimum}` : `${rule.text}${waived}`,
    })),
    ...(['common', 'names', 'same'] as const).map(name => ({ name, text: `accounts:rule.${name}` })),
  ].map(rule => ({ ...rule, state: 'open' }))
}

/**
 * Judges a password that somebody chose by every rule at once. Whether it is the present one (`same`) its owner's record
 * tells, so that stays open here. Length is counted in characters (code points) after NFKC. Spaces are kept.
 */
export const judgePassword = async (password: string, rules: PasswordRules): Promise<JudgedPassword> => {
  const problems = visibleProblems(password, rules)
  // Anything short is easy to guess: that it is too short says what to do about it.
  const judgeable = !problems.some(isLengthProblem)
  const common = judgeable && (await isCommon(password))
  const all = common ? [...problems, 'accounts:passwordProblem.common'] : problems
  return {
    problems: all,
    rules: passwordRules(rules).map(rule =>
      rule.name === 'same' || (rule.name === 'common' && !judgeable)
        ? rule
        : { ...rule, state: all.some(problem => ruleOf(problem) === rule.name) ? 'failed' : 'met' },
    ),
  }
}

/** A password that is fine otherwise, but is the present one. */
export const asSame = ({ rules }: JudgedPassword): JudgedPassword => ({
  rules: rules.map(rule => (rule.name === 'same' ? { ...rule, state: 'failed' } : rule)),
  problems: ['accounts:passwordProblem.same'],
})

/** What can be seen in the password itself: its length, its mixture, the names in it. */
export const visibleProblems = (password: string, rules: PasswordRules): string[] => {
  const typed = password.normalize('NFKC')
  const patterns = patternsOf(rules)
  const length = [...typed].length
  const missing = typedRules.filter(name => !new RegExp(patterns[name], 'su').test(typed))
  return [
    ...missing.map(name => {
      if (name !== 'length') return `accounts:passwordProblem.${name}`
      if (length > longestPassword) return 'accounts:passwordProblem.tooLong'
      return `accounts:passwordProblem.tooShort?minimum=${rules.minimum}`
    }),
    ...nameProblems(typed, rules),
  ]
}

const patternsOf = ({ minimum, passphrases }: PasswordDemands): Record<(typeof typedRules)[number], string> => {
  const or = passphrases ? `|^.{${passphraseLength},}$` : ''
  return {
    length: `^.{${minimum},${longestPassword}}$`,
    upper: `\\p{Lu}${or}`,
    digit: `\\p{Nd}${or}`,
    special: `[^\\p{L}\\p{N}\\p{M}\\s]${or}`,
  }
}

const isLengthProblem = (problem: string) => ruleOf(problem) === 'length'
const ruleOf = (problem: string): string => {
  const name = problem.replace('accounts:passwordProblem.', '').replace(/\?.*/, '')
  return ruleOfProblem[name] ?? name
}
const ruleOfProblem: Record<string, string> = {
  tooShort: 'length',
  tooLong: 'length',
  name: 'names',
  login: 'names',
  organisation: 'names',
}

const nameProblems = (password: string, { givenName, familyName, login, tenantName }: PasswordNames): string[] => {
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
