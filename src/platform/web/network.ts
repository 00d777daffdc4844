import { isIPv6 } from 'node:net'

/**
 * The part of an address that one subscriber holds, to count what comes from it: an IPv4 address itself, of an IPv6 one
 * the /64 (RFC 6177 gives whole ones away; whoever has one has 2^64 addresses). Anything else stays as it is.
 */
export const networkOf = (address: string): string => {
  const [plain = ''] = address.split('%')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)
  if (mapped) return mapped[1]!
  if (!isIPv6(plain)) return address
  const [head = '', tail] = plain.split('::')
  const before = head.split(':').filter(Boolean)
  const after = (tail ?? '').split(':').filter(Boolean)
  // A dotted ending stands for two groups.
  const written = before.length + after.length + (plain.includes('.') ? 1 : 0)
  const zeros = tail === undefined ? [] : Array<string>(8 - written).fill('0')
  const groups = [...before, ...zeros, ...after].slice(0, 4).map(group => parseInt(group, 16).toString(16))
  return `${groups.join(':')}::/64`
}
