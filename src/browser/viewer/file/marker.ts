import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { Unopened } from './verdict.ts'

/** In front of the body, either makes an age file; null where this export has none of the kind. */
export type Headers = { passphrase: string | null; keys: string | null }

/** What the end of the file says about the rest. `length` counts the bytes of the body of the age file. */
export type Marker = { length: number; sha256: string; shell: string; check: string }

/** What a parsed document tells about its file, before anything is decoded. */
export type Pieces = {
  /** Whether the file's very last element is there. */
  whole: boolean
  /** The headers of age, in base64, each with the newline it begins with. */
  headers: Headers
  payload: string | null
  end: string | null
  /** Text after the end marker. */
  tail: string
  /** The parts around the payload that carry meaning, one after the other. */
  shell: string
}

const hex = (text: string) => bytesToHex(sha256(utf8ToBytes(text)))

/**
 * Tells a whole file from a cut and an altered one by its outline.
 * @throws Unopened `cut` when the file stops early, `altered` when what stands there is not what was written
 */
export const readOutline = ({ whole, payload, end, tail, shell }: Pieces): { text: string; marker: Marker } => {
  if (!whole) throw new Unopened(stopsEarly(end, tail) ? 'cut' : 'altered')

  const marker = parseMarker(end ?? '')
  if (!marker || payload === null || !payload.startsWith('\n')) throw new Unopened('altered')
  if (hex(`${marker.length}:${marker.sha256}:${marker.shell}`) !== marker.check) throw new Unopened('altered')
  if (hex(shell) !== marker.shell) throw new Unopened('altered')
  return { text: payload.slice(1), marker }
}

/** A file that was cut is a beginning of a whole one: nothing stands in it that a whole file would not have there. */
const stopsEarly = (end: string | null, tail: string) => {
  if (end === null) return true
  const close = end.indexOf('}')
  if (close < 0) return !end.includes('<')
  return (
    parseMarker(end.slice(0, close + 1)) !== null &&
    '</script>'.startsWith(end.slice(close + 1)) &&
    /^\s*<?$/.test(tail)
  )
}

const parseMarker = (text: string): Marker | null => {
  try {
    const marker = JSON.parse(text) as Partial<Marker> | null
    const { length, sha256: payload, shell, check } = marker ?? {}
    const known = typeof length === 'number' && Number.isSafeInteger(length) && length >= 0
    return known && payload && shell && check ? { length, sha256: payload, shell, check } : null
  } catch {
    return null
  }
}
