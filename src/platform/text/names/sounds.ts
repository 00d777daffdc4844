/**
 * Daitch–Mokotoff Soundex: the sound of a name as six digits, made for Slavic and Yiddish surnames. One name may have several
 * codes, for some letters have two sounds. After the published table (https://www.jewishgen.org/InfoFiles/Soundex.html); no
 * library that is looked after codes it for Node. `-` is not coded; a column each: at the start, before a vowel, elsewhere.
 */
const table = `
AI AJ AY=0,1,-  AU=0,7,-  Ą=-,-,-|-,-,6  A=0,-,-  B=7,7,7  CHS=5,54,54  CH=5,5,5|4,4,4  CK=5,5,5|45,45,45
CZ CS CSZ CZS=4,4,4  C=5,5,5|4,4,4  DRZ DRS DS DSH DSZ DZ DZH DZS=4,4,4  D DT=3,3,3  EI EJ EY=0,1,-  EU=1,1,-
Ę=-,-,-|-,-,6  E=0,-,-  FB F=7,7,7  G=5,5,5  H=5,5,-  IA IE IO IU=1,-,-  I=0,-,-  J=1,-,-|4,4,4  KS=5,54,54  KH K=5,5,5
L=8,8,8  MN=66,66,66  M=6,6,6  NM=66,66,66  N=6,6,6  OI OJ OY=0,1,-  O=0,-,-  P PF PH=7,7,7  Q=5,5,5
RZ RS=94,94,94|4,4,4  R=9,9,9  SCHTSCH SCHTSH SCHTCH=2,4,4  SCH=4,4,4  SHTCH SHCH SHTSH=2,4,4  SHT SCHT SCHD=2,43,43
SH=4,4,4  STCH STSCH SC STRZ STRS STSH=2,4,4  ST=2,43,43  SZCZ SZCS=2,4,4  SZT SHD SZD SD=2,43,43  SZ S=4,4,4
TCH TTCH TTSCH=4,4,4  TH=3,3,3  TRZ TRS TSCH TSH TS TTS TTSZ TC TZ TTZ TZS TSZ=4,4,4  Ţ=3,3,3|4,4,4  T=3,3,3
UI UJ UY UE=0,1,-  U=0,-,-  V W=7,7,7  X=5,54,54  Y=1,-,-  ZDZ ZDZH ZHDZH=2,4,4  ZD ZHD=2,43,43  ZH ZS ZSCH ZSH Z=4,4,4
`

type Sound = readonly [start: string, beforeVowel: string, elsewhere: string]

const sounds = new Map<string, Sound[]>(
  table
    .trim()
    .split(/\s{2,}|\n/)
    .flatMap(rule => {
      const [letters = '', codes = ''] = rule.split('=')
      const read = codes.split('|').map(code => code.split(',').map(digits => digits.replace('-', '')))
      return letters.split(' ').map((one): [string, Sound[]] => [one, read as unknown as Sound[]])
    }),
)
const longest = Math.max(...[...sounds.keys()].map(letters => letters.length))
const codeLength = 6
/** Of names with ever more ways to say them the first are enough. */
const mostCodes = 8

/** A code under way, its last digit (a sound like the one before is not written again), and what the next letter was taken for. */
type Way = { digits: string; last: string; next: boolean | null }

/** The codes of one word in Latin letters; none where it has no letter that sounds. Accents but ą, ę and ţ are left out. */
export const soundsOf = (word: string): string[] => {
  const parts = partsOf(lettersOf(word))
  let ways: Way[] = [{ digits: '', last: '', next: null }]
  for (const [at, part] of parts.entries()) {
    const followed = [...new Set((parts[at + 1] ?? [['', '', '']]).map(isVowel))]
    const longer = ways.flatMap(way =>
      part
        .filter(sound => way.next === null || way.next === isVowel(sound))
        .flatMap(sound => followed.map(next => spoken(way, sound[at === 0 ? 0 : next ? 1 : 2], next))),
    )
    ways = distinct(longer).slice(0, mostCodes * 4)
  }
  const codes = ways.map(({ digits }) => digits.slice(0, codeLength).padEnd(codeLength, '0'))
  return parts.length > 0 ? [...new Set(codes)].slice(0, mostCodes) : []
}

/** J may be either, by how it is read. */
const isVowel = ([start]: Sound) => start === '0' || start === '1'

const spoken = ({ digits, last }: Way, sound: string, next: boolean): Way => ({
  digits: digits + (last && sound.startsWith(last) ? sound.slice(1) : sound),
  last: sound.slice(-1),
  next,
})

const distinct = (ways: Way[]): Way[] => [...new Map(ways.map(way => [Object.values(way).join(), way])).values()]

/** The sounds of a word, each as long as the table knows one. */
const partsOf = (letters: string): Sound[][] => {
  const parts: Sound[][] = []
  for (let at = 0; at < letters.length;) {
    const length = lengthOfSound(letters, at)
    parts.push(sounds.get(letters.slice(at, at + length)) ?? [])
    at += length
  }
  return parts
}

const lettersOf = (word: string) =>
  word
    .normalize('NFC')
    .toUpperCase()
    .replace(/[^ĄĘŢȚ]/g, letter => letter.normalize('NFD').replace(/\p{M}/gu, ''))
    .replaceAll('Ț', 'Ţ')
    .replaceAll('Ł', 'L')
    .replaceAll('ß', 'S')
    .replace(/[^A-ZĄĘŢ]/g, '')

const lengthOfSound = (letters: string, at: number): number => {
  for (let length = longest; length > 1; length--) if (sounds.has(letters.slice(at, at + length))) return length
  return 1
}
