import { fold } from '../../platform/text/fold.ts'

/** Below this many guesses (a power of ten) a patient stranger gets in although guessing is slowed down. */
const guessableLog10 = 6.5
/** The estimator's time grows with the square of the length; what is strong so far only gets stronger. */
const mostJudged = 40
/** How many signs around one common word are still no more than decoration: `Zima2024!`. */
const mostDecoration = 6
const shortestWord = 4

/** What people write for a letter to get past a rule. */
const lookAlikes: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '€': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
}

/**
 * Whether a password is among the common or breached ones, or one common word with the usual decoration. The word lists are
 * those of zxcvbn: 49,000 leaked passwords, Polish words and names. They are read on the first question.
 */
export const isCommon = async (password: string): Promise<boolean> => {
  const { words, guessesLog10 } = await (known ??= readLists())
  const judged = password.normalize('NFKC').slice(0, mostJudged)
  return isDecoratedWord(words, judged) || guessesLog10(judged) < guessableLog10
}

let known: ReturnType<typeof readLists> | undefined

const readLists = async () => {
  const [{ ZxcvbnFactory }, common, polish] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-pl'),
  ])
  const dictionary = { ...common.dictionary, ...polish.dictionary }
  const estimator = new ZxcvbnFactory({ dictionary, graphs: common.adjacencyGraphs })
  const lists = Object.values(dictionary) as (string | number)[][]
  const words = new Set(lists.flatMap(list => list.map(word => plain(String(word)))))
  return { words, guessesLog10: (password: string) => estimator.check(password).guessesLog10 }
}

const isDecoratedWord = (words: Set<string>, password: string): boolean => {
  const bare = password.toLowerCase().replace(/^[\P{L}]+|[\P{L}]+$/gu, '')
  const candidates = [bare, ...stripped(undisguised(password.toLowerCase()))]
  return candidates.some(word => {
    const letters = plain(word)
    return letters.length >= shortestWord && password.length - word.length <= mostDecoration && words.has(letters)
  })
}

const undisguised = (text: string) => [...text].map(sign => lookAlikes[sign] ?? sign).join('')

/** A sign at the end may be decoration or a disguised letter: both readings count (`p@ssw0rd1!` ends in `ii`). */
const stripped = (text: string): string[] => [text, ...[1, 2, 3, 4, 5, 6].map(end => text.slice(0, -end))]

const plain = (text: string) => fold(text).replaceAll(' ', '')
