import { describe, expect, it } from 'vitest'
import { networkOf } from '../../src/platform/web/network.ts'
import { typedFields } from '../../src/platform/web/typed-fields.ts'

describe('the network of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3::192.0.2.1', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
    ['unknown', 'unknown'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})

describe('what is kept of a form', () => {
  const kept = (body: string) => typedFields(Buffer.from(body)).map(([name]) => name)

  it('is neither the page’s own nor what the page calls secret', () => {
    expect(kept('_csrf=1&_secret=code&code=2&name=Ewa')).toEqual(['name'])
  })

  it('nor what is called like a secret, though the page does not say so', () => {
    expect(kept('password=1&currentPassword=2&new_passwd=3&passphrase=4&a%5Bsecret%5D=5&passwordMinimum=8')).toEqual([
      'passwordMinimum',
    ])
  })
})
